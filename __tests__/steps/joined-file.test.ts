import * as fc from "fast-check";
import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { type FilePart, openJoined } from "../../src/steps/joined-file.ts";
import { MemoryPlace, MemoryStore } from "../support/memory-store.ts";
import { sweep } from "../support/packed-archive.ts";

const io = { signal: new AbortController().signal, progress: () => {} };

function storeOf(parts: readonly Uint8Array[]): { readonly store: MemoryStore; readonly file: readonly FilePart[] } {
  const place = new MemoryPlace();
  const file = parts.map((data, i) => {
    const key = `o/r/snapshot/v1/x.part-${i + 1}`;
    place.objects.set(key, { data: Buffer.from(data), modified: new Date(0) });
    return { key, bytes: data.length };
  });
  return { store: new MemoryStore({ place, digests: [] }), file };
}

async function read(...args: Parameters<typeof openJoined>): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(await openJoined(...args)));
}

test("any range of the parts is what it is of the whole", async () => {
  const part = fc.uint8Array({ minLength: 1, maxLength: 9 });
  await fc.assert(
    fc.asyncProperty(fc.array(part, { minLength: 1, maxLength: 6 }), fc.nat(60), fc.nat(60), async (parts, a, b) => {
      const { store, file } = storeOf(parts);
      const whole = Buffer.concat(parts);
      const range = { start: Math.min(a, b), end: Math.max(a, b) };
      expect(await read(store, { file, range }, io)).toEqual(whole.subarray(range.start, range.end));
      const read1: string[] = [];
      expect(await read(store, { file, partRead: (_, sha256) => void read1.push(sha256) }, io)).toEqual(whole);
      if (parts.length > 1)
        expect(read1).toEqual(parts.map((bytes) => createHash("sha256").update(bytes).digest("hex")));
    }),
    sweep(60),
  );
});

test("what a part lacks reads as zeros, and what it has too much is left out", async () => {
  const { store, file } = storeOf([Buffer.from("one"), Buffer.from("two"), Buffer.from("three")]);
  const [one, two, three] = file as [FilePart, FilePart, FilePart];
  const as = async (parts: readonly FilePart[]) => (await read(store, { file: parts }, io)).toString("latin1");
  expect(await as([one, { ...two, isLost: true }, three])).toBe("one\0\0\0three");
  expect(await as([{ ...one, bytes: 5 }, two, { ...three, bytes: 2 }])).toBe("one\0\0twoth");
});

test("a part that isn't there is an error that names it", async () => {
  const { store, file } = storeOf([Buffer.from("one"), Buffer.from("two")]);
  const parts = [...file, { key: "o/r/snapshot/v1/x.part-3", bytes: 4 }];
  await expect(read(store, { file: parts }, io)).rejects.toThrow(/part-3/);
});
