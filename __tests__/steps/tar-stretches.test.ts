import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Entry } from "../../src/model/entry.ts";
import { listedEntry, type ListedEntry } from "../../src/steps/restore-list.ts";
import { StretchBuilder, type TarStretch } from "../../src/steps/tar-stretches.ts";
import { sweep } from "../support/packed-archive.ts";

const sha256 = "0".repeat(64);

/** One header an entry, and contents of so many blocks; -1: a folder. */
function listOf(blocks: readonly number[]): { readonly listed: readonly ListedEntry[]; readonly tarBytes: number } {
  let at = 512;
  const listed = blocks.map((count, i) => {
    at += 512;
    const entry: Entry =
      count < 0
        ? { path: `${i}`, type: "dir", mode: 0o755, size: 0 }
        : { path: `${i}`, type: "file", mode: 0o644, size: count * 512, sha256, offset: at };
    at += Math.max(0, count) * 512;
    return listedEntry(entry);
  });
  return { listed, tarBytes: at + 1024 };
}

function build(blocks: readonly number[], asked: (i: number) => boolean): readonly TarStretch[] {
  const { listed, tarBytes } = listOf(blocks);
  const builder = new StretchBuilder(tarBytes);
  builder.begin("start");
  for (const [i, one] of listed.entries()) builder.add(one, asked(i));
  builder.end();
  return builder.stretches;
}

test("every entry that is asked for is in one stretch, with all headers from a known place to where it ends", () => {
  const list = fc.array(fc.integer({ min: -1, max: 3 }), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(list, fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }), (blocks, flags) => {
      const { listed, tarBytes } = listOf(blocks);
      const stretches = build(blocks, (i) => flags[i]!);
      const found = stretches.flatMap(({ asked }) => [...asked].map(({ path }) => path));
      expect(found).toEqual(listed.flatMap(({ path }, i) => (flags[i]! ? path : [])));
      for (const { start, end, listed: within } of stretches) {
        const [first, last] = [listed.findIndex(({ path }) => path === within[0]!.path), within.at(-1)!.entry];
        // All that lies between the contents around it, and neither of these.
        const before = listed.slice(0, first).findLast(({ entry }) => entry.type === "file")?.entry;
        expect(start).toBe(before === undefined ? 0 : before.offset! + before.size);
        const isAsked = flags[Number(last.path)]!;
        if (last.type === "file") expect(end).toBe(last.offset! + (isAsked ? last.size : 0));
        else expect(end).toBe(tarBytes);
        expect(within.map(({ path }) => Number(path))).toEqual(within.map((_, i) => first + i));
      }
    }),
    sweep(200),
  );
});

test("no more is read than a header and a content for a file behind another", () => {
  const [stretch] = build([3, 3, 3], (i) => i === 1);
  expect(stretch).toMatchObject({ start: 512 + 512 + 3 * 512, end: 512 + 2 * 512 + 6 * 512 });
  expect(stretch!.listed.length).toBe(1);
});

test.each([
  ["before what is there already", { offset: 512 }],
  ["at no block's start", { offset: 5000 }],
  ["beyond the end", { offset: 1024 * 1024 }],
  ["longer than the tar", { size: Number.MAX_SAFE_INTEGER }],
])("a content %s is `integrity`", (_, wrong) => {
  const { listed, tarBytes } = listOf([3, 3]);
  const builder = new StretchBuilder(tarBytes);
  builder.begin("start");
  builder.add(listed[0]!, false);
  const odd = listedEntry({ ...listed[1]!.entry, ...wrong });
  expect(() => builder.add(odd, true)).toThrow(expect.objectContaining({ failure: "integrity" }));
});
