import { Readable } from "node:stream";
import { expect, test } from "vitest";
import type { ArchiveFormat } from "../../src/model/manifest.ts";
import { estimateSizes } from "../../src/steps/estimate-size.ts";
import type { ContentReader } from "../../src/steps/fill-samples.ts";
import { measureArchive } from "../../src/steps/measure-archive.ts";
import { type GridEntry, SampleGrid } from "../../src/steps/sample-grid.ts";
import { chunksOf, quiet } from "../support/packed-archive.ts";
import { buildTar } from "../support/tar-builder.ts";

const formats: readonly ArchiveFormat[] = ["tar.gz", "tar.zst", "tar", "zip"];
const words = "archive block commit digest entry folder git hash index json key link manifest name offset path".split(
  " ",
);

/** Text of words in an order that looks random, different for each file. */
function textOf(bytes: number, seed: number): Buffer {
  const lines: string[] = [];
  for (let length = 0, x = seed + 1; length < bytes;) {
    x = Math.imul(x, 1103515245) + 12345;
    const word = `${words[(x >>> 16) % words.length]}${(x >>> 20) % 50}${(x >>> 9) % 7 === 0 ? "\n" : " "}`;
    lines.push(word);
    length += word.length;
  }
  return Buffer.from(lines.join("")).subarray(0, bytes);
}

interface Held extends GridEntry {
  readonly data: Buffer;
}

const files = Array.from({ length: 400 }, (_, i): Held => {
  const data = textOf(100 + ((i * 7919) % 25_000), i);
  return { path: `folder-${i % 30}/file-${i}.txt`, type: "file", executable: false, bytes: data.length, data };
});
const read: ContentReader<Held> = async (wanted, give) => {
  for (const { entry, from, to } of wanted)
    give({ entry, offset: from, data: entry.data.subarray(from, to), last: true });
};

test("sizes told by samples of any source are near to the real ones, for each format and level", async () => {
  const tar = buildTar(files.map(({ path, data }) => ({ name: `p/${path}`, data })));
  const grid = new SampleGrid<Held>();
  let offset = 0;
  for (const entry of files) {
    grid.add(entry, (offset += 512));
    offset += Math.ceil(entry.bytes / 512) * 512;
  }
  const request = { grid, tarBytes: tar.length, tarIsExact: true, prefix: "p/", mtime: 1e9, read, formats };
  for (const level of [undefined, 1]) {
    const estimated = await estimateSizes({ ...request, level }, quiet.signal);
    const source = Readable.from(chunksOf(tar, 1 << 20), { objectMode: false });
    const { sizes } = await measureArchive({ tar: source, prefix: "p/", formats, level, io: quiet });
    expect(estimated.map(({ format, exact }) => [format, exact])).toEqual(formats.map((f) => [f, f === "tar"]));
    const off = estimated.map(({ bytes }, i) => Math.abs(bytes / (sizes[i]?.bytes ?? 0) - 1));
    const bounds = { "tar.gz": 0.05, "tar.zst": 0.15, tar: 0.001, zip: 0.06 };
    expect(formats.filter((format, i) => (off[i] ?? 1) > bounds[format]).map((f) => [f, level, off])).toEqual([]);
  }
});
