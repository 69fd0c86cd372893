import type { ArtifactRole, BlockIndex } from "./artifact.ts";
import type { TreeCounts } from "./entry.ts";

export const manifestSchema = "coldstore/manifest/1";

/** A manifest's file name ends so; nothing else in a set does. */
export const manifestSuffix = ".coldstore.json";

export type ArchiveFormat = "tar.gz" | "tar.zst" | "tar" | "zip";

/** A size and a digest of some bytes. */
export interface Digest {
  readonly bytes: number;
  readonly sha256: string;
}

/** A file by name, with its size and digest. */
export interface NamedDigest extends Digest {
  readonly name: string;
}

/** The commit that a set is of. */
export interface ManifestSource {
  readonly commit: string;
  readonly tree: string;
  /** RFC 3339, UTC, whole seconds. */
  readonly committed: string;
  readonly object_format: "sha1" | "sha256";
  readonly tag?: { readonly name: string };
}

/** What becomes of submodules and Git LFS pointers; `fail` also stands for a source that has none. */
export interface ContentPolicies {
  readonly submodules: "fail" | "include" | "exclude";
  readonly lfs: "fail" | "include" | "pointers";
}

interface CommonContent extends ContentPolicies {
  readonly prefix: string;
  readonly tree: TreeCounts;
  readonly tar: Digest;
  /** Of the uncompressed file list. */
  readonly file_list: Digest;
  /** Build outputs that joined the set, by name. */
  readonly files: readonly NamedDigest[];
}

/** A commit's content: what `git archive` gives (`git-archive/1`), or that with submodules and LFS contents put in (`git-archive-whole/1`). */
export interface SnapshotContent extends CommonContent {
  readonly mode: "snapshot";
  readonly recipe: "git-archive/1" | "git-archive-whole/1";
  readonly source: ManifestSource;
  readonly export_subst: "stable" | "git" | "off";
}

/** What was chosen out of a folder. Patterns are gitignore's, in the order given. */
export interface ArchiveFilters {
  readonly exclude: readonly string[];
  readonly include: readonly string[];
  readonly profiles: readonly { readonly name: string; readonly patterns: readonly string[] }[];
}

export type SymlinkPolicy = "keep" | "follow" | "skip" | "fail";

/** A folder's content as it was; in a repository `source` is the commit that was checked out. */
export interface ArchiveContent extends CommonContent {
  readonly mode: "archive";
  readonly recipe: "coldstore-tar/1";
  readonly source?: ManifestSource;
  /** The folder in the repository's work tree; absent for all of it. */
  readonly folder?: string;
  readonly filters: ArchiveFilters;
  readonly symlinks: SymlinkPolicy;
  /** `keep`: the files' own whole seconds; a number: seconds since 1970. */
  readonly mtime: "commit" | "keep" | number;
}

/** What a set preserves: equal for equal content, whatever clone, machine, compressor or format made it. */
export type ManifestContent = SnapshotContent | ArchiveContent;

/** One file of a set beside the manifest; a split archive is one too, its `parts` are what lies in the store. */
export interface ManifestArtifact extends NamedDigest {
  readonly role: ArtifactRole;
  /** Archives only. */
  readonly format?: ArchiveFormat;
  readonly compression?: {
    readonly algorithm: "gzip" | "zstd" | "deflate";
    readonly level: number;
    readonly implementation: string;
    readonly version: string;
    /** Blocked formats only. */
    readonly block_bytes?: number;
    readonly blocks?: readonly number[];
    readonly first_paths?: readonly string[];
  };
  /** Joined in this order they are the file of this entry. */
  readonly parts?: readonly NamedDigest[];
}

/** Who made a set, when, where and with what; differs from run to run, and is not part of the content's digest. */
export interface ManifestRun {
  readonly id: string;
  readonly name: string;
  readonly project: string;
  readonly set: string;
  /** RFC 3339, UTC. */
  readonly started: string;
  readonly tool: {
    readonly name: "coldstore";
    readonly version: string;
    readonly node: string;
    readonly zlib: string;
    readonly zstd?: string;
    /** Absent when there was none. */
    readonly git?: string;
  };
  readonly ref?: string;
  /** Id of the annotated tag itself, where the clone has it: some clones have its commit alone under its name. */
  readonly tag_object?: string;
  readonly branch?: string;
  readonly origin?: string;
  readonly dirty?: WorkTreeCounts;
  readonly ci?: Readonly<Record<string, string>>;
  readonly milestone?: string;
  readonly notes?: readonly string[];
  readonly contacts?: readonly string[];
  readonly environment?: Readonly<Record<string, unknown>>;
  /** Archives: how their files were chosen. */
  readonly selection?: Selected;
  /** Archives of a folder that isn't on the machine of the run. */
  readonly remote?: RemoteSource;
  /** Names of files in the set's folder that belong to an earlier state of it, kept beside. */
  readonly superseded?: readonly string[];
}

/** The remote that an archive is of; neither a host nor an absolute path is in it. */
export interface RemoteSource {
  /** The last part of its path, or how the remote is called. */
  readonly folder: string;
  /** `r2:backups/acme` */
  readonly name?: string;
  /** How many files were checked by which kind of digest of the remote when they were fetched; `size`: by that alone. */
  readonly checked_by: Readonly<Record<string, number>>;
}

/** How the files of an archive were chosen. */
export interface Selected {
  /** What decided which files are ignored: git, or without one the package `ignore`. */
  readonly engine: "git" | "ignore";
  /** Untracked files that went in. */
  readonly untracked: number;
  /** The work tree was as the commit has it: the commit and the settings decided the content. */
  readonly clean: boolean;
}

/** Uncommitted changes, counted. */
export interface WorkTreeCounts {
  readonly modified: number;
  readonly deleted: number;
  readonly untracked: number;
}

/** Our JSON about one set. Keys that this version doesn't know are kept as read. */
export interface Manifest {
  readonly schema: typeof manifestSchema;
  readonly content: ManifestContent;
  /** SHA-256 of the canonical form (RFC 8785) of `content`. */
  readonly content_sha256: string;
  readonly artifacts: readonly ManifestArtifact[];
  readonly run: ManifestRun;
  /** SHA-256 of the canonical form of everything else. */
  readonly seal: string;
}

/** The blocks of a compressed artifact, in the shape that readers take; undefined for one without. */
export function blockIndexOf({ compression }: ManifestArtifact): BlockIndex | undefined {
  if (compression?.block_bytes === undefined || compression.blocks === undefined) return undefined;
  return {
    blockBytes: compression.block_bytes,
    offsets: compression.blocks,
    ...(compression.first_paths && { firstPaths: compression.first_paths }),
  };
}

/** The files that lie in the store for one artifact: itself, or its parts. */
export function filesOf(artifact: ManifestArtifact): readonly NamedDigest[] {
  return artifact.parts ?? [artifact];
}

/** Every file of a set beside the manifest, as it lies in the store. */
export function storedFiles({ artifacts }: Pick<Manifest, "artifacts">): readonly NamedDigest[] {
  return artifacts.flatMap(filesOf);
}
