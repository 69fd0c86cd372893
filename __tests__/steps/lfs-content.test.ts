import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { LfsPointer } from "../../src/model/details.ts";
import { lfsContent, missingLfsError, withoutContent } from "../../src/steps/lfs-content.ts";
import { parsePointer } from "../../src/steps/lfs-pointer.ts";
import { lfsPointer } from "../support/git-fixture.ts";
import { quiet } from "../support/packed-archive.ts";

let folder = "";
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "coldstore-lfs-"))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const pointerTo = (content: string | Uint8Array): LfsPointer =>
  parsePointer(Buffer.from(lfsPointer(content)), "a/b.bin")!;

/** A clone that keeps these bytes for any pointer; none without them. */
function cloneWith(content?: string | Uint8Array) {
  const file = join(folder, "object");
  if (content !== undefined) writeFileSync(file, content);
  return { lfsFile: async () => (content === undefined ? undefined : file) };
}

const read = async (pointer: LfsPointer, content?: string | Uint8Array, signal = quiet.signal) =>
  Buffer.concat(await Array.fromAsync(lfsContent({ repository: cloneWith(content), pointer, signal })));

test("the content of a pointer comes whole, of any size", async () => {
  for (const content of [
    Buffer.from("x"),
    Buffer.from("1".repeat(512)),
    Buffer.alloc(3 * 1024 * 1024 + 7, "0123456789abc"),
  ])
    expect((await read(pointerTo(content), content)).equals(content)).toBe(true);
});

test("an empty file needs no object: Git LFS keeps none", async () => {
  expect(await read(pointerTo(""), undefined)).toHaveLength(0);
  expect(await withoutContent(cloneWith(), [pointerTo(""), pointerTo("1")])).toEqual([pointerTo("1")]);
});

test.each([
  ["shorter", "123", /a\/b\.bin is damaged .* fewer bytes than sha256:[0-9a-f]{64} of 5 bytes; run `git lfs fsck`/],
  ["longer", "123456", /more bytes than/],
  ["another", "54321", /another SHA-256 than/],
])("a content that is %s than the pointer says is an error that names it", async (_, content, message) => {
  await expect(read(pointerTo("12345"), content)).rejects.toMatchObject({ failure: "source" });
  await expect(read(pointerTo("12345"), content)).rejects.toThrow(message);
});

test("no more is handed on than the pointer says", async () => {
  const content = Buffer.alloc(4 * 1024 * 1024, "0123456789abc");
  const taken: number[] = [];
  const reading = async () => {
    const pointer = pointerTo(content.subarray(0, 1024 * 1024));
    for await (const chunk of lfsContent({ repository: cloneWith(content), pointer, signal: quiet.signal }))
      taken.push(chunk.length);
  };
  await expect(reading()).rejects.toThrow("more bytes");
  expect(taken.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThanOrEqual(1024 * 1024);
});

test("a content that isn't there is named with the lines that bring it", async () => {
  await expect(read(pointerTo("12345"))).rejects.toMatchObject({
    message: expect.stringMatching(/1 Git LFS file .* a\/b\.bin \(5 B\); fetch them with `git lfs fetch origin HEAD`$/),
    remedy: { checkout: { lfs: "true" } },
  });
  const { message } = missingLfsError([pointerTo("1")], { commit: "c0ffee", folder: "my lib" });
  expect(message).toContain("`git -C 'my lib' lfs fetch origin c0ffee`");
  const many = Array.from({ length: 12 }, (_, i) => ({ ...pointerTo("1"), path: `f${i}` }));
  expect(missingLfsError(many).message).toMatch(/12 Git LFS files .* f9 \(1 B\), and 2 more; /);
});

test("a file that vanishes meanwhile, or can't be read, is named", async () => {
  const repository = { lfsFile: async () => join(folder, "nowhere") };
  const reading = Array.fromAsync(lfsContent({ repository, pointer: pointerTo("1"), signal: quiet.signal }));
  await expect(reading).rejects.toMatchObject({
    failure: "source",
    message: expect.stringContaining("a/b.bin can't be read: ENOENT"),
  });
});

test("an abort ends it with the reason given", async () => {
  const content = Buffer.alloc(4 * 1024 * 1024, "0123456789abc");
  const stop = new AbortController();
  const reading = async () => {
    const request = { repository: cloneWith(content), pointer: pointerTo(content), signal: stop.signal };
    for await (const _ of lfsContent(request)) stop.abort(new Error("enough"));
  };
  await expect(reading()).rejects.toThrow("enough");
});
