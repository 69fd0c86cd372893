import { availableParallelism } from "node:os";
import { setFlagsFromString } from "node:v8";

/** Makes a process fit for packing; to be called before anything is read or compressed. */
export function tuneProcess(env: NodeJS.ProcessEnv): void {
  // Compression runs in libuv's threads, as many as there are cores; it reads this at its first work.
  env["UV_THREADPOOL_SIZE"] ??= String(Math.max(4, availableParallelism()));
  // Left alone, V8 lets its heap grow to several times what is in use: a run over 78,000 files took 290 MB and one over
  // 200,000 took 350, instead of about 220, for 2 % less time.
  for (const flag of ["--semi-space-growth-factor=1", "--heap-growing-percent=20"]) setFlagsFromString(flag);
}
