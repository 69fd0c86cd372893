import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ArchiveFormat } from "../../src/model/manifest.ts";
import { findByIndex } from "../../src/steps/find-by-index.ts";
import { cutOut, digested, getPaths } from "../support/get-paths.ts";
import { filesInLargeTree, folderOf, largeTar, longName, pathOf } from "../support/large-set.ts";
import { sweep } from "../support/packed-archive.ts";
import { noise } from "../support/rich-tree.ts";
import { archiveOf, keysOf, packedSet, restoredInMemory } from "../support/restorable-set.ts";
import { testIo } from "../support/store-fixtures.ts";
import { buildTar } from "../support/tar-builder.ts";

const formats: readonly ArchiveFormat[] = ["tar", "tar.gz", "tar.zst", "zip"];
const KiB = 1024;
const MiB = 1024 * KiB;

const large = await packedSet(largeTar(), { formats });
const whole = digested((await restoredInMemory(large)).tree);

describe("what is asked for comes back as the whole has it", () => {
  const cases = [
    [pathOf(0)],
    [pathOf(filesInLargeTree - 1)],
    [pathOf(3050)],
    [pathOf(50), pathOf(4000), pathOf(4001), "x0"],
    [folderOf(3000)],
    [folderOf(0), folderOf(100), "y"],
    ["x"],
    ["x.b"],
    ["y"],
    ["y/*"],
    ["y/[a]"],
    ["y/link"],
    ["y/empty"],
    ["z"],
    ["z/1"],
    ["z/2"],
    ["z/empty"],
    ["z/large"],
    ["z/large", "y"],
    [`z/${longName}/name`],
    ["z/ünï"],
    ["zz"],
    ["zz/last"],
    ["zz/very last"],
    ["z", "z/large", "zz/last", pathOf(7)],
  ] as const;

  test.each(formats)("out of a %s", async (format) => {
    for (const paths of cases) {
      const { tree, end } = await getPaths(large, paths, { formats: [format], outwardLinks: "keep" });
      const expected = cutOut(whole, paths);
      expect(expected.size).toBeGreaterThan(0);
      // A zip has times to two seconds, and these are even.
      expect(cutOut(tree, paths)).toEqual(expected);
      expect(end).toMatchObject({ files: 0, damaged: [] });
      const { files, dirs, symlinks } = end.counts;
      expect(files + dirs + symlinks).toBe(expected.size);
    }
  });

  test("in any combination", async () => {
    const paths = [...whole].map(([path]) => Buffer.from(path, "latin1").toString());
    const some = fc.uniqueArray(fc.nat(paths.length - 1), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(some, fc.constantFrom(...formats), fc.boolean(), async (numbers, format, ranges) => {
        const asked = numbers.map((i) => paths[i]!);
        const { tree } = await getPaths(large, asked, { formats: [format], ranges, outwardLinks: "keep" });
        expect(cutOut(tree, asked)).toEqual(cutOut(whole, asked));
      }),
      sweep(24),
    );
  });

  test("by the index of the list as by all of it", async () => {
    const file = large.source.artifacts.find(({ role }) => role === "file-list")!;
    const paths = [...whole].map(([path]) => Buffer.from(path, "latin1").toString());
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.nat(paths.length - 1), { minLength: 1, maxLength: 12 }), async (numbers) => {
        const asked = numbers.map((i) => paths[i]!);
        const stretches = await findByIndex(large.source, { file, paths: asked }, testIo());
        const found = stretches!.flatMap((stretch) => [...stretch.asked].map(({ path }) => path)).sort();
        expect(found).toEqual([...cutOut(whole, asked).keys()]);
      }),
      sweep(24),
    );
  });

  test.each(["", "."])("all of it, for the path %j", async (path) => {
    const set = await packedSet(buildTar([{ name: "p/" }, { name: "p/a", data: "a" }, { name: "p/b/" }]));
    const { tree, end } = await getPaths(set, [path, "a"]);
    expect([...tree.keys()]).toEqual(["a", "b"]);
    expect(end.counts).toMatchObject({ files: 1, dirs: 1 });
  });
});

describe("no more is read than has what is asked for", () => {
  const list = "files.jsonl.gz";
  const path = pathOf(3333);

  test("of the file list at most two blocks, of the archive those that the file lies in", async () => {
    for (const format of ["tar", "tar.gz", "tar.zst"] as const) {
      const { store } = await getPaths(large, [path], { formats: [format] });
      expect(store.given(list)).toBeLessThan(100 * KiB);
      expect(store.given(list)).toBeLessThan(
        large.source.artifacts.find(({ role }) => role === "file-list")!.bytes / 2,
      );
      expect(store.opened.length).toBeLessThanOrEqual(4);
      if (format === "tar") expect(store.given(".tar")).toBe(1024);
      expect(store.given()).toBeLessThanOrEqual(2.25 * MiB);
    }
  });

  test("the archive is the one of which least is to be read, a zip only if there is no other", async () => {
    const { store } = await getPaths(large, [path]);
    expect(store.given(".tar")).toBe(1024);
    const { store: other } = await getPaths(large, [path], { formats: ["zip", "tar.gz", "tar.zst"] });
    expect(other.opened.map(({ key }) => key).filter((key) => key.includes(".tar"))).toEqual(keysOf(large, "tar.gz"));
    expect(other.given(".zip")).toBe(0);
  });

  test("a zip is read where its directory is and where the file is", async () => {
    const { store } = await getPaths(large, [path], { formats: ["zip"] });
    const zip = archiveOf(large.source, "zip").bytes;
    expect(store.opened.filter(({ key }) => key.endsWith(".zip")).length).toBe(3);
    expect(store.given(".zip")).toBeLessThan(zip / 3);
  });

  test("a folder of thousands of files is read in a few pieces", async () => {
    const paths = Array.from({ length: 40 }, (_, i) => folderOf(i * 100));
    for (const format of formats) {
      const { store, end } = await getPaths(large, paths, { formats: [format] });
      expect(end.counts.files).toBe(4000);
      const archive = store.opened.filter(({ key }) => !key.endsWith(list));
      expect(archive.length).toBeLessThanOrEqual(format === "zip" ? 3 : 1);
    }
  });

  test("a store without ranges is read once for the list and once for the archive", async () => {
    const { tree, store } = await getPaths(large, [path, "y/b"], { formats: ["tar.gz"], ranges: false });
    expect([...tree.keys()]).toEqual([folderOf(3333), path, "y", "y/b"]);
    expect(store.opened.length).toBe(2);
  });

  test("for 10 KB among what can't be compressed: two blocks of 1 MiB, two frames of 4, or a zip's directory and entry", async () => {
    const [size, count] = [2_600_000, 5];
    const bytes = noise(size * count);
    const specs = Array.from({ length: count }, (_, i) => [
      { name: `p/${i}-large`, data: bytes.subarray(i * size, (i + 1) * size) },
      { name: `p/${i}-small`, data: bytes.subarray(i, i + 10 * KiB) },
    ]);
    const set = await packedSet(buildTar([{ name: "p/" }, ...specs.flat()]), { formats });
    const most = { tar: 16 * KiB, "tar.gz": 2.25 * MiB, "tar.zst": 8.25 * MiB, zip: 128 * KiB };
    for (const format of formats)
      for (let i = 0; i < count; i++) {
        const { store, end } = await getPaths(set, [`${i}-small`], { formats: [format] });
        expect(end.counts.bytes).toBe(10 * KiB);
        expect(store.given()).toBeLessThanOrEqual(most[format as keyof typeof most]);
      }
  });
});
