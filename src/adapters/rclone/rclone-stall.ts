import type { Readable } from "node:stream";
import { ColdstoreError } from "../../model/errors.ts";
import { formatDuration } from "../../model/units.ts";

/** Watches whether a running rclone gets on. */
export interface RcloneStall {
  /** Something got on. */
  moved(): void;
  /** There's no more to watch. */
  end(): void;
}

export interface StallRequest {
  /** Of the remote, as in messages. */
  readonly name: string;
  /** Milliseconds without a sign of progress. */
  readonly milliseconds: number;
  /** Where it writes: while that is full because nobody reads, rclone isn't to blame. */
  readonly stdout: Pick<Readable, "readableFlowing" | "readableLength">;
  /** Told once, with a transient `store`. */
  readonly stall: (reason: ColdstoreError) => void;
}

/** Watches from now on. */
export function watchRclone({ name, milliseconds, stdout, stall }: StallRequest): RcloneStall {
  const timer = setTimeout(() => {
    if (stdout.readableFlowing === false && stdout.readableLength > 0) timer.refresh();
    else stall(stalled(name, milliseconds));
  }, milliseconds);
  return { moved: () => void timer.refresh(), end: () => clearTimeout(timer) };
}

function stalled(name: string, milliseconds: number): ColdstoreError {
  return new ColdstoreError(
    "store",
    `${name} is stalled: nothing moved for ${formatDuration(milliseconds / 1000)}, and rclone was ended; run it again, or set stall-timeout higher if the remote needs longer`,
    { transient: true },
  );
}
