import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { ColdstoreError } from "../../src/model/errors.ts";
import { MemoryTarget } from "../support/memory-target.ts";
import { type HandZipEntry, handZip } from "../support/hand-zip.ts";
import { linesOf, restoreBytes } from "../support/restore-bytes.ts";
import { buildTar, member, type TarSpec } from "../support/tar-builder.ts";

test("a zip made on DOS has the usual modes, backslashes for slashes, and names in code page 437", async () => {
  const zip = handZip([
    { name: "top\\caf\\a.txt", data: "1", host: 0 },
    { name: Buffer.from("caf\x82.txt", "latin1"), data: "2", host: 0 },
    { name: "folder/", host: 0 },
    { name: "back\\slash", data: "3", unixMode: 0o100600 },
    { name: "ü.txt", data: "4" },
    { name: "bits", data: "5", unixMode: 0o640 },
  ]);
  const { tree, end } = await restoreBytes(zip);
  expect(linesOf(tree)).toEqual([
    'back\\slash 600 "3"',
    'bits 640 "5"',
    'café.txt 644 "2"',
    "folder/ 755",
    "top/ 755",
    "top/caf/ 755",
    'top/caf/a.txt 644 "1"',
    'ü.txt 644 "4"',
  ]);
  expect(end.notes[1]).toBe("names in no code that the zip tells were read as code page 437: café.txt");
  expect(tree.get("bits")).toMatchObject({ mtime: Date.UTC(2025, 10, 22) / 1000 });
});

