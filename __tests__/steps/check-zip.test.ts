import * as fc from "fast-check";
import { createHash, randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { beforeAll, expect, test } from "vitest";
import type { Entry } from "../../src/model/entry.ts";
import { ColdstoreError } from "../../src/model/errors.ts";
import type { ByteRange } from "../../src/ports/store.ts";
import { checkArchive } from "../../src/steps/check-archive.ts";
import { checkZip } from "../../src/steps/check-zip.ts";
import type { ArchiveFinding } from "../../src/steps/compare-entries.ts";
import { chunksOf, quiet, sweep } from "../support/packed-archive.ts";
import { buildZip, zipEntries, type ZipSpec } from "../support/zip-builder.ts";

const digest = (bytes: Uint8Array) => ({
  bytes: bytes.length,
  sha256: createHash("sha256").update(bytes).digest("hex"),
});

interface Checking {
  /** The archive that the manifest speaks of; the very bytes unless told. */
  readonly made?: Uint8Array;
  readonly entries: readonly Entry[];
  readonly chunk?: number;
}

async function check(bytes: Uint8Array, { made = bytes, entries, chunk = 3000 }: Checking) {
  const open = async (range?: ByteRange) =>
    Readable.from(chunksOf(range === undefined ? bytes : bytes.subarray(range.start, range.end), chunk), {
      objectMode: false,
    });
  const list = (async function* () {
    yield* entries;
  })();
  const tar = digest(Buffer.alloc(0));
  return checkArchive({ format: "zip", artifact: digest(made), tar, prefix: "p/", open, entries: list, io: quiet });
}

const paths = (findings: readonly ArchiveFinding[]): string[] => findings.flatMap(({ path }) => path ?? []);
const noise = (bytes: number, seed: number): Buffer => {
  const data = Buffer.alloc(bytes);
  for (let i = 0, x = seed; i < bytes; i++) data[i] = (x = (x * 1103515245 + 12345) & 0x7fffffff) >> 16;
  return data;
};

const specs: readonly ZipSpec[] = [
  { name: "p/" },
  ...Array.from({ length: 20 }, (_, i): ZipSpec => ({
    name: `p/a${String(i).padStart(2, "0")}`,
    data: i % 3 === 0 ? noise((i * 97) % 700, i) : "text ".repeat(i * 20),
    stored: i % 4 === 0,
  })),
  { name: "p/b/" },
  { name: "p/b/run", data: "#!/bin/sh\n", mode: 0o775 },
  { name: "p/empty" },
  { name: "p/link", link: "b/run" },
  { name: "p/ü.txt", data: "umlaut" },
];
const entries = zipEntries(specs, "p/");
let zip: Buffer;

beforeAll(async () => {
  zip = await buildZip(specs);
});

test("a zip as it was made has no findings, however it comes", async () => {
  for (const chunk of [1, 7, 100, 1e6]) expect(await check(zip, { entries, chunk })).toEqual([]);
  expect(await check(await buildZip([]), { entries: [] })).toEqual([]);
});

test("files larger than what is handed over at once are digested as they stream", async () => {
  const large: ZipSpec[] = [
    { name: "p/a", data: "small" },
    { name: "p/b", data: randomBytes(2_500_000) },
    { name: "p/c", data: Buffer.alloc(3_000_000) },
    { name: "p/d", data: randomBytes(1_100_000), stored: true },
    { name: "p/e", data: "small" },
  ];
  const bytes = await buildZip(large);
  const list = zipEntries(large, "p/");
  expect(await check(bytes, { entries: list, chunk: 50_000 })).toEqual([]);
  for (const [at, path] of [
    [300_000, "b"],
    [bytes.length - 500_000, "d"],
  ] as const) {
    const changed = Buffer.from(bytes);
    changed[at]! ^= 4;
    expect(paths(await check(changed, { made: bytes, entries: list }))).toEqual([path]);
  }
});

/** Where each entry's local part and its record lie; read from the directory of a sound zip. */
function spans(bytes: Buffer): { readonly path: string; readonly ranges: readonly (readonly [number, number])[] }[] {
  const end = bytes.lastIndexOf("PK\u0005\u0006", undefined, "latin1");
  const start = bytes.readUInt32LE(end + 16);
  const found: { path: string; local: number; record: number; recordEnd: number }[] = [];
  for (let at = start; at < end;) {
    const nameEnd = at + 46 + bytes.readUInt16LE(at + 28);
    const path = bytes
      .toString("utf8", at + 46, nameEnd)
      .slice(2)
      .replace(/\/$/, "");
    const recordEnd = nameEnd + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
    found.push({ path, local: bytes.readUInt32LE(at + 42), record: at, recordEnd });
    at = recordEnd;
  }
  return found.map(({ path, local, record, recordEnd }, i) => ({
    path,
    ranges: [
      [local, found[i + 1]?.local ?? start],
      [record, recordEnd],
    ],
  }));
}

test("any changed byte is found, the entry that it hits is named, and no other one", async () => {
  const all = spans(zip);
  await fc.assert(
    fc.asyncProperty(fc.nat(zip.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
      const bytes = Buffer.from(zip);
      bytes[at]! ^= change;
      const findings = await check(bytes, { made: zip, entries });
      expect(findings).not.toEqual([]);
      const hit = all.filter(({ ranges }) => ranges.some(([from, to]) => at >= from && at < to));
      const hitPaths = hit.map(({ path }) => path).filter((path) => path !== "");
      const others = paths(findings).filter((path) => !hitPaths.includes(path));
      // A name's changed length can take in the next record exactly; nothing tells that from a name.
      if (hit.some(({ ranges: [, second] }) => at === (second?.[0] ?? 0) + 28)) return;
      // A name that a change makes up is extra.
      expect(others.filter((path) => entries.some((entry) => entry.path === path))).toEqual([]);
    }),
    sweep(400),
  );
});

test("what is changed in an entry's content, sizes or name is said of that entry", async () => {
  for (const { path, ranges } of spans(zip)) {
    if (path === "") continue;
    const [[local, next], [record]] = ranges as unknown as [[number, number], [number, number]];
    const isLong = next - local > 80;
    const nameBytes = zip.readUInt16LE(local + 26);
    const places = [local, local + 8, local + 28, record + 16, record + 20, record + 24, record + 42];
    for (const at of isLong ? [...places, local + 30 + nameBytes + 1] : places) {
      const bytes = Buffer.from(zip);
      bytes[at]! ^= 1;
      expect([at - local, paths(await check(bytes, { made: zip, entries }))]).toEqual([at - local, [path]]);
    }
  }
});

test("a zip that is cut off anywhere, or has something behind, before or between, is found", async () => {
  for (let length = 0; length < zip.length; length += 37)
    expect(await check(zip.subarray(0, length), { made: zip, entries })).toContainEqual(
      expect.objectContaining({ problem: "truncated" }),
    );
  for (const bytes of [
    Buffer.concat([zip, Buffer.from("x")]),
    Buffer.concat([Buffer.from("#!/bin/sh\n"), zip]),
    Buffer.concat([zip.subarray(0, 34), Buffer.alloc(9), zip.subarray(34)]),
    Buffer.concat([zip, zip]),
  ]) {
    expect(await check(bytes, { made: zip, entries })).not.toEqual([]);
    // Even where the manifest's digest is that of the changed one.
    expect(await check(bytes, { entries })).not.toEqual(bytes.length === 2 * zip.length ? undefined : []);
  }
});

test("content that differs from the file list never passes, whatever the zip's own checksums say", async () => {
  for (const [i, spec] of specs.entries()) {
    if (spec.name === "p/") continue;
    const path = spec.name.slice(2).replace(/\/$/, "");
    const others: ZipSpec[] = [
      { ...spec, mode: 0o700 },
      ...(spec.link === undefined ? [] : [{ ...spec, link: "elsewhere" }]),
      ...(spec.name.endsWith("/") || spec.link !== undefined ? [] : [{ ...spec, data: "another" }]),
    ];
    for (const other of others) {
      const findings = await check(await buildZip(specs.toSpliced(i, 1, other)), { entries });
      expect(paths(findings)).toEqual([path]);
    }
    expect(await check(await buildZip(specs.toSpliced(i, 1)), { entries })).toContainEqual(
      expect.objectContaining({ problem: "missing", path }),
    );
    const added = await check(
      await buildZip(specs.toSpliced(i, 0, { name: `${spec.name.replace(/\/$/, "")}!`, data: "x" })),
      {
        entries,
      },
    );
    expect(added).toContainEqual(expect.objectContaining({ problem: "extra" }));
  }
  expect(await check(await buildZip([...specs, { name: "q", data: "x" }]), { entries })).toContainEqual(
    expect.objectContaining({ problem: "extra", path: "q" }),
  );
});

test("whatever is done to a zip: never a crash, never a hang, and right only when the contents are", async () => {
  const edit = fc.oneof(
    fc.record({ at: fc.nat(zip.length), data: fc.uint8Array({ minLength: 1, maxLength: 8 }) }),
    fc.record({ at: fc.nat(zip.length), to: fc.nat(zip.length) }),
    fc.record({ at: fc.nat(zip.length), value: fc.constantFrom(0, 1, 0xff, 0xffff, 0xffffffff, 0x7fffffff) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 4 }), fc.boolean(), async (edits, tail) => {
      const bytes = edits.reduce((all, one) => edited(all, one, tail), zip);
      const findings = await check(bytes, { entries }).catch((error: unknown) => {
        expect(error).toBeInstanceOf(ColdstoreError);
        throw error;
      });
      // Without the digest's help: only times, attributes that are none of ours, and the like may go unnoticed.
      if (findings.length === 0) expect(readable(bytes)).toEqual(readable(zip));
    }),
    sweep(500),
  );
}, 60_000);

