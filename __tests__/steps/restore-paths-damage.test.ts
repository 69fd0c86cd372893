import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { asColdstoreError } from "../../src/model/errors.ts";
import type { ArchiveFormat, ManifestArtifact } from "../../src/model/manifest.ts";
import { fileListLine } from "../../src/steps/file-list-lines.ts";
import type { RestoreSource } from "../../src/steps/restore-source.ts";
import { cutOut, digested, getPaths } from "../support/get-paths.ts";
import { folderOf, largeTar, pathOf } from "../support/large-set.ts";
import { MemoryPlace, MemoryStore } from "../support/memory-store.ts";
import { sweep } from "../support/packed-archive.ts";
import { archiveOf, keysOf, packedSet, type RestorableSet, restoredInMemory } from "../support/restorable-set.ts";
import { sha256Of } from "../support/store-fixtures.ts";
import { errorOf } from "../support/world.ts";

const formats: readonly ArchiveFormat[] = ["tar", "tar.gz", "tar.zst", "zip"];

const sound = await packedSet(largeTar(), { formats, splitSize: 1_000_000 });
const whole = digested((await restoredInMemory(sound)).tree);

const path = pathOf(2345);
const listFile = sound.source.artifacts.find(({ role }) => role === "file-list")!;
const listKey = sound.source.prefix + listFile.name;

/** The set in a place of its own, to be changed. */
function copied(): Pick<RestorableSet, "source" | "place"> {
  const place = new MemoryPlace();
  for (const [key, object] of sound.place.objects) place.objects.set(key, object);
  return { place, source: { ...sound.source, store: new MemoryStore({ place }) } };
}

/** Where a byte of an archive lies in the store, its parts counted. */
function placeOf(format: ArchiveFormat, at: number): { readonly key: string; readonly at: number } {
  let left = at;
  for (const { name, bytes } of archiveOf(sound.source, format).parts ?? []) {
    if (left < bytes) return { key: sound.source.prefix + name, at: left };
    left -= bytes;
  }
  throw new Error(`${format} has no byte ${at}`);
}

/** Changes the bytes of an archive that hold a byte of the tar. */
function damage(place: MemoryPlace, format: "tar" | "tar.gz" | "tar.zst", tarByte: number): void {
  const { compression } = archiveOf(sound.source, format);
  const flip = (at: number) => {
    const byte = placeOf(format, at);
    place.flipByte(byte.key, byte.at);
  };
  const block = Math.floor(tarByte / (compression?.block_bytes ?? 1));
  if (compression === undefined) return flip(tarByte);
  const [start, end] = [
    compression.blocks![block]!,
    compression.blocks![block + 1] ?? compression.blocks![block]! + 400,
  ];
  for (let at = start + 100; at < end; at += 20_011) flip(at);
}

async function offsetOf(wanted: string): Promise<number> {
  return (await entriesOf()).find((entry) => entry.path === wanted)!.offset!;
}

async function entriesOf(): Promise<readonly { path: string; offset?: number }[]> {
  const { gunzipSync } = await import("node:zlib");
  const lines = gunzipSync(sound.place.objects.get(listKey)!.data).toString().trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line) as { path: string; offset?: number });
}

test("the set is in parts, whose borders cut blocks", () => {
  for (const format of formats) expect(keysOf(sound, format).length).toBeGreaterThan(2);
});

