import type { ArtifactRole, BlockIndex } from "./artifact.ts";
import type { TreeCounts } from "./entry.ts";

export const manifestSchema = "coldstore/manifest/1";

/** A manifest's file name ends so; nothing else in a set does. */
export const manifestSuffix = ".coldstore.json";

export type ArchiveFormat = "tar.gz" | "tar";

/** A size and a digest of some bytes. */
export interface Digest {
  readonly bytes: number;
  readonly sha256: string;
}

/** What a set preserves: equal for equal content, whatever clone, machine, compressor or format made it. */
export interface ManifestContent {
  readonly mode: "snapshot";
  readonly recipe: "git-archive/1";
  readonly source: {
    readonly commit: string;
    readonly tree: string;
    /** RFC 3339, UTC, whole seconds. */
    readonly committed: string;
    readonly object_format: "sha1" | "sha256";
    readonly tag?: { readonly name: string; readonly object?: string };
  };
  readonly prefix: string;
  readonly export_subst: "stable" | "git" | "off";
  readonly submodules: "fail";
  readonly lfs: "fail";
  readonly tree: TreeCounts;
  readonly tar: Digest;
  /** Of the uncompressed file list. */
  readonly file_list: Digest;
  /** Build outputs that joined the set, by name. */
  readonly files: readonly (Digest & { readonly name: string })[];
}

/** One file of a set beside the manifest. */
export interface ManifestArtifact {
  readonly name: string;
  readonly role: ArtifactRole;
  readonly bytes: number;
  readonly sha256: string;
  /** Archives only. */
  readonly format?: ArchiveFormat;
  readonly compression?: {
    readonly algorithm: "gzip";
    readonly level: number;
    readonly implementation: string;
    readonly version: string;
    readonly block_bytes: number;
    readonly blocks: readonly number[];
    readonly first_paths?: readonly string[];
  };
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
    readonly git: string;
  };
  readonly ref?: string;
  readonly branch?: string;
  readonly origin?: string;
  readonly dirty?: WorkTreeCounts;
  readonly ci?: Readonly<Record<string, string>>;
  readonly milestone?: string;
  readonly notes?: readonly string[];
  readonly contacts?: readonly string[];
  readonly environment?: Readonly<Record<string, unknown>>;
  /** Names of files in the set's folder that belong to an earlier state of it, kept beside. */
  readonly superseded?: readonly string[];
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

/** The blocks of a compressed artifact, in the shape that readers take; undefined for a plain tar. */
export function blockIndexOf(artifact: ManifestArtifact): BlockIndex | undefined {
  const { compression } = artifact;
  if (compression === undefined) return undefined;
  return {
    blockBytes: compression.block_bytes,
    offsets: compression.blocks,
    ...(compression.first_paths && { firstPaths: compression.first_paths }),
  };
}
