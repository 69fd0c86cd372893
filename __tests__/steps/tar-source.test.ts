import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { TarSource } from "../../src/steps/tar-source.ts";

const noSignal = new AbortController().signal;
const one = new Uint8Array([1]);

test("a generator that was left in the midst cleans up before close resolves", async () => {
  let open = false;
  async function* source() {
    open = true;
    try {
      yield one;
      yield one;
    } finally {
      await Promise.resolve();
      open = false;
    }
  }
  const tar = new TarSource(source(), noSignal);
  for await (const chunk of tar.chunks()) {
    expect([chunk, open]).toEqual([one, true]);
    break;
  }
  await tar.close();
  expect(open).toBe(false);
});

test("an abort ends a read that would wait for ever, and close doesn't wait for it", async () => {
  const abort = new AbortController();
  async function* source(): AsyncGenerator<Uint8Array> {
    yield one;
    await new Promise(() => undefined);
  }
  const tar = new TarSource(source(), abort.signal);
  const chunks = tar.chunks();
  await chunks.next();
  const reading = chunks.next();
  const reason = new Error("stopped");
  abort.abort(reason);
  await expect(reading).rejects.toBe(reason);
  await tar.close();
});

test("a stream is destroyed, read or not, and an error that comes then bothers nobody", async () => {
  for (const read of [false, true]) {
    const stream = new PassThrough();
    stream.write(one);
    const tar = new TarSource(stream, noSignal);
    if (read) expect((await tar.chunks().next()).value).toEqual(Buffer.from(one));
    await tar.close();
    stream.emit("error", new Error("too late"));
    expect(stream.destroyed).toBe(true);
  }
});
