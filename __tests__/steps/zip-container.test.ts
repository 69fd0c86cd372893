import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync, readlinkSync } from "node:fs";
import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { measureArchive } from "../../src/steps/measure-archive.ts";
import { packArchive } from "../../src/steps/pack-archive.ts";
import { ZipContainer } from "../../src/steps/zip-container.ts";
import { chunksOf, pack, quiet, temporaryScratch } from "../support/packed-archive.ts";
import { testWith } from "../support/programs.ts";
import { buildTar, headerBlock, type TarSpec } from "../support/tar-builder.ts";

const commit = "0123456789abcdef0123456789abcdef01234567";
const large = Buffer.alloc(3_000_000, "large files are streamed ");
const members: readonly TarSpec[] = [
  { name: "p/" },
  { name: "p/a.txt", data: "one\n" },
  { name: "p/empty" },
  { name: "p/dir/", mode: 0o775 },
  { name: "p/dir/run", data: "#!/bin/sh\n", mode: 0o775 },
  { name: "p/dir/link", flag: "2", link: "../ünï", mode: 0o777 },
  { name: "p/large", data: large },
  { name: "p/ünï 🧊", data: "utf-8" },
  { name: `p/${"deep/".repeat(60)}file`, data: "deep" },
];
const tar = buildTar(members, { commit });

/** What Python's zipfile says of each entry: name, mode and type, size, time, and the content's first bytes. */
function inPython(path: string): { readonly comment: string; readonly entries: readonly unknown[] } {
  const script = `
import json, sys, zipfile
z = zipfile.ZipFile(sys.argv[1])
assert z.testzip() is None
print(json.dumps({"comment": z.comment.decode(), "entries": [
  [i.filename, oct(i.external_attr >> 16), i.file_size, "%04d-%02d-%02dT%02d:%02d:%02d" % i.date_time, z.read(i)[:8].decode()]
  for i in z.infolist()]}))`;
  return JSON.parse(execFileSync("python3", ["-c", script, path], { maxBuffer: 1 << 28 }).toString()) as never;
}

testWith(["python3"], "names, modes, sizes, times, links and the commit are those of the tar", async () => {
  await using scratch = temporaryScratch();
  await pack(tar, scratch, { formats: ["zip"] });
  const time = timeOf(0o14524000000);
  const { comment, entries } = inPython(scratch.file("app.zip"));
  expect(comment).toBe(commit);
  expect(entries).toEqual([
    ["p/", "0o40775", 0, time, ""],
    ["p/a.txt", "0o100664", 4, time, "one\n"],
    ["p/empty", "0o100664", 0, time, ""],
    ["p/dir/", "0o40775", 0, time, ""],
    ["p/dir/run", "0o100775", 10, time, "#!/bin/s"],
    ["p/dir/link", "0o120777", 8, time, "../ünï"],
    ["p/large", "0o100664", large.length, time, "large fi"],
    ["p/ünï 🧊", "0o100664", 5, time, "utf-8"],
    [`p/${"deep/".repeat(60)}file`, "0o100664", 4, time, "deep"],
  ]);
});

/** As a zip has it: even seconds, of UTC. */
function timeOf(epoch: number): string {
  return new Date((epoch - (epoch % 2)) * 1000).toISOString().slice(0, 19);
}

testWith(["unzip", "zipinfo", "7z", "bsdtar"], "other programs test, list and unpack it", async () => {
  await using scratch = temporaryScratch();
  for (const level of [0, 9]) {
    await pack(tar, scratch, { formats: ["zip"], level });
    const path = scratch.file("app.zip");
    const env = { ...process.env, LC_ALL: "C.UTF-8" };
    execFileSync("unzip", ["-tqq", path]);
    execFileSync("7z", ["t", path], { stdio: "ignore" });
    const names = members.map(({ name }) => String(name));
    expect(execFileSync("zipinfo", ["-1", path], { env }).toString().trimEnd().split("\n")).toEqual(names);
    expect(execFileSync("bsdtar", ["-tf", path], { env }).toString().trimEnd().split("\n")).toEqual(names);
    execFileSync("unzip", ["-q", path, "-d", scratch.file(`out${level}`)], { env });
    const folder = scratch.file(`out${level}/p`);
    expect(readFileSync(`${folder}/large`).equals(large)).toBe(true);
    expect(readlinkSync(`${folder}/dir/link`)).toBe("../ünï");
    execFileSync("rm", [path, scratch.file("app.files.jsonl.gz")]);
  }
});

test("the same tar gives the same bytes, however it is cut into chunks, and measuring gives their number", async () => {
  const digests = [];
  for (const chunk of [700, 65536, tar.length]) {
    await using scratch = temporaryScratch();
    const { one } = await pack(Readable.from(chunksOf(tar, chunk), { objectMode: false }), scratch, {
      formats: chunk === 700 ? ["zip", "tar.zst"] : ["zip"],
    });
    digests.push(one("zip").artifact.sha256);
    const measured = await measureArchive({
      tar: Readable.from([tar]),
      prefix: "p/",
      formats: ["zip", "tar.zst"],
      io: quiet,
    });
    expect(measured.sizes[0]).toEqual({ format: "zip", bytes: one("zip").artifact.bytes, exact: true });
  }
  expect(new Set(digests).size).toBe(1);
});

