import { existsSync, readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** The command lines of processes that have this text in theirs; Linux only, elsewhere there are none. */
function processesWith(text: string): readonly string[] {
  if (!existsSync("/proc/self/cmdline")) return [];
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(commandLine)
    .filter((line) => line.includes(text));
}

/** Those that are still there after half a minute. */
export async function lastingProcessesWith(text: string): Promise<readonly string[]> {
  const until = performance.now() + 30_000;
  while (processesWith(text).length > 0 && performance.now() < until) await sleep(50);
  return processesWith(text);
}

/** Empty when it is gone. */
function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return "";
  }
}
