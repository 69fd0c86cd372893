import type {
  ArchiveContent,
  ArchiveFilters,
  ContentPolicies,
  Manifest,
  ManifestArtifact,
  ManifestContent,
  ManifestRun,
  ManifestSource,
  NamedDigest,
  SnapshotContent,
} from "../model/manifest.ts";
import { manifestSuffix } from "../model/manifest.ts";
import type { Artifact } from "../model/artifact.ts";
import type { Revision } from "../model/revision.ts";
import type { SetFile } from "../model/set-file.ts";
import { rfc3339 } from "../model/timestamps.ts";
import { sealManifest, serializeManifest } from "./seal-manifest.ts";
import { smallArtifact } from "./small-artifact.ts";

type Planned<C> = C extends unknown ? Omit<C, "tree" | "tar" | "file_list"> : never;

/** What is known of a set's content before it's built; equal plans of one recipe give equal content where the source is a commit. */
export type PlannedContent = Planned<ManifestContent>;

export type PlannedSnapshot = Planned<SnapshotContent>;

export type PlannedArchive = Planned<ArchiveContent>;

/** The plan of a snapshot; policies about what the commit doesn't have are to be given as `fail`. */
export function planSnapshot(request: {
  readonly revision: Revision;
  readonly recipe: SnapshotContent["recipe"];
  readonly prefix: string;
  readonly exportSubst: SnapshotContent["export_subst"];
  readonly policies: ContentPolicies;
  readonly files: readonly NamedDigest[];
}): PlannedSnapshot {
  const { revision, recipe, prefix, exportSubst, policies, files } = request;
  return {
    mode: "snapshot",
    recipe,
    source: sourceOf(revision),
    prefix,
    export_subst: exportSubst,
    submodules: policies.submodules,
    lfs: policies.lfs,
    files: files.map(named),
  };
}

/** The plan of a folder's archive; `revision` is what is checked out in it. */
export function planArchive(request: {
  readonly revision: Revision | undefined;
  readonly folder: string;
  readonly prefix: string;
  readonly filters: ArchiveFilters;
  readonly symlinks: ArchiveContent["symlinks"];
  readonly mtime: ArchiveContent["mtime"];
  readonly policies: ContentPolicies;
  readonly files: readonly NamedDigest[];
}): PlannedArchive {
  const { revision, folder, prefix, filters, symlinks, mtime, policies, files } = request;
  return {
    mode: "archive",
    recipe: "coldstore-tar/1",
    ...(revision && { source: sourceOf(revision) }),
    ...(folder !== "" && { folder }),
    prefix,
    filters,
    symlinks,
    mtime,
    submodules: policies.submodules,
    lfs: policies.lfs,
    files: files.map(named),
  };
}

function sourceOf({ commit, tree, committed, objectFormat, tag }: Revision): ManifestSource {
  return {
    commit,
    tree,
    committed: rfc3339(new Date(committed * 1000)),
    object_format: objectFormat,
    ...(tag && { tag: { name: tag.name, ...(tag.object && { object: tag.object }) } }),
  };
}

function named({ name, bytes, sha256 }: NamedDigest): NamedDigest {
  return { name, bytes, sha256 };
}

/** How the manifest lists one file. */
export function describeFile({ artifact, role, format, level = 6, blocks }: SetFile): ManifestArtifact {
  const { name, bytes, sha256 } = artifact;
  if (blocks === undefined) return { name, role, bytes, sha256, ...(format && { format }) };
  return {
    name,
    role,
    bytes,
    sha256,
    ...(format && { format }),
    compression: {
      algorithm: "gzip",
      level,
      implementation: "node-zlib",
      version: process.versions.zlib,
      block_bytes: blocks.blockBytes,
      blocks: blocks.offsets,
      ...(blocks.firstPaths && { first_paths: blocks.firstPaths }),
    },
  };
}

/** A sealed manifest and its file, under the given file name. */
export function buildManifest(request: {
  readonly name: string;
  readonly content: ManifestContent;
  readonly artifacts: readonly ManifestArtifact[];
  readonly run: ManifestRun;
}): { readonly manifest: Manifest; readonly artifact: Artifact } {
  const manifest = sealManifest(request);
  return { manifest, artifact: smallArtifact(request.name, serializeManifest(manifest)) };
}

/** The file name of a set's manifest. */
export function manifestName(name: string): string {
  return `${name}${manifestSuffix}`;
}
