import * as fc from "fast-check";
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { ColdstoreError, SeveralErrors } from "../../src/model/errors.ts";
import type { ArchiveFormat } from "../../src/model/manifest.ts";
import type { Ports } from "../../src/ports/ports.ts";
import { restoreSet } from "../../src/steps/restore-set.ts";
import { sweep } from "../support/packed-archive.ts";
import { hostileArchives } from "../support/hostile-archives.ts";
import { noise } from "../support/rich-tree.ts";
import {
  archiveOf,
  keysOf,
  memoryTargets,
  packedSet,
  type RestorableSet,
  restoredInMemory,
  setInWorld,
} from "../support/restorable-set.ts";
import { testIo } from "../support/store-fixtures.ts";
import { buildTar, type TarSpec } from "../support/tar-builder.ts";
import { buildOutputs, errorOf, makeWorld, type WorldOptions } from "../support/world.ts";

const formats: readonly ArchiveFormat[] = ["tar.zst", "tar.gz", "tar", "zip"];

const long = "n".repeat(255);

const plainTree: readonly TarSpec[] = [
  { name: "p/" },
  { name: "p/README.md", data: "# app\n" },
  { name: "p/bin/" },
  { name: "p/bin/run", data: "#!/bin/sh\n", mode: 0o775 },
  { name: "p/empty", data: "" },
  { name: "p/empty folder/" },
  { name: "p/large", data: noise(1_300_000) },
  { name: "p/link", flag: "2", link: "bin/run", mode: 0o777 },
  { name: `p/${long}`, data: "long\n" },
  { name: "p/ünï.txt", data: "utf-8\n" },
];

/** The same with names that aren't UTF-8, which no zip holds. */
const byteTree: readonly TarSpec[] = [
  ...plainTree,
  { name: Buffer.from("p/\xff\xfe", "latin1"), data: "bytes\n" },
  { name: Buffer.from("p/\xff-link", "latin1"), flag: "2", link: Buffer.from("\xff\xfe", "latin1"), mode: 0o777 },
];

const treeOf = (format: ArchiveFormat) => (format === "zip" ? plainTree : byteTree);

// That of the tar builder's headers.
const mtime = 0o14524000000;

