import * as fc from "fast-check";
import { gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { ColdstoreError } from "../../src/model/errors.ts";
import { findCompanions, type Vouched } from "../../src/steps/find-companions.ts";
import { parseCsv } from "../../src/steps/parse-csv.ts";
import { parseSidecar } from "../../src/steps/sidecar.ts";
import { readSidecarList } from "../../src/steps/sidecar-list.ts";
import { OldPlace, oldArchive, oldSidecar } from "../support/coldstore-1.ts";
import { MemoryStore } from "../support/memory-store.ts";
import { quiet, sweep } from "../support/packed-archive.ts";
import { linesOf, restoreBytes } from "../support/restore-bytes.ts";

const vouchedOf = async (place: OldPlace): Promise<Vouched> => {
  const found = await findCompanions(new MemoryStore({ place }), oldArchive, quiet);
  if (found.kind !== "sidecar") throw new Error(`found ${found.kind}`);
  return found;
};

test("an archive of coldstore 1.0.0 is restored, what it says of itself with it", async () => {
  const place = new OldPlace();
  const { tree, end } = await restoreBytes(place.archive, { vouched: await vouchedOf(place) });
  const lines = linesOf(tree).filter((line) => !line.includes("COLDSTORE"));
  expect(lines).toEqual([
    "thesis/ 755",
    'thesis/README.md 644 "# Thesis\\n"',
    "thesis/data/ 755",
    'thesis/data/naïve "name", 1.txt 644 "x"',
    'thesis/data/none 644 ""',
    'thesis/data/raw.csv 644 "a,b\\n1,2\\n"',
    'thesis/data/same.csv 644 "a,b\\n1,2\\n"',
    "thesis/empty/ 755",
    "thesis/latest -> data/raw.csv",
    'thesis/run.sh 755 "#!/bin/sh\\nexec python3 model.py\\n"',
  ]);
  expect(tree.get("thesis/run.sh")).toMatchObject({ mtime: Date.parse("2025-11-02T03:04:05Z") / 1000 });
  expect(end.notes).toEqual([]);
});

test("one that isn't what its sidecar says isn't restored", async () => {
  const place = new OldPlace();
  place.change((tar) => Buffer.from(tar.toString("latin1").replace("a,b\n1,2\n", "a,b\n1,3\n"), "latin1"));
  place.vouch();
  await expect(restoreBytes(place.archive, { vouched: await vouchedOf(place) })).rejects.toMatchObject({
    failure: "integrity",
    message: expect.stringMatching(
      /^the archive isn't what thesis\.tar\.gz\.MANIFEST\.json says: data\/raw\.csv: its content/,
    ),
  });
});

const sidecar = Buffer.from(new OldPlace().objects.get(oldSidecar)!.data);
const list = listIn(new OldPlace().archive);

/** The list's own gzip, taken out of the archive by its magic. */
function listIn(archive: Buffer): Buffer {
  const tar = gunzipSync(archive);
  const header = tar.indexOf("thesis/COLDSTORE/FILELIST.csv.gz", 0, "latin1");
  const size = Number.parseInt(tar.toString("latin1", header + 124, header + 135), 8);
  return tar.subarray(header + 512, header + 512 + size);
}

describe("whatever a sidecar holds, it is read, refused or left alone", () => {
  const parse = (data: Uint8Array): unknown => {
    try {
      return parseSidecar(data, "x");
    } catch (error) {
      expect(error).toBeInstanceOf(ColdstoreError);
      expect((error as ColdstoreError).failure).toBe("integrity");
      return "refused";
    }
  };

  test("with changed bytes", () => {
    fc.assert(
      fc.property(fc.nat(sidecar.length - 1), fc.integer({ min: 0, max: 255 }), (at, byte) => {
        const changed = Buffer.from(sidecar);
        changed[at] = byte;
        parse(changed);
      }),
      sweep(500),
    );
  });

  test("as any JSON, in any depth", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        parse(
          Buffer.from(JSON.stringify({ manifest_version: "1.0", archive: value, verification: value, git: value })),
        );
        parse(Buffer.from(JSON.stringify(value)));
      }),
      sweep(300),
    );
    parse(Buffer.from("[".repeat(1_000_000)));
    parse(Buffer.from(`{"manifest_version":"1.0","archive":${"[".repeat(100_000)}${"]".repeat(100_000)}}`));
  });
});

test("any changed byte of a list is refused, or changes nothing that is compared", async () => {
  const sound = await readSidecarList(list);
  expect(sound).toHaveLength(9);
  await fc.assert(
    fc.asyncProperty(fc.nat(list.length - 1), fc.integer({ min: 1, max: 255 }), async (at, bits) => {
      const changed = Buffer.from(list);
      changed[at] = changed[at]! ^ bits;
      const read = await readSidecarList(changed);
      expect(typeof read === "string" || JSON.stringify(read) === JSON.stringify(sound)).toBe(true);
    }),
    sweep(150),
  );
});

test("any text as a list is rows or a reason", async () => {
  const head = "relpath,type,size_bytes,mode_octal,uid,gid,mtime_utc,sha256,link_target,is_executable,ext\r\n";
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: fc.constantFrom("a", ",", '"', "\r\n", "\n", "0644", "file", "é", "1") }),
      async (text) => {
        const read = await readSidecarList(gzipSync(head + text));
        expect(
          typeof read === "string" || read.every(({ type }) => ["file", "dir", "symlink", "other"].includes(type)),
        ).toBe(true);
      },
    ),
    sweep(300),
  );
  expect(await readSidecarList(gzipSync(Buffer.from([0xff, 0xfe])))).toBe("it isn't UTF-8");
  expect(await readSidecarList(gzipSync("a,b\r\n"))).toBe("it has no column relpath");
  expect(await readSidecarList(Buffer.from("no gzip"))).toMatch(/damaged/);
});

test("rows come back from CSV as they were written, whatever is in them", () => {
  const cell = fc.string({ unit: fc.constantFrom("a", " ", ",", '"', "\n", "\r\n", "ü") });
  const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  fc.assert(
    fc.property(
      fc.array(fc.array(cell, { minLength: 2, maxLength: 5 })),
      fc.constantFrom("\n", "\r\n"),
      (rows, end) => {
        expect(parseCsv(rows.map((row) => row.map(quoted).join(",") + end).join(""))).toEqual(rows);
      },
    ),
    sweep(300),
  );
  expect([parseCsv('a,"b'), parseCsv('a,"b"c\n'), parseCsv("a,b,"), parseCsv("")]).toEqual([
    "line 1 has a quote that doesn't end",
    "line 1 has something behind a quote",
    [["a", "b", ""]],
    [],
  ]);
});
