import * as fc from "fast-check";
import { Readable } from "node:stream";
import { gunzipSync, inflateRawSync, constants } from "node:zlib";
import { expect, test } from "vitest";
import type { Entry } from "../../src/model/entry.ts";
import { ColdstoreError } from "../../src/model/errors.ts";
import { FileListWriter, readFileList, type FileListFile } from "../../src/steps/file-list.ts";
import { fileListLine, nameOf } from "../../src/steps/file-list-lines.ts";
import { chunksOf, sweep } from "../support/packed-archive.ts";

const sha256 = "0123456789abcdef".repeat(4);
const file: Entry = { path: "src/a.ts", type: "file", mode: 0o664, size: 12, sha256, offset: 1536 };

async function write(entries: readonly Entry[]): Promise<{ list: FileListFile; bytes: Buffer }> {
  const parts: Uint8Array[] = [];
  const writer = new FileListWriter({ write: async (data) => void parts.push(data) });
  for (const entry of entries) writer.add(entry);
  return { list: await writer.finish(), bytes: Buffer.concat(parts) };
}

const read = async (bytes: Uint8Array, chunk = 1000): Promise<Entry[]> =>
  Array.fromAsync(readFileList(Readable.from(chunksOf(bytes, chunk), { objectMode: true })));

test("a line has its keys in a fixed order and leaves absent ones out", () => {
  expect(fileListLine(file)).toBe(
    `{"path":"src/a.ts","type":"file","mode":"0664","size":12,"sha256":"${sha256}","offset":1536}\n`,
  );
  const odd = nameOf(Buffer.from([0x66, 0xff]));
  expect(
    fileListLine({ path: odd.text, pathBytes: odd.bytes!, type: "symlink", mode: 0o777, size: 0, link: "../x" }),
  ).toBe('{"path":"f\ufffd","path_b64":"Zv8=","type":"symlink","mode":"0777","size":0,"link":"../x"}\n');
  expect(fileListLine({ path: "d", type: "dir", mode: 0o4775, size: 0 })).toBe(
    '{"path":"d","type":"dir","mode":"4775","size":0}\n',
  );
});

const name = fc.oneof(
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 }).map((text) => Buffer.from(text)),
  fc.uint8Array({ minLength: 1, maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
);
const path = name.filter((bytes) => !bytes.includes(0) && bytes[0] !== 0x2f && bytes.at(-1) !== 0x2f).map(nameOf);
const mode = fc.nat(0o7777);
const entry: fc.Arbitrary<Entry> = fc.oneof(
  fc.record({ path, mode, size: fc.nat(), offset: fc.nat() }).map(({ path, ...rest }) => ({
    ...named(path),
    type: "file" as const,
    ...rest,
    sha256,
  })),
  fc.record({ path, mode }).map(({ path, mode }) => ({ ...named(path), type: "dir" as const, mode, size: 0 })),
  fc.record({ path, mode, link: name.map(nameOf) }).map(({ path, mode, link }) => ({
    ...named(path),
    type: "symlink" as const,
    mode,
    size: 0,
    link: link.text,
    ...(link.bytes && { linkBytes: link.bytes }),
  })),
);

function named(path: ReturnType<typeof nameOf>): { path: string; pathBytes?: Uint8Array } {
  return { path: path.text, ...(path.bytes && { pathBytes: path.bytes }) };
}

test("what is written is read again, whatever the names and however the bytes are cut", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(entry, { maxLength: 20 }), fc.integer({ min: 1, max: 300 }), async (entries, chunk) => {
      const { bytes } = await write(entries);
      const lines = gunzipSync(bytes);
      expect((await read(lines, chunk)).map(fileListLine)).toEqual(entries.map(fileListLine));
    }),
    sweep(150),
  );
});

