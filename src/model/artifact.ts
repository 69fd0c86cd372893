/** Where an artifact's bytes are: a finished file in scratch, or memory (small ones only). */
export type ArtifactBody = { readonly file: string } | { readonly data: Uint8Array };

/** A finished file that we store. `name` uses [A-Za-z0-9._-] only; `sha256` is lowercase hex; never changed once made. */
export interface Artifact {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly body: ArtifactBody;
}

/** What an artifact is to its set. */
export type ArtifactRole = "archive" | "file-list" | "file" | "checksums" | "restore-notes";

/**
 * Where the independently compressed blocks of an artifact start. Block i holds the uncompressed bytes
 * [i × blockBytes, (i + 1) × blockBytes), and lies in the file from offsets[i] to offsets[i + 1] (the last: to the trailer).
 */
export interface BlockIndex {
  readonly blockBytes: number;
  readonly offsets: readonly number[];
  /** File lists only: the path of the first line that starts in each block, with a trailing slash if it is a folder. */
  readonly firstPaths?: readonly string[];
}
