import { linesLog } from "./lines.ts";
import type { LogOutput, LogSink } from "./log-output.ts";
import { WorkList, workParts, type Work } from "./work.ts";

const firstAfter = 5000;
const thenEvery = 30_000;

/** A log for files and CI: plain lines; work of more than five seconds gets a line then, and every half minute from there on. */
export function openPlainLog(sink: LogSink): LogOutput {
  const due = new WeakMap<Work, number>();
  let timer: Disposable | undefined;

  const tick = () => {
    const now = sink.clock.now();
    for (const work of list.running) {
      // Looked at every second, also when nothing is said: the rate is that of the last seconds.
      const parts = workParts(work, now);
      if (now < (due.get(work) ?? work.started + firstAfter)) continue;
      sink.write(`  ${parts.join("  ")}\n`);
      due.set(work, now + thenEvery);
    }
  };
  const stop = () => {
    timer?.[Symbol.dispose]();
    timer = undefined;
  };
  const list = new WorkList(sink.clock, () => {
    if (list.running.length === 0) stop();
    else timer ??= sink.clock.every(1000, tick);
  });

  return { log: linesLog(sink, (line) => sink.write(line)), progress: list, [Symbol.dispose]: stop };
}
