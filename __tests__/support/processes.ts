import { spawn, type ChildProcess, type SpawnOptions } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** Starts a TypeScript file of this folder as a process of its own. */
export function startScript(file: string, args: readonly string[], options: SpawnOptions = {}): ChildProcess {
  const path = fileURLToPath(new URL(file, import.meta.url));
  return spawn(process.execPath, [path, ...args], { stdio: ["ignore", "pipe", "pipe"], ...options });
}

/** What a process wrote and how it ended. */
export async function finished(child: ChildProcess): Promise<{ code: number | null; out: string; err: string }> {
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout?.on("data", (chunk: Buffer) => out.push(chunk));
  child.stderr?.on("data", (chunk: Buffer) => err.push(chunk));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, out: Buffer.concat(out).toString(), err: Buffer.concat(err).toString() };
}

/** Resolves when the process has said its first word. */
export async function firstWord(child: ChildProcess): Promise<void> {
  await once(child.stdout!, "data");
}