describe("damage", () => {
  test.each(["tar", "tar.gz", "tar.zst"] as const)(
    "where the file lies in the only archive, a %s, is named",
    async (format) => {
      const set = copied();
      damage(set.place, format, (await offsetOf(path)) + 10);
      const error = await errorOf(getPaths(set, [path], { formats: [format] }));
      expect(error.failure).toBe("integrity");
      expect(error.message).toContain(path);
      expect(error.message).toContain(archiveOf(sound.source, format).name);
    },
  );

  test("in one format is passed over for the next, and told of", async () => {
    const set = copied();
    const at = (await offsetOf(path)) + 10;
    const passed: string[] = [];
    for (const format of ["tar", "tar.gz", "tar.zst"] as const) {
      damage(set.place, format, at);
      passed.push(archiveOf(sound.source, format).name);
      const { tree, end } = await getPaths(set, [path]);
      expect(cutOut(tree, [path])).toEqual(cutOut(whole, [path]));
      expect(end.damaged.length).toBe(passed.length);
      for (const name of passed) expect(end.damaged.some(({ message }) => message.startsWith(name))).toBe(true);
    }
  });

  test.each(["tar", "tar.gz", "tar.zst"] as const)(
    "elsewhere in a %s doesn't matter, nor does a part that isn't needed",
    async (format) => {
      const set = copied();
      damage(set.place, format, (await offsetOf("z/large")) + 3_400_000);
      const { compression, bytes } = archiveOf(sound.source, format);
      const start = compression?.blocks?.[0] ?? 0;
      const used = format === "tar" ? await offsetOf(path) : start;
      const [lost] = keysOf(sound, format).slice(-1);
      expect(placeOf(format, used).key).not.toBe(lost);
      expect(bytes).toBeGreaterThan(used);
      set.place.drop(lost!);
      const { tree, end } = await getPaths(set, [path], { formats: [format] });
      expect(cutOut(tree, [path])).toEqual(cutOut(whole, [path]));
      expect(end.damaged).toEqual([]);
    },
  );

  test("a format that is lost or cut off is passed over; when all are, that is no wrong path", async () => {
    const set = copied();
    for (const key of keysOf(sound, "tar")) set.place.drop(key);
    for (const key of keysOf(sound, "tar.gz")) set.place.truncate(key, 5);
    const { tree, end } = await getPaths(set, [path]);
    expect(cutOut(tree, [path])).toEqual(cutOut(whole, [path]));
    expect(end.damaged.map(({ failure }) => failure)).toEqual(["integrity", "integrity"]);
    for (const format of ["tar.zst", "zip"] as const) for (const key of keysOf(sound, format)) set.place.drop(key);
    expect((await errorOf(getPaths(set, [path]))).failure).toBe("integrity");
  });

  test("of the file list matters only where it is needed, and is never taken for a path that isn't there", async () => {
    const blocks = listFile.compression!.blocks!;
    const set = copied();
    set.place.flipByte(listKey, blocks.at(-1)! + 300);
    const { tree } = await getPaths(set, [path]);
    expect(cutOut(tree, [path])).toEqual(cutOut(whole, [path]));
    expect((await errorOf(getPaths(set, ["no/such"]))).failure).toBe("integrity");
    for (const at of blocks) set.place.flipByte(listKey, at + 310);
    const error = await errorOf(getPaths(set, [path]));
    expect(error).toMatchObject({ failure: "integrity", message: expect.stringContaining(listFile.name) });
    set.place.drop(listKey);
    expect((await errorOf(getPaths(set, [path]))).failure).toBe("integrity");
  });

  test("anywhere gives what was asked for, or an error that says so, and nothing else", async () => {
    const expected = cutOut(whole, [path, folderOf(100)]);
    const places = fc.array(
      fc.tuple(fc.constantFrom(...sound.place.keys()), fc.double({ min: 0, max: 0.999, noNaN: true })),
      {
        minLength: 1,
        maxLength: 8,
      },
    );
    await fc.assert(
      fc.asyncProperty(places, fc.constantFrom(...formats), async (flips, format) => {
        const set = copied();
        for (const [key, part] of flips)
          set.place.flipByte(key, Math.floor(part * set.place.objects.get(key)!.data.length));
        const got = await getPaths(set, [path, folderOf(100)], { formats: [format] }).catch(asColdstoreError);
        if ("failure" in got) expect(got.failure).toBe("integrity");
        else expect(cutOut(got.tree, [path, folderOf(100)])).toEqual(expected);
      }),
      sweep(30),
    );
  });
});

/** The set with other words about one of its files. */
function withChanged(
  source: RestoreSource,
  role: "archive" | "file-list",
  change: (of: ManifestArtifact) => ManifestArtifact,
) {
  return { ...source, artifacts: source.artifacts.map((one) => (one.role === role ? change(one) : one)) };
}

type Index = Pick<NonNullable<ManifestArtifact["compression"]>, "block_bytes" | "blocks" | "first_paths">;

const withIndex = (change: (index: Index) => Index) => (artifact: ManifestArtifact) =>
  artifact.compression === undefined
    ? artifact
    : { ...artifact, compression: { ...artifact.compression, ...change(artifact.compression) } };

const oddNumber = fc.oneof(
  fc.integer({ min: -5, max: 2_000_000 }),
  fc.constantFrom(0, -1, 2 ** 31, 2 ** 40, Number.MAX_SAFE_INTEGER, 64 * 1024, 1024 * 1024),
);

