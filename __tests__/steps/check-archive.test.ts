import * as fc from "fast-check";
import { Readable } from "node:stream";
import {
  constants,
  deflateRawSync,
  gunzipSync,
  gzipSync,
  inflateRawSync,
  zstdCompressSync,
  zstdDecompressSync,
} from "node:zlib";
import { createHash } from "node:crypto";
import { beforeAll, expect, test } from "vitest";
import type { Entry } from "../../src/model/entry.ts";
import { checkArchive } from "../../src/steps/check-archive.ts";
import type { CheckOptions } from "../../src/steps/checked-archive.ts";
import type { ArchiveFinding } from "../../src/steps/compare-entries.ts";
import { chunksOf, pack, quiet, sweep, temporaryScratch } from "../support/packed-archive.ts";
import { buildTar, type TarSpec } from "../support/tar-builder.ts";

const formats = ["tar.gz", "tar.zst", "tar"] as const;
type Format = (typeof formats)[number];

/** Bytes behind the last block. */
const tailBytes: Readonly<Record<Format, number>> = { "tar.gz": 10, "tar.zst": 0, tar: 10 };

/** A made archive, and how to check other bytes in its place. */
interface Subject {
  readonly bytes: Buffer;
  readonly tar: Buffer;
  readonly entries: readonly Entry[];
  readonly options: Pick<CheckOptions, "format" | "blocks" | "artifact" | "tar" | "prefix">;
}

/** The same in smaller blocks, so that a small archive has many. */
async function makeSubject(format: Format, specs: readonly TarSpec[], blockBytes = 8192): Promise<Subject> {
  await using scratch = temporaryScratch();
  const tar = buildTar(specs, { commit: "a".repeat(40) });
  const packed = await pack(tar, scratch);
  const entries = await packed.entries();
  const options = { format, tar: packed.summary.tar, prefix: "p/" };
  if (format === "tar") return { bytes: tar, tar, entries, options: { ...options, artifact: options.tar } };
  const { bytes, offsets } =
    format === "tar.zst" ? framed(tar, blockBytes) : reblocked(tar, await packed.bytes("tar.gz"), blockBytes);
  return { bytes, tar, entries, options: { ...options, artifact: digest(bytes), blocks: { blockBytes, offsets } } };
}

function framed(tar: Buffer, blockBytes: number): { bytes: Buffer; offsets: number[] } {
  const params = { [constants.ZSTD_c_checksumFlag]: 1 };
  const frames = [...chunksOf(tar, blockBytes)].map((block) => zstdCompressSync(block, { params }));
  let at = 0;
  const offsets = frames.map(({ length }) => (at += length) - length);
  return { bytes: Buffer.concat(frames), offsets };
}

function reblocked(tar: Buffer, gzip: Buffer, blockBytes: number): { bytes: Buffer; offsets: number[] } {
  const parts: Buffer[] = [gzip.subarray(0, 10)];
  const offsets: number[] = [];
  let at = 10;
  for (const block of chunksOf(tar, blockBytes)) {
    const part = deflateRawSync(block, { finishFlush: constants.Z_FULL_FLUSH });
    offsets.push(at);
    parts.push(part);
    at += part.length;
  }
  return { bytes: Buffer.concat([...parts, gzip.subarray(-10)]), offsets };
}

const digest = (bytes: Uint8Array) => ({
  bytes: bytes.length,
  sha256: createHash("sha256").update(bytes).digest("hex"),
});

async function check(
  { options, entries }: Subject,
  bytes: Uint8Array,
  list = entries,
): Promise<readonly ArchiveFinding[]> {
  return checkArchive({
    ...options,
    open: async () => Readable.from(chunksOf(bytes, 5000), { objectMode: false }),
    entries: (async function* () {
      yield* list;
    })(),
    io: quiet,
  });
}

const paths = (findings: readonly ArchiveFinding[]): string[] => findings.flatMap(({ path }) => path ?? []);

/** Paths whose header or content lie in [start, end) of the tar; headers reach from where the entry before ends. */
function touching({ entries }: Subject, start: number, end: number): string[] {
  let at = 1024;
  return entries.flatMap(({ path, offset, size }) => {
    // Folders and links have one header block each here, but for those with long names, which come before files.
    const from = at;
    at = offset === undefined ? at + 512 : offset + Math.ceil(size / 512) * 512;
    return from < end && at > start ? [path] : [];
  });
}

function noise(bytes: number, seed: number): Buffer {
  const data = Buffer.alloc(bytes);
  for (let i = 0, x = seed; i < bytes; i++) data[i] = (x = (x * 1103515245 + 12345) & 0x7fffffff) >> 16;
  return data;
}