type Edit = { at: number; data: Uint8Array } | { at: number; to: number } | { at: number; value: number };

/** The place counts from the directory when `tail` is set: that is where most numbers are. */
function edited(bytes: Buffer, edit: Edit, tail: boolean): Buffer {
  const from = tail ? Math.max(0, bytes.length - 2000) : 0;
  const at = Math.min(bytes.length, from + (edit.at % Math.max(1, bytes.length - from)));
  const copy = Buffer.from(bytes);
  if ("to" in edit) return Buffer.concat([bytes.subarray(0, at), bytes.subarray(edit.to)]);
  if ("data" in edit) copy.set(edit.data.subarray(0, copy.length - at), at);
  else if (at + 4 <= copy.length) copy.writeUInt32LE(edit.value, at);
  return copy;
}

/** What stays when the fields that decide nothing are taken away: times, versions, attributes of DOS, the comment. */
function readable(bytes: Buffer): object[] {
  return spans(bytes)
    .filter(({ path }) => path !== "")
    .map(({ path, ranges }) => {
      const [[local, next], [record]] = ranges as unknown as [[number, number], [number, number]];
      const nameBytes = bytes.readUInt16LE(local + 26);
      return {
        path,
        content: bytes.subarray(local + 30 + nameBytes + bytes.readUInt16LE(local + 28), next).toString("hex"),
        mode: bytes.readUInt16LE(record + 40),
      };
    });
}