test("what of an archive was checked, and what wasn't, is said", async () => {
  const tar = buildTar([{ name: "a", data: "1" }]);
  expect((await restoreBytes(tar)).end.notes).toEqual([
    expect.stringContaining("what is in its files was not checked"),
  ]);
  expect((await restoreBytes(gzipSync(tar))).end.notes).toEqual([expect.stringContaining("CRC-32")]);
  const sha256 = (await restoreBytes(tar)).end.artifact.sha256;
  const vouched = { kind: "checksum", file: "SHA256SUMS", sha256 } as const;
  expect((await restoreBytes(tar, { vouched })).end.notes).toEqual([]);
  await expect(restoreBytes(gzipSync(tar), { vouched })).rejects.toMatchObject({
    failure: "integrity",
    message: expect.stringMatching(/^the archive isn't what SHA256SUMS says: it has the digest/),
  });
});

const tars: Record<string, readonly TarSpec[]> = {
  "an absolute path": [{ name: "/etc/passwd", data: "x" }],
  "a path that leads up": [{ name: "a/../../b", data: "x" }],
  "a hard link that leads up": [{ name: "h", flag: "1", link: "../../etc/passwd" }],
  "a hard link to an absolute path": [{ name: "h", flag: "1", link: "/etc/passwd" }],
  "a hard link to what comes later": [
    { name: "h", flag: "1", link: "a" },
    { name: "a", data: "x" },
  ],
  "a hard link to a link": [
    { name: "l", flag: "2", link: "/etc/passwd" },
    { name: "h", flag: "1", link: "l" },
  ],
  "a file through a link": [
    { name: "l", flag: "2", link: "/tmp" },
    { name: "l/x", data: "x" },
  ],
  "a link where a folder with files is": [
    { name: "l/x", data: "x" },
    { name: "l", flag: "2", link: "/tmp" },
  ],
  "a link that leads out": [{ name: "d/l", flag: "2", link: "../../x" }],
  "a device": [{ name: "null", flag: "3" }],
  "a pipe": [{ name: "p", flag: "6" }],
  "a file twice": [
    { name: "a", data: "1" },
    { name: "./a", data: "2" },
  ],
  "git's own folder": [{ name: "x/.git/hooks/post-checkout", data: "x" }],
  "a file without a name": [{ name: "./", flag: "2", link: "x" }],
};

const entries: Record<string, readonly HandZipEntry[]> = {
  "an absolute path": [{ name: "/etc/passwd" }],
  "a path that leads up": [{ name: "../x" }],
  "a path that leads up by backslashes": [{ name: "..\\..\\x", host: 0 }],
  "a link that leads out": [{ name: "l", data: "../x", unixMode: 0o120777 }],
  "a file through a link": [
    { name: "l", data: "/tmp", unixMode: 0o120777 },
    { name: "l/x", data: "1" },
  ],
  "a device": [{ name: "n", unixMode: 0o020666 }],
  "a file twice": [
    { name: "a", data: "1" },
    { name: "a", data: "2" },
  ],
};

const unsafe = [
  ...Object.entries(tars).map(([name, specs]) => [`a tar with ${name}`, () => buildTar(specs)] as const),
  ...Object.entries(entries).map(([name, specs]) => [`a zip with ${name}`, () => handZip(specs)] as const),
];

test.each(unsafe)("%s is refused whole", async (_name, make) => {
  const target = new MemoryTarget();
  await expect(restoreBytes(make(), { target })).rejects.toMatchObject({ failure: "unsafe" });
  expect(target.published).toBeUndefined();
});

const twoWays: Record<string, () => Uint8Array> = {
  "a zip whose local header has another name": () => handZip([{ name: "a", localName: "b", data: "1" }]),
  "a zip with entries that overlap": () =>
    handZip([
      { name: "a", data: "1".repeat(99) },
      { name: "a", data: "1".repeat(99), offset: 0 },
    ]),
  "a zip with something before its entries": () =>
    Buffer.concat([handZip([{ name: "a" }]).subarray(0, 31), handZip([{ name: "a" }])]),
  "a zip that holds more than it says": () =>
    handZip([{ name: "a", data: "1".repeat(5000), deflated: true, bytes: 10 }]),
  "a zip with an encrypted entry": () => handZip([{ name: "a", data: "1", flags: 1 }]),
  "a zip with a file named as a folder": () => handZip([{ name: "a/", unixMode: 0o100644 }]),
  "a zip with a folder that has content": () => handZip([{ name: "a/", data: "1", unixMode: 0o040755 }]),
  "a tar with another one behind it": () => Buffer.concat([buildTar([{ name: "a" }]), buildTar([{ name: "b" }])]),
  "a tar without its end": () => member({ name: "a", data: "1" }),
  "a gzip with something behind it": () => Buffer.concat([gzipSync(buildTar([{ name: "a" }])), Buffer.from("more")]),
};

test.each(Object.entries(twoWays))("%s is refused", async (_name, make) => {
  const target = new MemoryTarget();
  const failing = restoreBytes(make(), { target });
  await expect(failing).rejects.toThrow(ColdstoreError);
  await expect(failing).rejects.toMatchObject({ failure: expect.stringMatching(/^(integrity|not-found)$/) });
  expect(target.published).toBeUndefined();
});

test("an archive that unpacks to more than a thousand times its size is refused before it fills anything", async () => {
  const bomb = gzipSync(buildTar([{ name: "zeros", data: Buffer.alloc(80 * 1024 * 1024) }]), { level: 9 });
  const target = new MemoryTarget();
  await expect(restoreBytes(bomb, { target })).rejects.toMatchObject({ failure: "unsafe" });
  expect(target.written).toBeLessThan(80 * 1024 * 1024);
});

test("links are made, left out or refused as it was said", async () => {
  const tar = buildTar([
    { name: "in", flag: "2", link: "a" },
    { name: "out", flag: "2", link: "/etc/hosts" },
  ]);
  const { tree, end } = await restoreBytes(tar, { outwardLinks: "keep" });
  expect([tree.size, end.outwardLinks]).toEqual([2, ["out"]]);
  const skipped = await restoreBytes(tar, { symlinks: "skip" });
  expect([skipped.tree.size, skipped.end.skippedLinks, skipped.end.counts.symlinks]).toEqual([0, ["in", "out"], 0]);
  await expect(restoreBytes(tar, { symlinks: "fail" })).rejects.toMatchObject({ failure: "unsafe" });
});

test("what is no archive is told from a damaged one", async () => {
  await expect(restoreBytes(Buffer.from("hello"))).rejects.toMatchObject({ failure: "not-found" });
  await expect(restoreBytes(Buffer.from([0x1f, 0x8b, 8, 0]))).rejects.toMatchObject({ failure: "integrity" });
});
