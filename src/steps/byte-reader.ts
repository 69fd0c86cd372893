/** Takes a stream of bytes apart: so many at once, or so many as they come. Chunks are handed on, not copied, where they can be. */
export class ByteReader {
  /** Bytes taken so far. */
  position = 0;
  readonly #source: AsyncIterator<Uint8Array>;
  #chunk: Uint8Array = new Uint8Array();

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** The next bytes in memory of their own; fewer at the end of the stream. For small counts: all of it is held. */
  async take(bytes: number): Promise<Buffer> {
    const taken: Uint8Array[] = [];
    for await (const part of this.stream(bytes)) taken.push(part);
    return Buffer.concat(taken);
  }

  /** The next bytes, as they come; fewer at the end of the stream. To be drained before anything else is taken. */
  async *stream(bytes: number): AsyncGenerator<Uint8Array, void, undefined> {
    for (let left = bytes; left > 0 && (await this.#fill());) {
      const part = this.#chunk.subarray(0, left);
      this.#chunk = this.#chunk.subarray(part.length);
      this.position += part.length;
      left -= part.length;
      yield part;
    }
  }

  /** Goes on to a place behind this one, or to the end of the stream; stays where it is for one before. */
  async skipTo(position: number): Promise<void> {
    for await (const _ of this.stream(position - this.position));
  }

  /** Whether nothing is left. */
  async isAtEnd(): Promise<boolean> {
    return !(await this.#fill());
  }

  async #fill(): Promise<boolean> {
    while (this.#chunk.length === 0) {
      const next = await this.#source.next();
      if (next.done === true) return false;
      this.#chunk = next.value;
    }
    return true;
  }
}