const oddIndex = fc.oneof(
  fc.record({ i: fc.nat(30), to: oddNumber }).map(({ i, to }) => (index: Index): Index => {
    const blocks = [...(index.blocks ?? [])];
    blocks[i % blocks.length] = to;
    return { ...index, blocks };
  }),
  oddNumber.map((bytes) => (index: Index): Index => ({ ...index, block_bytes: bytes })),
  fc.nat(30).map((i) => (index: Index): Index => ({ ...index, blocks: (index.blocks ?? []).toSpliced(i, 1) })),
  fc.array(oddNumber, { maxLength: 6 }).map((blocks) => (index: Index): Index => ({ ...index, blocks })),
);

describe("an index that can't be right", () => {
  const asked = [path, "y"];
  const expected = cutOut(whole, asked);

  test("of an archive gives what was asked for or `integrity`, at no great cost", async () => {
    await fc.assert(
      fc.asyncProperty(oddIndex, fc.constantFrom("tar.gz" as const, "tar.zst" as const), async (change, format) => {
        const source = withChanged(sound.source, "archive", withIndex(change));
        const got = await getPaths({ source, place: sound.place }, asked, { formats: [format] }).catch(
          asColdstoreError,
        );
        if ("failure" in got) expect(got.failure).toBe("integrity");
        else expect(cutOut(got.tree, asked)).toEqual(expected);
      }),
      sweep(30),
    );
  });

  test("of the file list is done without", async () => {
    const oddPaths = fc
      .array(fc.oneof(fc.constantFrom("", "a", path, "y", "y/", "zzzz", "\ufffd"), fc.string()), { maxLength: 40 })
      .map((paths) => (index: Index): Index => ({ ...index, first_paths: paths }));
    const shuffled = fc
      .shuffledSubarray(
        listFile.compression!.first_paths!.map((_, i) => i),
        { minLength: listFile.compression!.blocks!.length },
      )
      .map((order) => (index: Index): Index => ({ ...index, first_paths: order.map((i) => index.first_paths![i]!) }));
    await fc.assert(
      fc.asyncProperty(fc.oneof(oddIndex, oddPaths, shuffled), async (change) => {
        const set = { source: withChanged(sound.source, "file-list", withIndex(change)), place: sound.place };
        // One by one: for two of them the list would be read whole in any case.
        for (const one of asked) {
          const { tree } = await getPaths(set, [one], { formats: ["tar"] });
          expect(cutOut(tree, [one])).toEqual(cutOut(whole, [one]));
        }
        expect((await errorOf(getPaths(set, ["y/none"], { formats: ["tar"] }))).failure).toBe("not-found");
      }),
      sweep(20),
    );
  });
});

test("a file list that has contents where they can't be is `integrity`, whatever it says", async () => {
  const { content, artifacts } = sound.source;
  const entries = (await entriesOf()).filter(({ path }) => path.startsWith("y") || path.startsWith("z"));
  const change = fc.record({
    i: fc.nat(entries.length - 1),
    key: fc.constantFrom("offset", "size", "mode", "path", "type"),
    to: fc.oneof(fc.constantFrom(0, 1, 511, 512, 2 ** 33, Number.MAX_SAFE_INTEGER), fc.nat(5_000_000)),
  });
  const { gzipSync } = await import("node:zlib");
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
      const odd = entries.map((entry) => ({ ...entry })) as Record<string, unknown>[];
      for (const { i, key, to } of changes)
        odd[i]![key] = key === "path" ? `y/${to}` : key === "type" ? (to % 2 === 0 ? "dir" : "symlink") : to;
      const lines = odd.map((entry) => fileListLine(entry as unknown as Parameters<typeof fileListLine>[0])).join("");
      const data = gzipSync(lines);
      const place = new MemoryPlace();
      for (const [key, object] of sound.place.objects) place.objects.set(key, object);
      place.objects.set(listKey, { data, modified: new Date(0) });
      const file = { ...listFile, bytes: data.length, sha256: sha256Of(data) };
      const source = { ...sound.source, content, artifacts: artifacts.map((one) => (one === listFile ? file : one)) };
      const got = await getPaths({ source, place }, ["y", "z/large"], { formats: ["tar"] }).catch(asColdstoreError);
      if ("failure" in got) expect(["integrity", "not-found", "unsafe"]).toContain(got.failure);
      else for (const [at, entry] of cutOut(got.tree, ["y", "z/large"])) expect(entry).toEqual(whole.get(at));
    }),
    sweep(20),
  );
});
