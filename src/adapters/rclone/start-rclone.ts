import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { ColdstoreError } from "../../model/errors.ts";
import { type RcloneStall, watchRclone } from "./rclone-stall.ts";

export interface RcloneStart {
  /** Absolute path of the executable. */
  readonly program: string;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Milliseconds without a sign of progress; absent: it may be quiet for as long as it likes. */
  readonly stallTimeout?: number;
  /** Milliseconds that it has to end in after it was told to. */
  readonly grace: number;
  /** Told when it hasn't ended in that time, and is killed. */
  readonly onKill?: () => void;
  /** Of the remote, for errors. */
  readonly name: string;
}

/** An rclone at work. Both outputs have to be read to their ends. */
export interface RunningRclone {
  readonly stdout: Readable;
  readonly stderr: Readable;
  /**
   * Resolves to its exit code when it's gone. Rejects, also only then, with the signal's reason after an abort, with a transient
   * `store` after a stall, and when it can't be started.
   */
  readonly ended: Promise<number>;
  /** Something got on. */
  moved(): void;
  /** Tells it to end, as Ctrl-C does; kills it if it doesn't. */
  stop(reason: Error): void;
  /** Kills it without waiting. */
  kill(): void;
}

/** Starts rclone. The one place that does. */
export function startRclone(start: RcloneStart): RunningRclone {
  start.signal.throwIfAborted();
  const child = spawn(start.program, [...start.argv], {
    env: start.env,
    stdio: ["ignore", "pipe", "pipe"],
    windowsHide: true,
    // In a group of its own Ctrl-C doesn't reach it beside ours: a second SIGINT would cut its tidying up short.
    detached: process.platform !== "win32",
  });
  const end = new ChildEnd(child, start);
  const watch = watchFor(start, child.stdout, (reason) => end.stop(reason));
  const onAbort = (): void => end.stop(reasonOf(start.signal));
  start.signal.addEventListener("abort", onAbort, { once: true });
  const ended = end.code(start.program).finally(() => {
    watch.end();
    start.signal.removeEventListener("abort", onAbort);
  });
  // Whoever drops a stream early doesn't look at how it ended.
  ended.catch(() => {});
  return {
    stdout: child.stdout,
    stderr: child.stderr,
    ended,
    moved: () => watch.moved(),
    stop: (reason) => end.stop(reason),
    kill: () => end.kill(),
  };
}

function watchFor({ stallTimeout, name }: RcloneStart, stdout: Readable, stall: (reason: Error) => void): RcloneStall {
  if (stallTimeout === undefined) return { moved() {}, end() {} };
  return watchRclone({ name, milliseconds: stallTimeout, stdout, stall });
}

type Child = ChildProcessByStdio<null, Readable, Readable>;

class ChildEnd {
  readonly #child: Child;
  readonly #start: Pick<RcloneStart, "grace" | "onKill">;
  #reason: Error | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(child: Child, start: Pick<RcloneStart, "grace" | "onKill">) {
    this.#child = child;
    this.#start = start;
  }

  stop(reason: Error): void {
    if (this.#reason !== undefined || !this.#isAlive()) return;
    this.#reason = reason;
    // Nobody reads on: what it still writes must not keep it from ending.
    this.#child.stdout.resume();
    // Windows has no signals: there it's ended at once.
    this.#child.kill("SIGINT");
    this.#timer = setTimeout(() => this.#killLate(), this.#start.grace);
  }

  #killLate(): void {
    if (!this.#isAlive()) return;
    this.kill();
    this.#start.onKill?.();
  }

  /** With what it may have started: a program that gives tokens, or ssh. */
  kill(): void {
    const { pid } = this.#child;
    if (pid === undefined || !this.#isAlive()) return;
    try {
      if (process.platform === "win32") this.#child.kill("SIGKILL");
      else process.kill(-pid, "SIGKILL");
    } catch {
      this.#child.kill("SIGKILL");
    }
  }

  #isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  code(program: string): Promise<number> {
    return new Promise<number>((resolve, reject) => {
      this.#child.on("error", (error) => {
        clearTimeout(this.#timer);
        reject(this.#reason ?? notStarted(program, error));
      });
      // What it started may hold its outputs open for longer than it lives.
      this.#child.on("exit", () => {
        const late = setTimeout(() => this.#closeOutputs(), 2000);
        this.#child.once("close", () => clearTimeout(late));
      });
      this.#child.on("close", (code, signal) => {
        clearTimeout(this.#timer);
        if (this.#reason !== undefined) reject(this.#reason);
        else resolve(code ?? 128 + (signal === null ? 0 : (signalNumbers[signal] ?? 0)));
      });
    });
  }

  #closeOutputs(): void {
    this.#child.stdout.destroy();
    this.#child.stderr.destroy();
  }
}

const signalNumbers: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGPIPE: 13, SIGTERM: 15 };

function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new ColdstoreError("interrupted", "stopped while rclone ran");
}

function notStarted(program: string, error: Error & { code?: string }): ColdstoreError {
  const why = startFailures[error.code ?? ""] ?? error.message;
  return new ColdstoreError("settings", `rclone at ${program} can't be started: ${why}`, {
    cause: error,
    transient: error.code === "ETXTBSY" || error.code === "EAGAIN",
  });
}

const startFailures: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file; set rclone-path to an rclone, or leave it out for one to be fetched",
  EACCES: "it isn't an executable file; make it one (chmod +x), or leave rclone-path out for one to be fetched",
  ENOEXEC: "it isn't a program of this machine's kind; leave rclone-path out for one that is to be fetched",
  E2BIG: "its arguments or the environment are too long; set fewer variables",
};
