import { ColdstoreError } from "../model/errors.ts";
import { filesOf, type ManifestArtifact } from "../model/manifest.ts";
import type { Vouched } from "./find-companions.ts";
import type { CompleteSet } from "./find-standing.ts";
import type { JoinedFile } from "./joined-file.ts";
import { nameSome } from "./name-some.ts";

/** What of a set a file beside its manifest stands for. `left`: build outputs of the set that it doesn't bring. */
export type BesideManifest = { readonly left: readonly string[] } & (
  | { readonly kind: "set"; readonly set: CompleteSet }
  /** The file list isn't there, and the manifest still knows the archive's digest. */
  | { readonly kind: "archive"; readonly file: JoinedFile; readonly bytes: number; readonly vouched: Vouched }
);

/**
 * All of the set for its manifest, the set with one archive for that, or for a part of it. Throws `settings` for a file of the set
 * that is neither, and `integrity` when parts are lacking that would have to be joined.
 */
export function besideManifest(set: CompleteSet, file: string): BesideManifest {
  const isListed = hasFileList(set);
  if (file === set.manifestName && isListed) return { kind: "set", set, left: [] };
  const archive = set.manifest.artifacts.find((artifact) => artifact.role === "archive" && isOf(artifact, file));
  if (archive === undefined) throw noArchive(set, file);
  return isListed ? asIfAlone(set, archive, file) : withoutList(set, archive, file);
}

function hasFileList(set: CompleteSet): boolean {
  return set.manifest.artifacts.some((artifact) => artifact.role === "file-list" && liesThere(set, artifact));
}

function liesThere({ files }: CompleteSet, artifact: ManifestArtifact): boolean {
  return filesOf(artifact).every(({ name }) => files.some((each) => each.name === name));
}

function isOf({ name, parts }: ManifestArtifact, file: string): boolean {
  return name === file || parts?.some((part) => part.name === file) === true;
}

function asIfAlone(set: CompleteSet, archive: ManifestArtifact, file: string): BesideManifest {
  const { parts: _, ...whole } = archive;
  // An archive that was joined again lies there under its own name.
  const given = archive.name === file ? whole : archive;
  const others = set.manifest.artifacts.filter(({ role }) => role !== "archive");
  const kept = others.filter((artifact) => liesThere(set, artifact));
  const artifacts = [given, ...kept];
  const left = outputsIn(others.filter((artifact) => !kept.includes(artifact)));
  return { kind: "set", set: { ...set, manifest: { ...set.manifest, artifacts } }, left };
}

function withoutList(set: CompleteSet, archive: ManifestArtifact, file: string): BesideManifest {
  const { name, bytes, sha256 } = archive;
  const vouched = { kind: "checksum", file: set.manifestName, sha256 } as const;
  const left = outputsIn(set.manifest.artifacts);
  if (name === file) return { kind: "archive", file: [{ key: file, bytes }], bytes, vouched, left };
  const parts = filesOf(archive);
  const lacking = parts.filter((part) => !set.files.some((each) => each.name === part.name));
  if (lacking.length > 0)
    throw new ColdstoreError(
      "integrity",
      `${file} is one of the ${parts.length} parts of ${name}, and not all of them lie beside it: ${nameSome(lacking.map((part) => part.name))}; put them there`,
    );
  return { kind: "archive", file: parts.map((part) => ({ key: part.name, bytes: part.bytes })), bytes, vouched, left };
}

function outputsIn(artifacts: readonly ManifestArtifact[]): readonly string[] {
  return artifacts.flatMap(({ role, name }) => (role === "file" ? [name] : []));
}

function noArchive(set: CompleteSet, file: string): ColdstoreError {
  const archives = set.manifest.artifacts.filter(({ role }) => role === "archive");
  const there = archives.flatMap((archive) => {
    if (set.files.some(({ name }) => name === archive.name)) return [archive.name];
    return liesThere(set, archive)
      ? filesOf(archive)
          .slice(0, 1)
          .map(({ name }) => name)
      : [];
  });
  const [one] = there;
  if (file === set.manifestName)
    return new ColdstoreError(
      "not-found",
      `${file} has no file list beside it; ${one === undefined ? "put it there" : `give the archive itself, ${one}`}`,
    );
  const instead = one ?? (hasFileList(set) ? set.manifestName : undefined);
  const way = instead === undefined ? "put an archive of its set beside it" : `give ${instead}`;
  return new ColdstoreError("settings", `${file} isn't an archive, so nothing can be restored from it; ${way}`);
}
