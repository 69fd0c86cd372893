import type { BytePath } from "./folder.ts";
import type { ByteRange } from "./store.ts";

/** What the file system under a target can hold, as was tried out on it. */
export interface TargetTraits {
  readonly symlinks: boolean;
  /** POSIX permission bits stay. */
  readonly modes: boolean;
  /** Two names that differ in upper and lower case alone are one. */
  readonly foldsCase: boolean;
  /** Two names that differ in Unicode's form alone are one. */
  readonly normalizes: boolean;
  /** Names are Windows's: devices, streams, characters and endings that it takes for itself. */
  readonly windowsNames: boolean;
  /** Names are any bytes; else Unicode text. */
  readonly anyBytes: boolean;
}

/** A new file that is being filled. Every call may throw `store`: no room, no permission. */
export interface FileSink {
  write(data: Uint8Array): void;
  /** Ends it, with the time (seconds since 1970) that was given when it was made. */
  close(): void;
}

export interface NewFile {
  /**
   * Permission bits, of which what is made gets those that the process's umask lets a new file or folder have (tar does so for
   * anyone but root); setuid, setgid and sticky are never set.
   */
  readonly mode: number;
  /** Seconds since 1970; absent: now. */
  readonly mtime?: number;
}

/**
 * A folder that is being filled out of sight, and shown whole or not at all. Everything is made new, by this process, and
 * nothing that is made is ever followed or written through: links are made last, when the target is published. Paths are
 * checked by who gives them. Calls that make something are synchronous: that is how many small files are written fast.
 */
export interface RestoreTarget extends AsyncDisposable {
  readonly traits: TargetTraits;
  /** Makes a folder and those above it; again for one that is there, or for the root (the empty path), sets its bits and time. */
  folder(path: BytePath, made: NewFile): void;
  /** Makes a file, and the folders above it. Throws `unsafe` when something is there already. */
  file(path: BytePath, made: NewFile): FileSink;
  /** Remembers a link, to be made when all files are; `link` is its target's bytes. */
  link(path: BytePath, link: BytePath): void;
  /** Reads a file back that was made here, or a range of it, which memory has to hold. */
  read(path: BytePath, range?: ByteRange): Uint8Array;
  /**
   * Makes the links, sets the folders' bits and times, and puts all of it under its final name. Rejects with `settings` when
   * something has come to be there meanwhile; then nothing is. Not for a drill.
   */
  publish(): Promise<void>;
}
