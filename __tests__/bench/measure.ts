import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";

/** What one run of a command took. `peakBytes` is the memory of its largest process. CPU and memory need GNU time. */
export interface Measurement {
  readonly seconds: number;
  readonly cpuSeconds?: number;
  readonly peakBytes?: number;
}

/** A command to be measured: `line` is given to bash; `prepare` runs before each time, unmeasured. */
export interface Candidate {
  readonly name: string;
  readonly line: string;
  prepare?(): void;
  /** Bytes of what it made. */
  produced?(): number;
}

/** The measurements of one candidate, in the order of the rounds, without the warm-up. */
export interface Series {
  readonly name: string;
  readonly runs: readonly Measurement[];
  readonly bytes?: number;
}

/** Runs the candidates in turn, so that a slow minute of the machine meets all of them; the first round is a warm-up. */
export async function sideBySide(candidates: readonly Candidate[], rounds: number): Promise<readonly Series[]> {
  const runs = candidates.map((): Measurement[] => []);
  for (let round = 0; round <= rounds; round += 1)
    for (const [index, candidate] of candidates.entries()) {
      candidate.prepare?.();
      const measured = await measure(candidate.line);
      process.stderr.write(`  ${candidate.name}: ${measured.seconds.toFixed(2)} s${round === 0 ? " (warm-up)" : ""}\n`);
      if (round > 0) runs[index]?.push(measured);
    }
  return candidates.map((candidate, index) => ({
    name: candidate.name,
    runs: runs[index] ?? [],
    ...(candidate.produced && { bytes: candidate.produced() }),
  }));
}

/** Runs a line of bash once. Rejects with what it said when it fails. */
export async function measure(line: string): Promise<Measurement> {
  const facts = join(tmpdir(), `coldstore-bench-${process.pid}.time`);
  const gnuTime = process.platform === "linux" && existsSync("/usr/bin/time");
  const [program, ...rest] = gnuTime ? ["/usr/bin/time", "-o", facts, "-f", "%U %S %M", "bash"] : ["bash"];
  const start = performance.now();
  const child = spawn(program ?? "bash", [...rest, "-o", "pipefail", "-c", line], {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, NO_COLOR: "1" },
  });
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, "close")]);
  const seconds = (performance.now() - start) / 1000;
  if (code !== 0) throw new Error(`${line}\nended with ${code}:\n${said.slice(-2000)}`);
  if (!gnuTime) return { seconds };
  const [user = 0, system = 0, kilobytes = 0] = readFileSync(facts, "utf8").trim().split(" ").map(Number);
  rmSync(facts);
  return { seconds, cpuSeconds: user + system, peakBytes: kilobytes * 1024 };
}

/** The middle one; of an even number, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}
