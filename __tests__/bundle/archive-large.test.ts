import { closeSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished } from "vitest";
import { testWith } from "../support/programs.ts";
import { bash } from "../support/read-archives.ts";
import { noise } from "../support/rich-tree.ts";
import { endOf, makePlace, onLinux, type CliPlace } from "../support/run-cli.ts";
import { onlySet, type StoredSet } from "../support/stored-set.ts";

/** Sizes that take minutes, and with them the limit of memory, are for the long sweep. */
const long = Number(process.env["COLDSTORE_TEST_COUNT"] ?? 0) >= 1000;
const tinyFiles = long ? 200_000 : 1_500;
const largeBytes = long ? 8 * 2 ** 30 + 12_345 : 60_000_001;
const mostMemory = 250_000_000;

function newPlace(): { readonly place: CliPlace; readonly folder: string } {
  const place = makePlace();
  onTestFinished(() => place[Symbol.dispose]());
  const folder = join(place.path, "project");
  mkdirSync(folder);
  return { place, folder };
}

interface Measured {
  readonly set: StoredSet;
  /** Of the largest process. */
  readonly peakBytes: number;
}

/** One archive in one format, run below GNU time. */
async function archived(place: CliPlace, folder: string, format: string): Promise<Measured> {
  const store = join(place.path, `cold-${format}`);
  const facts = join(place.path, `time-${format}`);
  const node = ["/usr/bin/time", "-o", facts, "-f", "%M", process.execPath];
  const call = ["archive", folder, store, "--format", format, "--prefix", "", "--quiet"];
  const end = await endOf(place.start(call, { node }));
  expect(end).toMatchObject({ code: 0 });
  const peakBytes = Number(readFileSync(facts, "utf8").trim()) * 1024;
  expect(place.litter()).toEqual([]);
  return { set: onlySet(store), peakBytes };
}

/** Said, and asserted at the end for all; a small run would say nothing about it. */
function expectModest(peaks: ReadonlyMap<string, number>): void {
  if (!long) return;
  for (const [what, bytes] of peaks) process.stderr.write(`${what}: ${(bytes / 1e6).toFixed(0)} MB at most\n`);
  expect([...peaks].filter(([, bytes]) => bytes > mostMemory)).toEqual([]);
}

const listing = {
  "tar.gz": 'tar -tzf "$1"',
  "tar.zst": 'zstd -dqc "$1" | tar -tf -',
  zip: 'zipinfo -1 "$1"',
} as const;

const formats = long ? (["tar.gz", "tar.zst", "zip"] as const) : (["tar.zst"] as const);

describe.runIf(onLinux)("an archive of much", () => {
  testWith(["time", "zstd", "zipinfo"], `of ${tinyFiles} tiny files has them all, in modest memory`, async () => {
    const { place, folder } = newPlace();
    const names = Array.from({ length: tinyFiles }, (_, n) => `${n % 500}/file number ${n}.txt`);
    for (let n = 0; n < Math.min(500, tinyFiles); n += 1) mkdirSync(join(folder, `${n}`));
    for (const [n, name] of names.entries()) writeFileSync(join(folder, name), `this is file ${n}\n`);
    const peaks = new Map<string, number>();
    for (const format of formats) {
      const measured = await archived(place, folder, format);
      const listed = bash(`${listing[format]} | grep -v "/$"`, measured.set.path(format)).trimEnd().split("\n");
      expect(listed.sort()).toEqual(names.toSorted());
      expect(measured.set.manifest.content.tree).toMatchObject({ files: tinyFiles });
      peaks.set(`${tinyFiles} files in ${format}`, measured.peakBytes);
    }
    expectModest(peaks);
  });

  testWith(["time", "zstd", "unzip"], `of a file of ${largeBytes} bytes is that file, in modest memory`, async () => {
    const { place, folder } = newPlace();
    const file = join(folder, "large.bin");
    plantLarge(file);
    const wanted = bash('sha256sum < "$1"', file);
    const unpack = {
      "tar.gz": 'tar -xzOf "$1"',
      "tar.zst": 'zstd -dqc "$1" | tar -xOf -',
      zip: 'unzip -p "$1"',
    } as const;
    const peaks = new Map<string, number>();
    for (const format of formats) {
      const measured = await archived(place, folder, format);
      expect(bash(`${unpack[format]} large.bin | sha256sum`, measured.set.path(format))).toBe(wanted);
      peaks.set(`a file of ${largeBytes} bytes in ${format}`, measured.peakBytes);
    }
    expectModest(peaks);
  });
});

/** Mostly a hole, with bytes that don't compress spread over it. */
function plantLarge(path: string): void {
  const bytes = noise(1_000_000);
  const file = openSync(path, "w");
  ftruncateSync(file, largeBytes);
  for (let at = 0; at < largeBytes - bytes.length; at += largeBytes / 40)
    writeSync(file, bytes, 0, bytes.length, Math.floor(at));
  closeSync(file);
}