/** What a tree is when it is restored, without the prefix. */
function expectedOf(specs: readonly TarSpec[]): ReadonlyMap<string, unknown> {
  const entries = specs.slice(1).map(({ name, data = "", link, mode }): readonly [string, unknown] => {
    const path = Buffer.from(name).toString("latin1").slice(2);
    if (link !== undefined) return [path, { type: "symlink", link: Buffer.from(link).toString("latin1") }];
    if (path.endsWith("/")) return [path.slice(0, -1), { type: "dir", mode: 0o755, mtime }];
    const bits = mode === 0o775 ? 0o755 : 0o644;
    return [path, { type: "file", mode: bits, mtime, data: sha256(Buffer.from(data)) }];
  });
  return new Map(entries.sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** Contents as their digests: a difference can be read then. */
const digested = (tree: Awaited<ReturnType<typeof restoredInMemory>>["tree"]): ReadonlyMap<string, unknown> =>
  new Map(
    [...tree].map(([path, entry]) => [path, entry.type === "file" ? { ...entry, data: sha256(entry.data) } : entry]),
  );

/** A stored set of a commit and build outputs. */
async function setWith(outputs: Ports["outputs"], options: WorldOptions = {}): Promise<RestorableSet> {
  const world = makeWorld(options);
  await world.stored({ files: ["app.*"] }, { outputs });
  return setInWorld(world);
}

const sha256 = (data: Uint8Array): string => createHash("sha256").update(data).digest("hex");

describe("what was packed comes back", () => {
  test.each(formats)(
    "out of a %s: contents, names, permissions, links, times, empty folders and files",
    async (format) => {
      const tree = treeOf(format);
      const set = await packedSet(buildTar(tree), { formats: [format] });
      const { end, tree: restored } = await restoredInMemory(set);
      expect(digested(restored)).toEqual(expectedOf(tree));
      expect(end).toMatchObject({
        counts: set.source.content.tree,
        files: 0,
        skippedLinks: [],
        outwardLinks: [],
        damaged: [],
      });
    },
  );

  test.each(formats)("out of the parts of a %s", async (format) => {
    const tree = treeOf(format);
    const set = await packedSet(buildTar(tree), { formats: [format], splitSize: 500_000 });
    expect(keysOf(set, format).length).toBeGreaterThan(2);
    expect(digested((await restoredInMemory(set)).tree)).toEqual(expectedOf(tree));
  });

  test.each(formats)("out of a %s of an empty tree: nothing", async (format) => {
    const set = await packedSet(buildTar([{ name: "p/" }]), { formats: [format] });
    const { end, tree } = await restoredInMemory(set);
    expect([...tree.keys()]).toEqual([]);
    expect(end.counts).toEqual({ files: 0, dirs: 0, symlinks: 0, bytes: 0 });
  });

  test("with its build outputs, in a folder of their own", async () => {
    using outputs = buildOutputs({ "app.whl": "a wheel", "app.deb": "a package" });
    const set = await setWith(outputs);
    const { end, tree } = await restoredInMemory(set);
    const data = (path: string) => {
      const entry = tree.get(path);
      return entry?.type === "file" ? Buffer.from(entry.data).toString() : undefined;
    };
    expect([end.files, data("coldstore-files/app.whl"), data("coldstore-files/app.deb")]).toEqual([
      2,
      "a wheel",
      "a package",
    ]);
    expect(data("src/run.sh")).toBe("#!/bin/sh\necho run\n");
  });

  test("without its links where they are to be skipped", async () => {
    const set = await packedSet(buildTar(byteTree));
    const { end, tree } = await restoredInMemory(set, { symlinks: "skip" });
    expect([...tree.values()].some(({ type }) => type === "symlink")).toBe(false);
    expect(end.counts).toEqual({ ...set.source.content.tree, symlinks: 0 });
    expect(end.skippedLinks).toHaveLength(2);
  });
});

/** A restore that must fail: with this failure, and nothing to be seen. */
async function refused({ source }: RestorableSet, failure = "integrity"): Promise<ColdstoreError> {
  const { opened, openTarget } = memoryTargets();
  const error = await errorOf(restoreSet(source, { openTarget, symlinks: "keep", outwardLinks: "refuse" }, testIo()));
  expect(error.failure, error.message).toBe(failure);
  for (const { disposed, published } of opened) expect([disposed, published]).toEqual([true, undefined]);
  const most = source.content.tree.bytes + source.content.files.reduce((sum, { bytes }) => sum + bytes, 0);
  for (const { written } of opened) expect(written).toBeLessThanOrEqual(most);
  return error;
}

/** A small tree in one block, of which every byte counts. */
const smallTree = (): Buffer =>
  buildTar([
    { name: "p/" },
    { name: "p/a", data: "some text\n".repeat(40) },
    { name: "p/bin/" },
    { name: "p/bin/b", data: noise(3000), mode: 0o775 },
    { name: "p/link", flag: "2", link: "bin/b", mode: 0o777 },
  ]);

describe("damage", () => {
  test.each(formats)("of any byte of a %s is found before anything is shown", async (format) => {
    const set = await packedSet(smallTree(), { formats: [format] });
    const [key = ""] = keysOf(set, format);
    const kept = set.place.objects.get(key)!;
    const { seed, numRuns } = sweep(60);
    const place = fc.record({ at: fc.nat({ max: kept.data.length - 1 }), bit: fc.nat({ max: 7 }) });
    for (const { at, bit } of fc.sample(place, { seed, numRuns })) {
      const data = Buffer.from(kept.data);
      data[at]! ^= 1 << bit;
      set.place.objects.set(key, { ...kept, data });
      expect((await refused(set)).message, `byte ${at}, bit ${bit}`).toContain(archiveOf(set.source, format).name);
    }
  });

  test("of one format is made good by the next one of the same set, and told", async () => {
    const set = await packedSet(buildTar(plainTree), { formats: [...formats] });
    for (const [i, format] of formats.slice(0, -1).entries()) {
      const [key = ""] = keysOf(set, format);
      set.place.flipByte(key, Math.floor(set.place.objects.get(key)!.data.length / 2));
      const { end, tree } = await restoredInMemory(set);
      expect(digested(tree)).toEqual(expectedOf(plainTree));
      expect(end.damaged.map(({ message }) => message)).toEqual(
        formats.slice(0, i + 1).map((name) => expect.stringMatching(new RegExp(`^app\\.${name}: `))),
      );
    }
    set.place.flipByte(keysOf(set, "zip")[0] ?? "", 3000);
    const error = await refused(set);
    expect(error instanceof SeveralErrors ? error.errors : []).toHaveLength(4);
  });

  test("of what the listing already tells: that archive isn't read at all", async () => {
    const set = await packedSet(buildTar(plainTree), { formats: ["tar.zst", "tar.gz"] });
    const [key = ""] = keysOf(set, "tar.zst");
    set.place.truncate(key, 100);
    const { end } = await restoredInMemory(set);
    expect(end.damaged.map(({ message }) => message)).toEqual([expect.stringMatching(/app\.tar\.zst has 100 bytes/u)]);
    expect(set.store.calls.filter((one) => one.call === "open").map((one) => one.key)).not.toContain(key);
    set.place.drop(keysOf(set, "tar.gz")[0] ?? "");
    expect((await refused(set)).message).toMatch(/app\.tar\.gz is missing/u);
  });

  test.each(formats)("of a part of a %s, of its end, or the lack of it", async (format) => {
    const set = await packedSet(buildTar(plainTree), { formats: [format], splitSize: 500_000 });
    const [first = "", second = ""] = keysOf(set, format);
    const sound = new Map(set.place.objects);
    set.place.flipByte(second, 1000);
    await refused(set);
    set.place.objects.set(second, sound.get(second)!);
    set.place.truncate(first, 1000);
    expect((await refused(set)).message).toMatch(/part-001 has 1000 bytes/u);
    set.place.objects.set(first, sound.get(first)!);
    set.place.drop(second);
    expect((await refused(set)).message).toMatch(/part-002 is missing/u);
  });

  test("of the file list: nothing is restored that nothing vouches for", async () => {
    const set = await packedSet(smallTree());
    const key = `${set.source.prefix}app.files.jsonl.gz`;
    const kept = set.place.objects.get(key)!;
    for (let at = 0; at < kept.data.length; at += 17) {
      set.place.objects.set(key, { ...kept, data: Buffer.from(kept.data) });
      set.place.flipByte(key, at);
      expect((await refused(set)).message).toContain("app.files.jsonl.gz");
    }
    set.place.drop(key);
    expect((await refused(set)).message).toMatch(/app\.files\.jsonl\.gz is missing/u);
  });

  test("of a build output", async () => {
    using outputs = buildOutputs({ "app.whl": "a wheel" });
    const set = await setWith(outputs);
    set.place.flipByte(`${set.source.prefix}app.whl`, 3);
    expect((await refused(set)).message).toMatch(/^app\.whl was changed/u);
  });
});

describe("an archive that isn't what its file list says", () => {
  const listed: readonly TarSpec[] = [
    { name: "p/" },
    { name: "p/a", data: "a\n" },
    { name: "p/b", data: "b\n" },
    { name: "p/d/" },
    { name: "p/link", flag: "2", link: "a", mode: 0o777 },
  ];
  const [root, a, b, d, link] = listed as [TarSpec, TarSpec, TarSpec, TarSpec, TarSpec];
  const others: Readonly<Record<string, [RegExp, readonly TarSpec[]]>> = {
    "an entry more": [/^app\.\S+: .*\bc\b/u, [root, a, b, { name: "p/c", data: "c" }, d, link]],
    "an entry more at its end": [/\bz\b/u, [...listed, { name: "p/z", data: "z" }]],
    "an entry less": [/\bd\b/u, [root, a, d, link]],
    "an entry less at its end": [/\blink\b/u, [root, a, b, d]],
    "an entry twice": [/\ba\b/u, [root, a, a, b, d, link]],
    "another order": [/\bb\b/u, [root, b, a, d, link]],
    "another name": [/\bB\b/u, [root, a, { ...b, name: "p/B" }, d, link]],
    "another content": [/\bb\b.*digest/u, [root, a, { ...b, data: "x\n" }, d, link]],
    "a longer content": [/\bb\b.*3 bytes, not 2/u, [root, a, { ...b, data: "xx\n" }, d, link]],
    "a content at all": [/\bb\b.*0 bytes, not 2/u, [root, a, { ...b, data: "" }, d, link]],
    "other permissions": [/\bb\b.*mode/u, [root, a, { ...b, mode: 0o775 }, d, link]],
    "a link in a file's place": [/\bb\b/u, [root, a, { name: "p/b", flag: "2", link: "a", mode: 0o777 }, d, link]],
    "a file in a folder's place": [/\bd\b/u, [root, a, b, { name: "p/d", data: "" }, link]],
    "a link that leads elsewhere": [/\blink\b.*points to/u, [root, a, b, d, { ...link, link: "b" }]],
    "something outside of its folder": [/q\/b/u, [root, a, { ...b, name: "q/b" }, d, link]],
  };
  test.each(Object.entries(others))("is refused for %s", async (what, [words, specs]) => {
    const set = await packedSet(buildTar(listed), { formats });
    const prefix = what.startsWith("something outside") ? "" : "p/";
    const other = await packedSet(buildTar(specs), { formats, prefix });
    for (const format of formats)
      expect((await refused(withArchiveOf(only(set, format), format, other))).message, format).toMatch(words);
  });

  test.each(["1", "3", "6"])("is refused for what no list has: a member of type %s", async (flag) => {
    const set = await packedSet(buildTar(listed), { formats: ["tar"] });
    const other = { name: "p/b", flag, link: flag === "1" ? "p/a" : "", mode: 0o664 };
    const data = buildTar([root, a, other, d, link]);
    const artifact = { ...archiveOf(set.source, "tar"), bytes: data.length, sha256: sha256(data) };
    set.place.objects.set(keysOf(set, "tar")[0] ?? "", { data, modified: new Date(0) });
    const artifacts = set.source.artifacts.map((each) => (each.format === "tar" ? artifact : each));
    expect((await refused({ ...set, source: { ...set.source, artifacts } })).message).toMatch(
      /^app\.tar: p\/b isn't as the file list has it: it is a (hardlink|device)/u,
    );
  });

  test("is refused when it is one that somebody made to harm, with digests that fit", async () => {
    const sound = await packedSet(buildTar(listed), { formats });
    for (const { name, format, bytes } of hostileArchives()) {
      const set = only(sound, format);
      const data = bytes();
      const digest = { bytes: data.length, sha256: sha256(data) };
      set.place.objects.set(keysOf(set, format)[0] ?? "", { data, modified: new Date(0) });
      const artifacts = set.source.artifacts.map((each) => (each.format === format ? { ...each, ...digest } : each));
      const content = { ...set.source.content, ...(format === "tar" && { tar: digest }) };
      expect((await refused({ ...set, source: { ...set.source, artifacts, content } })).message, name).toContain(
        "app.",
      );
    }
  });

  test("is refused when it is of another commit", async () => {
    const [one, other] = ["1".repeat(40), "2".repeat(40)];
    const set = await packedSet(buildTar(listed, { commit: one }), { commit: one });
    expect((await restoredInMemory(set)).tree.size).toBe(4);
    const { content } = set.source;
    const source = { commit: other, tree: other, committed: "2026-11-22T00:00:00Z", object_format: "sha1" } as const;
    const error = await refused({ ...set, source: { ...set.source, content: { ...content, source } } });
    expect(error.message).toContain(`the archive is of commit "${one}", and the manifest of ${other}`);
  });
});

/** The set as if it had one format. */
function only(set: RestorableSet, format: ArchiveFormat): RestorableSet {
  const artifacts = set.source.artifacts.filter((each) => each.role !== "archive" || each.format === format);
  return { ...set, source: { ...set.source, artifacts } };
}

/** The set with another one's archive in the place of its own, digests and all: only the file list tells. */
function withArchiveOf(set: RestorableSet, format: ArchiveFormat, other: RestorableSet): RestorableSet {
  const [key = ""] = keysOf(set, format);
  set.place.objects.set(key, other.place.objects.get(key)!);
  const artifacts = [
    ...set.source.artifacts.filter((artifact) => artifact.format !== format),
    archiveOf(other.source, format),
  ];
  const content = { ...set.source.content, tar: other.source.content.tar };
  return { ...set, source: { ...set.source, artifacts, content } };
}

describe("what must not be made", () => {
  test("is refused before anything is written, whatever the archive holds", async () => {
    const set = await packedSet(buildTar([{ name: "p/" }, { name: "p/a", data: "a" }, { name: "p/../b", data: "b" }]));
    const { opened, openTarget } = memoryTargets();
    const error = await errorOf(
      restoreSet(set.source, { openTarget, symlinks: "keep", outwardLinks: "refuse" }, testIo()),
    );
    expect([error.failure, opened.map(({ held, disposed }) => [held.size, disposed])]).toEqual(["unsafe", [[0, true]]]);
  });

  test("links that lead out are refused whole, unless somebody wants them", async () => {
    const set = await packedSet(
      buildTar([{ name: "p/" }, { name: "p/out", flag: "2", link: "../../etc/passwd", mode: 0o777 }]),
    );
    await refused(set, "unsafe");
    const { end, tree } = await restoredInMemory(set, { outwardLinks: "keep" });
    expect(end.outwardLinks).toEqual(["out"]);
    expect(tree.get("out")).toEqual({ type: "symlink", link: "../../etc/passwd" });
  });

  test("a build output never takes the place of an entry", async () => {
    using outputs = buildOutputs({ "app.whl": "a wheel" });
    const repository = { files: { "coldstore-files/app.whl": "another" }, tags: { "v1.4.0": "light" } } as const;
    await expect(setWith(outputs, { repository })).rejects.toThrow("coldstore-files/app.whl");
    // As somebody else may have made it.
    const world = makeWorld({ repository });
    await world.stored();
    const plain = setInWorld(world);
    const { source } = plain;
    plain.place.objects.set(`${source.prefix}app.whl`, { data: Buffer.from("a wheel"), modified: new Date(0) });
    const output = { name: "app.whl", role: "file", bytes: 7, sha256: sha256(Buffer.from("a wheel")) } as const;
    const set = { ...plain, source: { ...source, artifacts: [...source.artifacts, output] } };
    expect((await refused(set, "unsafe")).message).toMatch(/the archive has coldstore-files\/app\.whl of its own/u);
  });
});

describe("an end in the midst of it", () => {
  test("a target that is full fails the restore, which tries no other archive", async () => {
    const set = await packedSet(buildTar(plainTree), { formats: ["tar.gz", "tar"] });
    const { opened, openTarget } = memoryTargets();
    const full = async () => {
      const target = await openTarget();
      opened.at(-1)?.fail("write", new ColdstoreError("store", "no room"), "large");
      return target;
    };
    const restored = restoreSet(set.source, { openTarget: full, symlinks: "keep", outwardLinks: "refuse" }, testIo());
    expect((await errorOf(restored)).message).toBe("no room");
    expect(opened.map(({ disposed, published }) => [disposed, published])).toEqual([[true, undefined]]);
  });

  test.each(formats)("an abort stops a restore of a %s soon, and leaves nothing", async (format) => {
    const set = await packedSet(buildTar(plainTree), { formats: [format] });
    const io = testIo();
    const { opened, openTarget } = memoryTargets();
    const stopping = async () => {
      const target = await openTarget();
      const file = target.file.bind(target);
      target.file = (path, made) => {
        if (path === "large") io.abort();
        return file(path, made);
      };
      return target;
    };
    const restored = restoreSet(set.source, { openTarget: stopping, symlinks: "keep", outwardLinks: "refuse" }, io);
    expect(await errorOf(restored)).toBe(io.reason);
    expect(opened.map(({ disposed, published }) => [disposed, published])).toEqual([[true, undefined]]);
  });
});
