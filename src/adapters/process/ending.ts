/** What seeing a run to its end needs of a process. */
export interface EndingProcess {
  exitCode?: number | string | null | undefined;
  once(event: "exit", listener: () => void): unknown;
  exit(): void;
}

/** A stream that takes what the run says; the callback comes when all that was written before is out, or never will be. */
interface Drain {
  write(text: string, written: () => void): unknown;
}

export interface EndingRequest {
  readonly process: EndingProcess;
  /** What is still to be written when the process ends. */
  readonly streams: readonly Drain[];
  /** Says that the process ended with no word about the run, at once and without waiting. */
  readonly cutOff: (sentence: string) => void;
}

/** Milliseconds that the process has to end by itself in once all is said. */
const graceMilliseconds = 2000;

const cutOffCode = 1;

/** The end of a process that does one run, in which code of others may run, too. */
export class Ending {
  readonly #request: EndingRequest;
  #code: number | undefined;

  /** From here on the process ends well only if it's told so. */
  constructor(request: EndingRequest) {
    const { process, cutOff } = request;
    this.#request = request;
    process.exitCode = cutOffCode;
    process.once("exit", () => {
      // What ends a process gives a code of its own, which may be 0.
      if (isZero(process.exitCode)) process.exitCode = this.#code ?? cutOffCode;
      if (this.#code === undefined) cutOff(sentence);
    });
  }

  /** Somebody is being told how the run ended: the process may end now, with this code if it has no worse one. */
  told(code: number): void {
    this.#code = code;
  }

  /** All is said and let go of: the process ends by itself, or is ended soon when something of others keeps it. */
  over(code: number): void {
    const { process } = this.#request;
    this.told(code);
    process.exitCode = code;
    // It fires only if there is something left that keeps the process.
    setTimeout(() => this.#leave(), graceMilliseconds).unref();
  }

  /** A pipe whose reader is slow gets all of it. */
  #leave(): void {
    const { process, streams } = this.#request;
    let waiting = streams.length;
    for (const stream of streams)
      stream.write("", () => {
        waiting -= 1;
        if (waiting === 0) process.exit();
      });
  }
}

const sentence =
  "something ended the process before the run was over, and what it did is unknown: look for a plugin that calls process.exit, or that waits for what never comes";

function isZero(code: EndingProcess["exitCode"]): boolean {
  return Number(code ?? 0) === 0;
}
