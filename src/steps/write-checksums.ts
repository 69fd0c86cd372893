import type { Artifact } from "../model/artifact.ts";
import type { SetFile } from "../model/set-file.ts";
import { smallArtifact } from "./small-artifact.ts";

/** `NAME.SHA256SUMS`, which `sha256sum -c` takes. Names hold [A-Za-z0-9._-] only, so that none needs escaping. */
export function writeChecksums(name: string, artifacts: readonly Artifact[]): SetFile {
  const lines = artifacts.map((artifact) => `${artifact.sha256}  ${artifact.name}\n`);
  return { role: "checksums", artifact: smallArtifact(`${name}.SHA256SUMS`, lines.join("")) };
}
