import type { Readable } from "node:stream";

/** One call of rclone. */
export interface RcloneCommand {
  /** Subcommand, flags and paths, without the flags that every call has; nothing secret. */
  readonly args: readonly string[];
  /** Paths for `--files-from-raw`, one a line: given in a private file whose flag is added. */
  readonly files?: readonly string[];
  /** Exit codes beside 0 that the caller makes sense of itself. */
  readonly accept?: readonly number[];
  /** It may work for as long as it takes without a sign, as when it digests a large local file: never taken for stalled. */
  readonly quiet?: true;
  /** Said when it's told to end, doesn't, and is killed: what it may have left, in a sentence. */
  readonly ifKilled?: string | undefined;
  /** Told of each event that rclone logs, as it comes. */
  readonly onEvent?: (event: RcloneEvent) => void;
}

/** One line of rclone's JSON log, what is used of it. Texts are free of secrets and control characters. */
export interface RcloneEvent {
  readonly level: "debug" | "info" | "notice" | "warning" | "error" | "critical";
  readonly message: string;
  /** Path of the object that it's about, as rclone has it. */
  readonly object?: string;
  readonly stats?: RcloneStats;
}

export interface RcloneStats {
  readonly bytes: number;
  readonly transferring: readonly { readonly name: string; readonly bytes: number; readonly size: number }[];
}

export interface RcloneEnd {
  readonly code: number;
  readonly stdout: Buffer;
  /** Errors that it logged (level error and above), oldest first; the last 200. */
  readonly errors: readonly RcloneEvent[];
}

export interface RcloneIo {
  /** When it aborts, rclone is told at once to end as for Ctrl-C, and is killed if it doesn't; the call rejects with its reason. */
  readonly signal: AbortSignal;
}

/** The one place that starts rclone: its environment, its configuration, its flags, its log and its end. */
export interface RcloneProcess {
  /** Runs a command to its end. Rejects with a translated ColdstoreError for exit codes that aren't accepted. */
  run(command: RcloneCommand, io: RcloneIo): Promise<RcloneEnd>;
  /**
   * Standard output as it comes. The stream fails with the translated error if rclone doesn't end well: bytes are
   * whole only when it has ended. Destroying it ends rclone.
   */
  stream(command: RcloneCommand, io: RcloneIo): Promise<Readable>;
  /** An exit that a caller accepted, as the error that it would have been. */
  errorOf(command: RcloneCommand, end: RcloneEnd): Error;
}

/** How rclone is told of a remote: where its configuration is. */
export type RcloneConfig =
  /** A file of the user's, which rclone may write new tokens to. */
  | { readonly kind: "file"; readonly path: string }
  /** Text for a private file, which is gone when the process is disposed of. */
  | { readonly kind: "text"; readonly text: string }
  /** All of it is in the environment or in connection strings. */
  | { readonly kind: "none" };

/** What a remote is to rclone. */
export interface Remote {
  /** As in messages: `r2:backups/acme`, `ssh://me@host/srv`. */
  readonly name: string;
  /** As rclone takes it, for the store's own folder: a key is what follows, behind a slash if this doesn't end in `:` or `/`. */
  readonly root: string;
  readonly config: RcloneConfig;
  /** Flags that belong to this remote. */
  readonly args: readonly string[];
}
