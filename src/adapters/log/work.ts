import type { Meter, Progress } from "../../ports/log.ts";
import { formatBytes, formatDuration } from "../../model/units.ts";
import { visibleText } from "../../model/visible-text.ts";
import type { LogClock } from "./clock.ts";

/** One piece of work under way. */
export interface Work {
  readonly title: string;
  readonly total: number | undefined;
  readonly started: number;
  readonly bytes: number;
  /** Bytes a second over the last ten seconds or so, if it is asked every second; 0 when nothing has moved for five. */
  rate(now: number): number;
}

/** The work that is under way, in the order of its start. `changed` is called after each start and each end. */
export class WorkList implements Progress {
  readonly #running = new Set<CountedWork>();
  readonly #clock: LogClock;
  readonly #changed: () => void;

  constructor(clock: LogClock, changed: () => void) {
    this.#clock = clock;
    this.#changed = changed;
  }

  get running(): readonly Work[] {
    return [...this.#running];
  }

  start(title: string, totalBytes?: number): Meter {
    const work = new CountedWork(visibleText(title), totalBytes, this.#clock.now());
    this.#running.add(work);
    this.#changed();
    return {
      add: (bytes) => work.add(bytes),
      expect: (bytes) => work.expect(bytes),
      done: () => {
        if (this.#running.delete(work)) this.#changed();
      },
    };
  }
}

const leastShare = 0.02;

/**
 * What is said of a piece of work, part by part: title, share, bytes, rate, time left; what isn't known is left out. Bytes that were
 * sent twice are never more than the total.
 */
export function workParts(work: Work, now: number): readonly string[] {
  const { title, total, bytes } = work;
  const rate = work.rate(now);
  const speed = rate > 0 ? [`${formatBytes(rate)}/s`] : [];
  if (total === undefined || total <= 0) return [title, formatBytes(bytes), ...speed];
  const share = `${shareOf(work)} %`.padStart(5);
  // What comes first says little of what follows.
  const isForeseeable = rate > 0 && bytes >= total * leastShare && bytes < total;
  const left = isForeseeable ? [`${formatDuration(Math.ceil((total - bytes) / rate))} left`] : [];
  return [title, share, `${formatBytes(Math.min(bytes, total))} of ${formatBytes(total)}`, ...speed, ...left];
}

/** Whole percent done, at most 99 until all of it is; 0 when the total isn't known. */
export function shareOf({ bytes, total }: Work): number {
  if (total === undefined || total <= 0) return 0;
  return bytes >= total ? 100 : Math.floor((bytes / total) * 100);
}

interface Sample {
  readonly time: number;
  readonly bytes: number;
}

const sampleEvery = 1000;
const samplesKept = 10;
const stillAfter = 5000;

class CountedWork implements Work {
  readonly title: string;
  readonly started: number;
  #total: number | undefined;
  #bytes = 0;
  #samples: readonly Sample[];
  /** When it was last asked and had got on. */
  #moved: Sample;

  constructor(title: string, total: number | undefined, started: number) {
    this.title = title;
    this.#total = total;
    this.started = started;
    this.#samples = [{ time: started, bytes: 0 }];
    this.#moved = { time: started, bytes: 0 };
  }

  get total(): number | undefined {
    return this.#total;
  }

  get bytes(): number {
    return this.#bytes;
  }

  expect(total: number): void {
    this.#total = total;
  }

  add(bytes: number): void {
    this.#bytes += bytes;
  }

  rate(now: number): number {
    if (this.#bytes !== this.#moved.bytes) this.#moved = { time: now, bytes: this.#bytes };
    const last = this.#samples.at(-1);
    if (last === undefined || now - last.time >= sampleEvery)
      this.#samples = [...this.#samples, { time: now, bytes: this.#bytes }].slice(-samplesKept);
    const first = this.#samples[0];
    if (first === undefined || now <= first.time || now - this.#moved.time >= stillAfter) return 0;
    return ((this.#bytes - first.bytes) / (now - first.time)) * 1000;
  }
}