const specs: TarSpec[] = [
  ...Array.from({ length: 40 }, (_, i): TarSpec => ({
    name: `p/a${String(i).padStart(2, "0")}`,
    data: noise((i * 797) % 3000, i),
  })),
  { name: "p/b/" },
  { name: "p/b/big", data: noise(60_000, 7), mode: 0o775 },
  { name: "p/b/c/" },
  { name: "p/b/c/empty" },
  { name: "p/link", flag: "2", link: "b/big", mode: 0o777 },
  { name: `p/${"long/".repeat(40)}name`, data: noise(5000, 9) },
  { name: "p/z", data: "last\n" },
];

let subjects: Record<Format, Subject>;

beforeAll(async () => {
  subjects = {
    "tar.gz": await makeSubject("tar.gz", specs),
    "tar.zst": await makeSubject("tar.zst", specs),
    tar: await makeSubject("tar", specs),
  };
});

test.each(formats)("a %s as it was made has no findings", async (format) => {
  const subject = subjects[format];
  if (format === "tar.gz") expect(gunzipSync(subject.bytes).equals(subject.tar)).toBe(true);
  expect(await check(subject, subject.bytes)).toEqual([]);
});

test("what packing makes, in blocks of 1 MiB, has no findings; nor has the tar of nothing", async () => {
  for (const made of [[{ name: "p/a", data: noise(3_000_000, 3) }], [{ name: "p/" }], []])
    for (const format of ["tar.gz", "tar"] as const) {
      await using scratch = temporaryScratch();
      const packed = await pack(buildTar(made), scratch);
      const { blocks, artifact } = packed.one(format);
      const options = { format, artifact, tar: packed.summary.tar, prefix: "p/", ...(blocks && { blocks }) };
      const bytes = await packed.bytes(format);
      expect(await check({ bytes, tar: bytes, entries: await packed.entries(), options }, bytes)).toEqual([]);
    }
});

test.each(formats)("any changed byte of a %s is found, and the entry that it hits is named", async (format) => {
  const subject = subjects[format];
  const at = fc.nat(subject.bytes.length - 1);
  await fc.assert(
    fc.asyncProperty(at, fc.integer({ min: 1, max: 255 }), async (position, change) => {
      const bytes = Buffer.from(subject.bytes);
      bytes[position]! ^= change;
      const findings = await check(subject, bytes);
      expect(findings).not.toEqual([]);
      const named = paths(findings);
      const hit = hitBy(subject, bytes, position);
      if (hit.lost.length > 0) expect(hit.lost.some((path) => named.includes(path))).toBe(true);
      // The rest is still compared: only what touches the place is named, or a name that a change made up.
      const madeUp = hit.near.includes(longName) ? findings.filter(({ problem }) => problem === "extra") : [];
      expect(named.filter((path) => !hit.near.includes(path) && !paths(madeUp).includes(path))).toEqual([]);
    }),
    sweep(120),
  );
});