test.each([
  ["a backslash", "p/a\\b", undefined],
  ["a drive", "C:/x", ""],
  ["two slashes", "p/a//b", undefined],
  ["a control character", "p/a\tb", undefined],
  ["Latin-1", Buffer.from("p/\xfcber", "latin1"), undefined],
  ["a part ..", "p/../x", undefined],
])("a name with %s is refused, and kept in a tar", async (_, name, prefix = "p/") => {
  await using scratch = temporaryScratch();
  const odd = buildTar([{ name, data: "x" }]);
  const given: string[] = [];
  const packing = (formats: readonly ("tar" | "zip")[]) =>
    packArchive({ tar: Readable.from([odd]), prefix, name: "app", formats, splitSize: 4096, scratch, io: quiet });
  const packBoth = async () => {
    for await (const file of packing(["tar", "zip"])) given.push(file.artifact.name);
  };
  await expect(packBoth()).rejects.toMatchObject({
    failure: "source",
    message: expect.stringContaining("use format: tar.gz or tar.zst"),
  });
  expect(given).toEqual([]);
  await using elsewhere = temporaryScratch();
  const { bytes } = await pack(odd, elsewhere, { formats: ["tar"], prefix });
  expect((await bytes("tar")).equals(odd)).toBe(true);
});

test("all names that a zip can't hold are told at once, the first ten by name; a link's target counts too", async () => {
  await using scratch = temporaryScratch();
  const odd = buildTar([
    { name: "p/fine", data: large },
    ...Array.from({ length: 12 }, (_, i) => ({ name: `p/${i}\\x`, data: "x" })),
    { name: "p/link", flag: "2", link: Buffer.from("\xfc", "latin1") },
  ]);
  await expect(pack(odd, scratch, { formats: ["zip"] })).rejects.toThrow(
    /"p\/0\\x" has .*"p\/9\\x" has .* and 3 more;/,
  );
});

test("times that a zip doesn't have become the nearest one that it has", async () => {
  await using scratch = temporaryScratch();
  const at = (octal: string) => (block: Buffer) => void block.write(octal, 136);
  await pack(
    buildTar([
      { name: "p/old", header: at("00000000000") },
      { name: "p/far", header: at("77777777777") },
    ]),
    scratch,
    { formats: ["zip"] },
  );
  const times = inPython(scratch.file("app.zip")).entries.map((entry) => (entry as string[])[3]);
  expect(times).toEqual(["1980-01-01T00:00:00", "2043-12-31T23:59:58"]);
});

testWith(["python3", "unzip"], "more entries than 65,535 are all there", async () => {
  await using scratch = temporaryScratch();
  async function* source(): AsyncGenerator<Uint8Array> {
    for (let i = 0; i < 66_000; i += 6_000)
      yield Buffer.concat(Array.from({ length: 6_000 }, (_, j) => headerBlock({ name: `p/${i + j}` })));
    yield Buffer.alloc(10_240);
  }
  await pack(source(), scratch, { formats: ["zip"] });
  const path = scratch.file("app.zip");
  const count = "import sys,zipfile; print(len(zipfile.ZipFile(sys.argv[1]).namelist()))";
  expect(execFileSync("python3", ["-c", count, path]).toString()).toBe("66000\n");
  expect(execFileSync("zipinfo", ["-h", path]).toString()).toContain("number of entries: 66000");
});

/** Minutes of work are for the long sweep. */
const long = Number(process.env["COLDSTORE_TEST_COUNT"] ?? 0) >= 1000;
const largeMebibytes = long ? 260 * 16 : 32;

testWith(["python3", "unzip", "7z"], `a file of ${largeMebibytes} MiB is all there`, async () => {
  await using scratch = temporaryScratch();
  const chunk = Buffer.alloc(1 << 24, "four gibibytes and a little ");
  const size = largeMebibytes * 2 ** 20;
  async function* source(): AsyncGenerator<Uint8Array> {
    yield buildTar([{ name: "p/huge", size }]).subarray(0, 512);
    for (let at = 0; at < size; at += chunk.length) yield chunk;
    yield buildTar([{ name: "p/after", data: "x" }]);
  }
  for (const level of [1, 0]) {
    await pack(source(), scratch, { formats: ["zip"], level });
    const path = scratch.file("app.zip");
    execFileSync("unzip", ["-tqq", path]);
    execFileSync("7z", ["t", path], { stdio: "ignore" });
    expect(inPython(path).entries.map((entry) => (entry as unknown[])[2])).toEqual([size, 1]);
    execFileSync("rm", [path, scratch.file("app.files.jsonl.gz")]);
  }
});

test("an abort in the midst of a large file ends it at once, with its reason, and leaves nothing open", async () => {
  await using scratch = temporaryScratch();
  const abort = new AbortController();
  const reason = new Error("stopped");
  async function* source(): AsyncGenerator<Uint8Array> {
    yield buildTar([{ name: "p/large", size: 1 << 30 }]).subarray(0, 512);
    for (let i = 0; i < 12; i += 1) yield Buffer.alloc(1 << 20, i);
    setTimeout(() => abort.abort(reason), 10);
    await new Promise(() => undefined);
  }
  const packing = packArchive({
    tar: source(),
    prefix: "p/",
    name: "app",
    formats: ["zip", "tar.zst", "tar.gz"],
    scratch,
    io: { ...quiet, signal: abort.signal },
  });
  await expect(packing.next()).rejects.toBe(reason);
  if (process.platform !== "linux") return;
  const open = readdirSync("/proc/self/fd").map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return "";
    }
  });
  expect(open.filter((path) => path.startsWith(scratch.path))).toEqual([]);
});

test("a disk that is full fails the packing with that", async () => {
  const full = { write: async () => Promise.reject(new Error("full")) };
  const zip = new ZipContainer(full, 0);
  const adding = async () => {
    for (const chunk of chunksOf(buildTar([{ name: "p/a", data: Buffer.alloc(20_000_000) }]), 1 << 20))
      await zip.add(chunk);
    await zip.finish();
  };
  await expect(adding()).rejects.toThrow("full");
  await zip.abandon();
});
