import type { OutputSpec } from "../../model/setting-spec.ts";

/** Every output that works, in the order in which it's shown. */
export const outputs: readonly OutputSpec[] = [
  { name: "status", help: "how the run ended: ok, unchanged, planned, unproven, conflict, immutable or failed" },
  { name: "set", help: "id of the set: the tag, or the time and a short commit or digest" },
  { name: "name", help: "what its files are called, without endings" },
  {
    name: "archive",
    help: "path of the first archive, if it is whole and here: in a local store, else until the job ends",
  },
  { name: "sha256", help: "SHA-256 of the first archive, whole" },
  { name: "tar-sha256", help: "SHA-256 of the tar in it, the same for every format" },
  { name: "bytes", help: "size of the first archive, whole" },
  { name: "manifest", help: "path of the manifest, likewise" },
  { name: "checksums", help: "path of the SHA256SUMS file; actions/attest takes it as subject-checksums" },
  { name: "artifacts", help: "JSON array of the set's files: name, path, size, sha256" },
  { name: "stores", help: "JSON array of what happened in each store" },
  { name: "release-url", help: "address of the release that the set is in" },
  { name: "release-id", help: "number of that release in GitHub's API" },
  { name: "upload-url", help: "address that takes more files for that release, in the form that GitHub's API gives" },
  { name: "report", help: "path of the whole report as JSON, there until the job ends" },
];