/** Entries that the change really hits, and all that may be named for it. */
function hitBy(subject: Subject, bytes: Buffer, position: number): { lost: string[]; near: string[] } {
  const { blocks } = subject.options;
  const block = blocks?.offsets.findLastIndex((offset) => offset <= position) ?? -1;
  if (blocks === undefined) {
    // A changed long name is found by its header's digest alone; what follows it is read under the cut name.
    const hit = touching(subject, position, position + 1);
    return { lost: hit, near: [...hit, ...cutNames] };
  }
  const [start, end] = [block * blocks.blockBytes, (block + 1) * blocks.blockBytes];
  const near = block < 0 ? [] : [...touching(subject, start, end), ...cutNames];
  if (block < 0 || position >= subject.bytes.length - tailBytes[subject.options.format as Format])
    return { lost: [], near };
  const slice = bytes.subarray(
    blocks.offsets[block],
    blocks.offsets[block + 1] ?? bytes.length - tailBytes[subject.options.format as Format],
  );
  const was = subject.tar.subarray(start, end);
  let is: Buffer | undefined;
  try {
    if (subject.options.format === "tar.zst") is = zstdDecompressSync(slice);
    else is = inflateRawSync(slice, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    // Doesn't inflate: all of the block is lost.
  }
  if (is?.equals(was)) return { lost: [], near };
  const from = is === undefined ? 0 : was.findIndex((byte, i) => byte !== is[i]);
  return {
    lost: is?.length === was.length ? touching(subject, start + from, start + from + 1) : touching(subject, start, end),
    near,
  };
}

/** The long name as its header has it without its pax header. */
const longName = `${"long/".repeat(40)}name`;
const cutNames = [longName.slice(0, 98).replace(/\/$/, "")];

test.each(formats)("a %s that is cut off anywhere names the entries behind the cut", async (format) => {
  const subject = subjects[format];
  await fc.assert(
    fc.asyncProperty(fc.nat(subject.bytes.length - 1), async (length) => {
      const findings = await check(subject, subject.bytes.subarray(0, length));
      expect(findings.some(({ problem, path }) => problem === "truncated" && path === undefined)).toBe(true);
      const { blocks } = subject.options;
      const whole = blocks ? blocks.offsets.findLastIndex((offset) => offset <= length) * blocks.blockBytes : length;
      const behind = touching(subject, Math.max(0, whole), subject.tar.length);
      const cut = length < subject.bytes.length - tailBytes[format];
      if (cut) expect(paths(findings)).toEqual(behind);
      expect(findings.filter(({ path }) => path !== undefined).every(({ problem }) => problem === "truncated")).toBe(
        true,
      );
    }),
    sweep(60),
  );
});

test.each(formats)("a %s with anything behind it, or twice, is found", async (format) => {
  const subject = subjects[format];
  for (const more of [Buffer.alloc(1), Buffer.from("x"), Buffer.alloc(100_000, "x"), subject.bytes, gzipSync("more")]) {
    const findings = await check(subject, Buffer.concat([subject.bytes, more]));
    expect(findings).toContainEqual(expect.objectContaining({ problem: "extra" }));
  }
});

test.each(["tar.gz", "tar.zst"] as const)(
  "a block of a %s that is lost names what is in it, and nothing else",
  async (format) => {
    const subject = subjects[format];
    const { offsets, blockBytes } = subject.options.blocks!;
    for (const [i, offset] of offsets.entries()) {
      const bytes = Buffer.from(subject.bytes);
      bytes.fill(0xff, offset, offset + 4);
      const findings = await check(subject, bytes);
      const named = paths(findings).filter((path) => !cutNames.includes(path));
      expect(named).toEqual(touching(subject, i * blockBytes, (i + 1) * blockBytes));
      expect(findings[0]!.detail).toContain(`block ${i + 1} of ${offsets.length}`);
    }
  },
);

test.each([0, 2])(
  "what a file that is cut off in block %i has lost is blamed on that block, not on the last",
  async (i) => {
    const subject = subjects["tar.gz"];
    const { offsets } = subject.options.blocks!;
    const findings = await check(subject, subject.bytes.subarray(0, offsets[i]! + 1));
    const details = findings.filter(({ path }) => path !== undefined).map(({ detail }) => detail);
    expect([...new Set(details)]).toEqual([expect.stringContaining(`block ${i + 1} of ${offsets.length} `)]);
  },
);

test("content that looks like a tar is never taken for one, behind a lost block", async () => {
  const inner = buildTar(Array.from({ length: 60 }, (_, i) => ({ name: `p/inner${i}`, data: noise(700, i) })));
  const subject = await makeSubject("tar.gz", [
    { name: "p/a", data: "a" },
    { name: "p/nested.tar", data: inner },
    { name: "p/z", data: "z" },
  ]);
  const { offsets } = subject.options.blocks!;
  const bytes = Buffer.from(subject.bytes);
  bytes.fill(0xff, offsets[3], offsets[3]! + 4);
  expect(paths(await check(subject, bytes))).toEqual(["nested.tar"]);
});

test("a bit that no reader minds is found by the digest of the archive", async () => {
  const subject = subjects["tar.gz"];
  const bytes = Buffer.from(subject.bytes);
  const harmless = subject.options
    .blocks!.offsets.slice(1)
    .map((offset) => offset - 5)
    .find((at) => {
      bytes[at]! ^= 0x80;
      const same = gunzipSync(bytes).equals(subject.tar);
      if (!same) bytes[at]! ^= 0x80;
      return same;
    });
  expect(harmless).toBeDefined();
  expect(await check(subject, bytes)).toEqual([
    { problem: "changed", detail: expect.stringContaining("the archive has the digest") },
  ]);
});

test("a frame must be one, whole, with a checksum, and give exactly its block", async () => {
  const subject = subjects["tar.zst"];
  const { offsets, blockBytes } = subject.options.blocks!;
  const [start, end] = [offsets[2]!, offsets[3]!];
  const block = subject.tar.subarray(2 * blockBytes, 3 * blockBytes);
  const params = { [constants.ZSTD_c_checksumFlag]: 1 };
  const half = blockBytes / 2;
  const bombs = [
    zstdCompressSync(block),
    Buffer.concat([half, 0].map((at) => zstdCompressSync(block.subarray(at, at + half), { params }))),
    zstdCompressSync(Buffer.alloc(1 << 28), { params }),
    Buffer.concat([subject.bytes.subarray(start, end), Buffer.alloc(3)]),
    Buffer.concat([Buffer.from("502a4d1800000000", "hex"), subject.bytes.subarray(start, end)]),
  ];
  for (const frame of bombs) {
    const bytes = Buffer.concat([subject.bytes.subarray(0, start), frame, subject.bytes.subarray(end)]);
    const shifted = offsets.map((offset, i) => (i > 2 ? offset + frame.length - (end - start) : offset));
    const options = { ...subject.options, artifact: digest(bytes), blocks: { blockBytes, offsets: shifted } };
    const found = await check({ ...subject, options }, bytes);
    expect(found[0]!.detail).toContain("block 3 of");
    expect(paths(found).filter((path) => !cutNames.includes(path))).toEqual(
      touching(subject, 2 * blockBytes, 3 * blockBytes),
    );
  }
});

test("several lost blocks at once are each survived", async () => {
  const subject = subjects["tar.gz"];
  const { offsets, blockBytes } = subject.options.blocks!;
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(fc.nat(offsets.length - 1), { minLength: 2, maxLength: 6 }), async (lost) => {
      const bytes = Buffer.from(subject.bytes);
      for (const i of lost) bytes.fill(0xff, offsets[i], offsets[i]! + 4);
      const hit = new Set(lost.flatMap((i) => touching(subject, i * blockBytes, (i + 1) * blockBytes)));
      const named = new Set(paths(await check(subject, bytes)).filter((path) => !cutNames.includes(path)));
      expect(named).toEqual(hit);
    }),
    sweep(60),
  );
});

