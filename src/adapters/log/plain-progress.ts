import type { Progress } from "../../ports/log.ts";
import type { LogClock } from "./clock.ts";
import { WorkList, workParts, type Work } from "./work.ts";

const firstAfter = 5000;
const thenEvery = 30_000;

/** Progress in lines; disposing of it stops its timer, twice is fine. */
export interface PlainProgress extends Disposable {
  readonly progress: Progress;
}

/** Work of more than five seconds gets a line then, and every half minute from there on; `print` is given each with its newline. */
export function openPlainProgress(clock: LogClock, print: (line: string) => void): PlainProgress {
  const due = new WeakMap<Work, number>();
  let timer: Disposable | undefined;

  const tick = () => {
    const now = clock.now();
    for (const work of list.running) {
      // Looked at every second, also when nothing is said: the rate is that of the last seconds.
      const parts = workParts(work, now);
      if (now < (due.get(work) ?? work.started + firstAfter)) continue;
      print(`  ${parts.join("  ")}\n`);
      due.set(work, now + thenEvery);
    }
  };
  const stop = () => {
    timer?.[Symbol.dispose]();
    timer = undefined;
  };
  const list = new WorkList(clock, () => {
    if (list.running.length === 0) stop();
    else timer ??= clock.every(1000, tick);
  });

  return { progress: list, [Symbol.dispose]: stop };
}