test("each block inflates alone, and is found by the first path that starts in it", async () => {
  const long = "x".repeat(150_000);
  const entries = Array.from({ length: 3000 }, (_, i): Entry => ({
    ...file,
    path: `d${String(i).padStart(5, "0")}/f`,
    offset: i,
  }));
  entries.splice(1000, 0, { ...file, path: long });
  entries.splice(500, 0, { path: "d00500", type: "dir", mode: 0o775, size: 0 });
  const { list, bytes } = await write(entries);
  const { offsets, firstPaths = [], blockBytes } = list.blocks;
  const blocks = offsets.map((offset, i) =>
    inflateRawSync(bytes.subarray(offset, offsets[i + 1] ?? bytes.length - 8), { finishFlush: constants.Z_SYNC_FLUSH }),
  );
  expect(blocks.slice(0, -1).every((block) => block.length === blockBytes)).toBe(true);
  expect(Buffer.concat(blocks)).toEqual(gunzipSync(bytes));
  expect(firstPaths).toHaveLength(offsets.length);
  let start = 0;
  for (const [i, block] of blocks.entries()) {
    const text = block.toString();
    const first = start === 0 ? 0 : text.indexOf('{"path"');
    const parsed = /"path":"([^"]*)"?/.exec(text.slice(first))?.[1];
    if (first !== -1) expect(firstPaths[i]!.startsWith(parsed!.slice(0, 60))).toBe(true);
    else expect(firstPaths[i]).toBe(long);
    start += block.length;
  }
});

test("a list of many entries is the same bytes each time, and an empty one is a whole gzip", async () => {
  const entries = Array.from({ length: 2000 }, (_, i): Entry => ({ ...file, path: `f${i}` }));
  const first = await write(entries);
  expect(await write(entries)).toEqual(first);
  const empty = await write([]);
  expect(gunzipSync(empty.bytes)).toHaveLength(0);
  expect(empty.list).toMatchObject({ lines: { bytes: 0 }, blocks: { offsets: [], firstPaths: [] } });
});

const line = (changes: Record<string, unknown>): string =>
  `${JSON.stringify({ path: "a", type: "file", mode: "0664", size: 1, sha256, offset: 0, ...changes })}\n`;

test.each([
  ["not JSON", "{\n", "isn't JSON"],
  ["an array", "[]\n", "isn't an object"],
  ["an empty line", "\n", "isn't JSON"],
  ["no path", line({ path: undefined }), '"path" isn\'t text'],
  ["an absolute path", line({ path: "/a" }), "relative path"],
  ["a NUL", line({ path: "a\0" }), "relative path"],
  ["bytes of another path", line({ path_b64: "Zv8=" }), "don't belong together"],
  ["bytes that are text", line({ path_b64: "YQ==" }), "don't belong together"],
  ["an unknown type", line({ type: "fifo" }), "none of"],
  ["a mode of three digits", line({ mode: "664" }), "four octal digits"],
  ["a size that isn't whole", line({ size: 1.5 }), '"size"'],
  ["a size that is text", line({ size: "1" }), '"size"'],
  ["a digest in capitals", line({ sha256: sha256.toUpperCase() }), '"sha256"'],
  ["a file without offset", line({ offset: undefined }), '"offset"'],
  ["a file that links", line({ link: "x" }), 'has a "link"'],
  ["a folder with content", line({ type: "dir", size: 1 }), "other than 0"],
  ["a folder with a digest", line({ type: "dir", size: 0 }), 'has a "sha256"'],
  ["a symlink without target", line({ type: "symlink", size: 0, sha256: undefined, offset: undefined }), '"link"'],
  ["a cut line", line({}).slice(0, -1), "is cut off"],
  [
    "bytes that aren't UTF-8",
    Buffer.concat([Buffer.from('{"path":"'), Buffer.from([0xff]), Buffer.from('"}\n')]),
    "UTF-8",
  ],
])("a list with %s is refused, and the line named", async (_, bad, reason) => {
  const bytes = Buffer.concat([Buffer.from(line({})), Buffer.from(bad)]);
  await expect(read(bytes)).rejects.toThrow(
    expect.objectContaining({ failure: "integrity", message: expect.stringContaining("line 2 of the file list") }),
  );
  await expect(read(bytes)).rejects.toThrow(reason);
});

test("whatever the bytes are, reading ends, and fails with an integrity error or not at all", async () => {
  const lines = Buffer.from(
    [line({}), line({ path: "b" }), line({ type: "dir", size: 0, sha256: undefined, offset: undefined })].join(""),
  );
  const edit = fc.tuple(fc.nat(lines.length - 1), fc.uint8Array({ minLength: 1, maxLength: 4 }));
  await fc.assert(
    fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 4 }), async (edits) => {
      const bytes = Buffer.from(lines);
      for (const [at, change] of edits) bytes.set(change.subarray(0, bytes.length - at), at);
      await read(bytes, 50).catch((error: unknown) => {
        expect(error).toBeInstanceOf(ColdstoreError);
        expect((error as ColdstoreError).failure).toBe("integrity");
      });
    }),
    sweep(400),
  );
});