test("another archive in its place: what is missing, extra and changed is named as such", async () => {
  const changed = specs
    .filter(({ name }) => name !== "p/a03")
    .map((spec) => (spec.name === "p/a05" ? { ...spec, data: noise(Buffer.from(spec.data!).length, 99) } : spec))
    .map((spec) => (spec.name === "p/link" ? { ...spec, link: "elsewhere" } : spec))
    .map((spec) => (spec.name === "p/a02" ? { ...spec, mode: 0o775 } : spec));
  changed.splice(8, 0, { name: "p/a08x", data: "new" });
  const other = await makeSubject("tar", changed);
  const findings = await check(subjects.tar, other.bytes);
  const of = (path: string) => findings.find((finding) => finding.path === path);
  expect(of("a03")).toMatchObject({ problem: "missing" });
  expect(of("a08x")).toMatchObject({ problem: "extra" });
  expect(of("a05")).toMatchObject({ problem: "changed", detail: expect.stringContaining("digest") });
  expect(of("link")).toMatchObject({ problem: "changed", detail: "it points to elsewhere, not to b/big" });
  expect(of("a02")).toMatchObject({ problem: "changed", detail: "its mode is 775, not 664" });
  expect(of("a00")).toBeUndefined();
});

test("a file list that names something else doesn't pass", async () => {
  const subject = subjects["tar.gz"];
  for (let i = 0; i < subject.entries.length; i++) {
    const entry = subject.entries[i]!;
    for (const other of [
      [],
      [{ ...entry, mode: entry.mode ^ 1 }],
      [{ ...entry, path: `${entry.path}~` }],
      [entry, { ...entry, path: `${entry.path}!` }],
    ]) {
      const findings = await check(subject, subject.bytes, subject.entries.toSpliced(i, 1, ...other));
      expect(paths(findings)).not.toEqual([]);
    }
  }
});

test("an entry outside the prefix is extra", async () => {
  const other = buildTar([...specs, { name: "q/evil", data: "x" }], { commit: "a".repeat(40) });
  expect(paths(await check(subjects.tar, other))).toContain("q/evil");
});

test("an index that can't be right is an error, not a finding", async () => {
  const subject = subjects["tar.gz"];
  const { offsets, blockBytes } = subject.options.blocks!;
  const bad = [[...offsets, 1e9], offsets.slice(1), offsets.toReversed(), [11, ...offsets.slice(1)], []];
  for (const wrong of bad) {
    const options = { ...subject.options, blocks: { blockBytes, offsets: wrong } };
    await expect(check({ ...subject, options }, subject.bytes)).rejects.toMatchObject({ failure: "integrity" });
  }
});

test("an error of the store is no finding, and an abort rejects with its reason", async () => {
  const { options, entries, bytes } = subjects["tar.gz"];
  const list = async function* () {
    yield* entries;
  };
  const failing = Readable.from(
    (async function* () {
      yield bytes.subarray(0, 20_000);
      throw new Error("reset");
    })(),
  );
  await expect(checkArchive({ ...options, open: async () => failing, entries: list(), io: quiet })).rejects.toThrow(
    "reset",
  );
  const abort = new AbortController();
  const stalled = new Readable({ read: () => {} });
  const reason = new Error("stopped");
  setTimeout(() => abort.abort(reason), 20);
  const io = { ...quiet, signal: abort.signal };
  await expect(checkArchive({ ...options, open: async () => stalled, entries: list(), io })).rejects.toBe(reason);
  expect(stalled.destroyed).toBe(true);
});
