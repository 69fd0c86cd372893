import { execFile } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { errnoOf } from "../local/disk-error.ts";

/** One run of a program that has little to say; nothing is put on its standard input. */
export interface ProgramCall {
  /** Absolute path. */
  readonly program: string;
  readonly args: readonly string[];
  /** All of its environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly folder?: string;
  readonly limitMs: number;
  readonly signal: AbortSignal;
}

export interface ProgramEnd {
  /** Undefined: it was killed, by the limit of time or by somebody. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

const mostOutput = 1024 * 1024;

/** Runs a program to its end. Rejects with the signal's reason, and with what the system says where it can't be started. */
export async function runProgram(call: ProgramCall): Promise<ProgramEnd> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await runOnce(call);
    } catch (thrown) {
      // A process that was started while the program's file was written holds that open until it has become another program.
      if (errnoOf(thrown) !== "ETXTBSY" || tries === 20) throw thrown;
      await delay(50);
    }
  }
}

async function runOnce({ program, args, env, folder, limitMs, signal }: ProgramCall): Promise<ProgramEnd> {
  signal.throwIfAborted();
  const options = { env, timeout: limitMs, maxBuffer: mostOutput, signal, windowsHide: true } as const;
  return new Promise((resolve, reject) => {
    const child = execFile(
      program,
      [...args],
      { ...options, ...(folder !== undefined && { cwd: folder }), killSignal: "SIGKILL" },
      (error, stdout, stderr) => {
        if (signal.aborted) return reject(signal.reason as Error);
        const { code } = (error ?? { code: 0 }) as { code?: unknown };
        if (typeof code === "string" && /^E[A-Z]+$/.test(code)) return reject(error);
        resolve({ code: typeof code === "number" ? code : undefined, stdout, stderr });
      },
    );
    child.stdin?.on("error", () => {});
    child.stdin?.end();
  });
}

const passedOn = ["PATH", "HOME", "USERPROFILE", "SYSTEMROOT", "TMPDIR", "TEMP", "TMP", "LOCALAPPDATA", "APPDATA"];

/** What a program needs of the environment to run at all; nothing that could change what it does, and no secret. */
export function bareEnvironment(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const kept: Record<string, string> = { LC_ALL: "C" };
  for (const [name, value] of Object.entries(env))
    if (value !== undefined && passedOn.includes(name.toUpperCase())) kept[name] = value;
  return kept;
}
