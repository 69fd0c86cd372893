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
    // The tag's own id depends on how the clone was made: a checkout may have fetched its commit under its name.
    ...(tag && { tag: { name: tag.name } }),
  };
}

function named({ name, bytes, sha256 }: NamedDigest): NamedDigest {
  return { name, bytes, sha256 };
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
