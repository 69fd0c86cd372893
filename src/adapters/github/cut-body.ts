import { Readable } from "node:stream";
import type { ReadableStream as NodeStream, UnderlyingSource } from "node:stream/web";
import { ColdstoreError } from "../../model/errors.ts";
import type { ByteRange } from "../../ports/store.ts";

/** An answer whose body hasn't been read. Names of headers are in small letters. */
export interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: ReadableStream<Uint8Array> | null;
}

export interface Cut {
  readonly range: ByteRange | undefined;
  /** Completes "couldn't ...". */
  readonly what: string;
  /** What an error of the body means. */
  failed(thrown: unknown): ColdstoreError;
  moved(bytes: number): void;
}

/** The bytes that were asked for, out of a body that may be that range or everything; one that is too short is an error. */
export function cutBody(answer: Answered, cut: Cut): Readable {
  if (answer.status === 416 || answer.body === null) {
    void answer.body?.cancel().catch(() => undefined);
    return Readable.from([], { objectMode: false });
  }
  try {
    return Readable.fromWeb(wanted(answer.body, spanOf(answer, cut), cut) as NodeStream);
  } catch (thrown) {
    void answer.body.cancel().catch(() => undefined);
    throw thrown;
  }
}

/** What of a body is wanted, in bytes of it. */
interface Span {
  readonly skip: number;
  /** At the most. */
  readonly take: number;
  /** How long the whole body is; undefined: it doesn't say. */
  readonly length: number | undefined;
}

function spanOf({ status, headers }: Answered, { range, what }: Cut): Span {
  if ((headers["content-encoding"] ?? "identity") !== "identity")
    throw new ColdstoreError(
      "store",
      `couldn't ${what}: it came compressed, as nobody asked for; check what proxies do`,
    );
  const length = /^\d+$/u.test(headers["content-length"] ?? "") ? Number(headers["content-length"]) : undefined;
  const take = range === undefined ? Infinity : range.end - range.start;
  if (status !== 206) return { skip: range?.start ?? 0, take, length };
  const start = /^bytes (\d+)-\d+\//u.exec(headers["content-range"] ?? "")?.[1];
  if (start !== undefined && Number(start) === (range?.start ?? 0)) return { skip: 0, take, length };
  throw new ColdstoreError("store", `couldn't ${what}: another part of it came than was asked for`, {
    transient: true,
  });
}

function wanted(body: ReadableStream<Uint8Array>, { skip, take, length }: Span, cut: Cut): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let seen = 0;
  let given = 0;
  const short = () =>
    new ColdstoreError("store", `couldn't ${cut.what}: it ended after ${seen} of ${length} bytes`, { transient: true });

  const next = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    const { done, value } = await reader.read();
    if (done) {
      if (length !== undefined && seen < length) throw short();
      return controller.close();
    }
    const from = Math.max(0, skip - seen);
    seen += value.length;
    const part = value.subarray(Math.min(from, value.length), from + (take - given));
    given += part.length;
    if (part.length > 0) {
      cut.moved(part.length);
      controller.enqueue(part);
    }
    if (given < take) return part.length === 0 ? next(controller) : undefined;
    // The rest isn't wanted.
    controller.close();
    await reader.cancel();
  };

  const source: UnderlyingSource<Uint8Array> = {
    pull: async (controller) => next(controller).catch((thrown: unknown) => Promise.reject(cut.failed(thrown))),
    cancel: async (reason) => reader.cancel(reason),
  };
  return new ReadableStream(source, { highWaterMark: 0 });
}
