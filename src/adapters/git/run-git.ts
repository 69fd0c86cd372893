import { type ChildProcess, spawn } from "node:child_process";
import { statSync } from "node:fs";
import type { Readable, Writable } from "node:stream";
import { ColdstoreError } from "../../model/errors.ts";
import { gitProgram } from "./find-git.ts";
import { hermeticEnvironment } from "./git-environment.ts";
import { missingAdvice, wholeCheckout } from "./missing-contents.ts";

/** One run of git. It never prompts, never writes outside its own --git-dir, and ends when the signal aborts. */
export interface GitCall {
  readonly args: readonly string[];
  readonly signal: AbortSignal;
  /** Written to standard input, which is else empty. */
  readonly input?: string | Uint8Array;
  /** Instead of the hermetic environment. */
  readonly base?: Readonly<Record<string, string | undefined>>;
  /** On top of the environment. */
  readonly set?: Readonly<Record<string, string>>;
}

export interface GitResult {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** A git that is running. */
export interface GitProcess {
  readonly stdin: Writable;
  readonly stdout: Readable;
  /**
   * Resolves once git has ended and its output is read. Rejects with the signal's reason after an abort, and with
   * `source` if git can't be started. Always look at it: reading `stdout` to its end doesn't say that git did well.
   */
  readonly ended: Promise<{ readonly code: number; readonly stderr: string }>;
  /** Ends git early; what it still had to say is dropped. */
  stop(): void;
}

const stderrLimit = 16 * 1024;

/** Starts git. The one place that does. */
export function startGit(call: GitCall): GitProcess {
  call.signal.throwIfAborted();
  const env = { ...(call.base ?? hermeticEnvironment()), ...call.set };
  const program = gitProgram({ platform: process.platform, env, isFile });
  if (program === undefined) throw notFound();
  const child = spawn(program, [...call.args], {
    env,
    stdio: ["pipe", "pipe", "pipe"],
    windowsHide: true,
  });
  const stop = (): void => {
    child.kill();
    // Unread output would keep the process from ever counting as closed.
    child.stdout.destroy();
  };
  call.signal.addEventListener("abort", stop, { once: true });
  const ended = endOf(child, call.signal).finally(() => call.signal.removeEventListener("abort", stop));
  // Whoever drops the process early doesn't look at how it ended.
  ended.catch(() => {});
  // A git that stops early closes its input; the exit code and stderr say why.
  child.stdin.on("error", () => {});
  return { stdin: child.stdin, stdout: child.stdout, ended, stop };
}

/** The output of a running git as it comes; rejects like `ended`, and with `source` if git failed. Leaving early stops git. */
export async function* outputOf(git: GitProcess, args: readonly string[]): AsyncGenerator<Buffer, void, undefined> {
  try {
    try {
      for await (const chunk of git.stdout as AsyncIterable<Buffer>) yield chunk;
    } catch (error) {
      await git.ended;
      throw error;
    }
    const { code, stderr } = await git.ended;
    if (code !== 0) throw gitFailed(args, stderr);
  } finally {
    git.stop();
  }
}

/** Runs git and gives its whole output; for small outputs. Any exit code is an answer. */
export async function askGit(call: GitCall): Promise<GitResult> {
  const git = startGit(call);
  git.stdin.end(call.input);
  const chunks: Buffer[] = [];
  git.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  const { code, stderr } = await git.ended;
  return { code, stdout: Buffer.concat(chunks), stderr };
}

/** Runs git and gives its output as text; rejects with `source` and git's own words if it fails. */
export async function readGit(call: GitCall): Promise<string> {
  const { code, stdout, stderr } = await askGit(call);
  if (code !== 0) throw gitFailed(call.args, stderr);
  return stdout.toString("utf8");
}

/** What git said when it failed, as one sentence. */
export function gitFailed(args: readonly string[], stderr: string): ColdstoreError {
  const lines = stderr.split("\n").filter((line) => line !== "");
  const telling = lines.find((line) => line.startsWith("fatal: ")) ?? lines[0] ?? "it was killed or gave no reason";
  const said = telling.replace(/^(fatal|error): /, "");
  if (/No space left on device|Disk quota exceeded/i.test(stderr))
    return new ColdstoreError(
      "store",
      `git ${commandOf(args)} has no room for its scratch files (${said}); free some space, or use another folder for temporary files (RUNNER_TEMP, which a runner sets, or without it TMPDIR)`,
      { cause: stderr },
    );
  // Of a partial clone, which isn't let fetch what it lacks.
  const promised = /could not fetch \S+ from promisor remote/i.test(stderr);
  const missing =
    promised || /invalid object|bad object|missing|unable to (read|find|get)|not a tree object/i.test(stderr);
  return new ColdstoreError("source", `git ${commandOf(args)} failed: ${said}${missing ? `; ${missingAdvice}` : ""}`, {
    cause: stderr,
    ...(promised && { remedy: wholeCheckout }),
  });
}

function commandOf(args: readonly string[]): string {
  const withValue = new Set(["-c", "-C"]);
  return args.find((arg, index) => !arg.startsWith("-") && !withValue.has(args[index - 1] ?? "")) ?? "";
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function endOf(child: ChildProcess, signal: AbortSignal): Promise<{ code: number; stderr: string }> {
  let stderr = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    if (stderr.length < stderrLimit) stderr += text.slice(0, stderrLimit - stderr.length);
  });
  return new Promise((resolve, reject) => {
    child.on("error", (error) => reject(signal.aborted ? asReason(signal) : notStarted(error)));
    child.on("close", (code) => {
      if (signal.aborted) reject(asReason(signal));
      else resolve({ code: code ?? -1, stderr });
    });
  });
}

function asReason(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new ColdstoreError("interrupted", "stopped while git ran");
}

function notStarted(error: Error & { code?: string }): ColdstoreError {
  if (error.code === "ENOENT") return notFound(error);
  return new ColdstoreError("source", `git can't be started: ${error.message}`, { cause: error });
}

function notFound(cause?: Error): ColdstoreError {
  return new ColdstoreError("source", "git wasn't found on the PATH; install git 2.39.1 or newer", { cause });
}