test("a zip64 one is read, and its two ends must agree", async () => {
  const bytes = withZip64End(zip);
  expect(await check(bytes, { entries })).toEqual([]);
  const at = bytes.lastIndexOf("PK\u0006\u0006", undefined, "latin1");
  for (const field of [4, 16, 24, 32, 40, 48, 56, 64]) {
    const changed = Buffer.from(bytes);
    changed[at + field]! ^= 1;
    expect(await check(changed, { entries })).not.toEqual([]);
  }
});

function withZip64End(bytes: Buffer): Buffer {
  const endAt = bytes.lastIndexOf("PK\u0005\u0006", undefined, "latin1");
  const end = Buffer.from(bytes.subarray(endAt));
  const [count, size, start] = [end.readUInt16LE(10), end.readUInt32LE(12), end.readUInt32LE(16)];
  const end64 = Buffer.alloc(76);
  end64.write("PK\u0006\u0006", "latin1");
  end64.writeBigUInt64LE(44n, 4);
  end64.writeUInt16LE(45, 12);
  end64.writeUInt16LE(45, 14);
  for (const [field, value] of [
    [24, count],
    [32, count],
    [40, size],
    [48, start],
  ] as const)
    end64.writeBigUInt64LE(BigInt(value), field);
  end64.write("PK\u0006\u0007", 56, "latin1");
  end64.writeBigUInt64LE(BigInt(endAt), 64);
  end64.writeUInt32LE(1, 72);
  end.writeUInt32LE(0xffffffff, 12);
  end.writeUInt32LE(0xffffffff, 16);
  return Buffer.concat([bytes.subarray(0, endAt), end64, end]);
}

test("an error of the store is no finding, and an abort rejects with its reason", async () => {
  const common = { format: "zip", artifact: digest(zip), tar: digest(zip), prefix: "p/" } as const;
  const list = () => Readable.from([]) as AsyncIterable<Entry>;
  const failing = async (range?: ByteRange) =>
    range === undefined
      ? Readable.from(
          (async function* () {
            yield zip.subarray(0, 2000);
            throw new Error("reset");
          })(),
        )
      : Readable.from([zip.subarray(range.start, range.end)]);
  await expect(checkZip({ ...common, open: failing, entries: list(), io: quiet })).rejects.toThrow("reset");
  const abort = new AbortController();
  const reason = new Error("stopped");
  setTimeout(() => abort.abort(reason), 20);
  const stalled = async (range?: ByteRange) =>
    range === undefined ? new Readable({ read: () => {} }) : Readable.from([zip.subarray(range.start, range.end)]);
  const io = { ...quiet, signal: abort.signal };
  await expect(checkZip({ ...common, open: stalled, entries: list(), io })).rejects.toBe(reason);
});
