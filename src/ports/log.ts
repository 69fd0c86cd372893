/** Where a run says what it does, while it does it. Lines are plain text of one sentence; control characters are the log's to escape. */
export interface Log {
  /** A step begins; lines until the next step belong to it. */
  step(title: string): void;
  /** One event: `stored app-1.4.0.tar.gz (1.2 MB, 3.4 s) in ./cold`. */
  event(line: string): void;
  warn(line: string): void;
  /** Only shown when asked for. */
  debug(line: string): void;
}

/** One piece of work whose bytes are counted; `total` is absent when unknown. */
export interface Meter {
  add(bytes: number): void;
  /** Tells the total as soon as it's known, or known better. Absent where nobody looks. */
  expect?(totalBytes: number): void;
  done(): void;
}

/** Shows how far work is: rate and time left on a terminal, a line every now and then elsewhere. */
export interface Progress {
  start(title: string, totalBytes?: number): Meter;
}
