export type EntryType = "file" | "symlink" | "dir";

/**
 * One path in an archive, as the file list has it. Paths count from the repository's root (no prefix), without a
 * trailing slash. A name that isn't valid UTF-8 has its bytes in `pathBytes` (`linkBytes`), and `path` reads lossily.
 */
export interface Entry {
  readonly path: string;
  readonly pathBytes?: Uint8Array;
  readonly type: EntryType;
  /** Permission bits as the archive has them: 0o664, 0o775, 0o777. */
  readonly mode: number;
  /** Bytes of content; 0 for folders and links. */
  readonly size: number;
  /** SHA-256 of the content, lowercase hex; files only. */
  readonly sha256?: string;
  /** Target of a symlink. */
  readonly link?: string;
  readonly linkBytes?: Uint8Array;
  /** Where the content starts in the uncompressed tar; files only. */
  readonly offset?: number;
}

/** Whether two entries are the same to their owner: git lets the group write in its archives, those of folders don't. */
export function hasSameMode(a: Pick<Entry, "mode">, b: Pick<Entry, "mode">): boolean {
  return (a.mode & 0o700) === (b.mode & 0o700);
}

/** Counts over the entries of one archive; `bytes` is the content of the files, without headers or padding. */
export interface TreeCounts {
  readonly files: number;
  readonly dirs: number;
  readonly symlinks: number;
  readonly bytes: number;
}
