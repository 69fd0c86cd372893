/** The part of a standard stream that others print on. */
export interface PrintedStream {
  write: NodeJS.WriteStream["write"];
}

export interface ForeignRequest {
  readonly streams: readonly PrintedStream[];
  readonly process: { prependListener(event: "exit", listener: () => void): unknown; off: ForeignOff };
  /** Takes a line, without its newline, that may hold anything. */
  readonly say: (line: string) => void;
}

type ForeignOff = (event: "exit", listener: () => void) => unknown;

// What comes without newlines is cut there.
const longestLine = 4096;

/**
 * From `begin` on, what anything prints on these streams is said line by line instead: code of others can't break a report, or give
 * commands to a workflow's runner. Our own writers hold on to `write` as it was. Disposing of it gives the streams back; twice is fine.
 */
export class ForeignOutput implements Disposable {
  readonly #request: ForeignRequest;
  readonly #restore: (() => void)[] = [];
  readonly #end = (): void => this[Symbol.dispose]();

  constructor(request: ForeignRequest) {
    this.#request = request;
  }

  begin(): void {
    if (this.#restore.length > 0) return;
    const { streams, process } = this.#request;
    // Before anybody has a last word.
    process.prependListener("exit", this.#end);
    for (const stream of streams) this.#restore.push(this.#take(stream));
  }

  [Symbol.dispose](): void {
    for (const restore of this.#restore.splice(0)) restore();
    this.#request.process.off("exit", this.#end);
  }

  #take(stream: PrintedStream): () => void {
    const { say } = this.#request;
    const own = stream.write;
    let rest = "";
    stream.write = (chunk: Uint8Array | string, ...options: unknown[]): boolean => {
      const lines = `${rest}${typeof chunk === "string" ? chunk : Buffer.from(chunk).toString()}`.split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) say(line);
      if (rest.length > longestLine) {
        say(rest);
        rest = "";
      }
      const written = options.at(-1);
      if (typeof written === "function") queueMicrotask(() => written());
      return true;
    };
    return () => {
      stream.write = own;
      if (rest !== "") say(rest);
    };
  }
}
