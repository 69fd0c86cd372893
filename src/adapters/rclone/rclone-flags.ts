import { version } from "../../model/version.ts";

export interface FlagsRequest {
  /** Absolute path of the configuration, or the null device. */
  readonly config: string;
  /** The user's own, none that would be refused. */
  readonly args: readonly string[];
  /** Of the remote. */
  readonly remoteArgs: readonly string[];
  /** Milliseconds without a byte after which rclone drops a connection. */
  readonly idleTimeout: number;
}

/**
 * The flags before the command of each call. The user's stand between what they may change and what they may not: of two flags
 * of one name rclone takes the last.
 */
export function callFlags({ config, args, remoteArgs, idleTimeout }: FlagsRequest): readonly string[] {
  return [
    // A dead S3 host takes 4 minutes with rclone's own 10; whole calls are tried again by the run.
    "--low-level-retries=5",
    "--contimeout=30s",
    `--timeout=${Math.ceil(idleTimeout / 1000)}s`,
    `--user-agent=coldstore/${version}`,
    ...args,
    ...remoteArgs,
    `--config=${config}`,
    "--ask-password=false",
    "--retries=1",
    "--use-json-log",
    "--log-level=INFO",
    // Also a sign of life: an rclone whose run was killed ends at the next line, which nobody reads.
    "--stats=1s",
    "--stats-log-level=INFO",
  ];
}
