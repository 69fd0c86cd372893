import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { FolderDisk } from "../../src/ports/folder.ts";
import type { FolderEntry } from "../../src/steps/folder-entry.ts";
import { folderTar, type FolderTarEnd, type FolderTarRequest, tarBytesOf } from "../../src/steps/folder-tar.ts";
import { entriesOf } from "../support/entries-of.ts";
import { type LocalFolder, localFolder } from "../support/local-folder.ts";
import { memoryRepository } from "../support/memory-repository.ts";
import { testWith } from "../support/programs.ts";
import { membersByPython } from "../support/python-tar.ts";

let folder: LocalFolder;
beforeEach(() => {
  folder = localFolder();
});
afterEach(() => folder[Symbol.dispose]());

const { signal } = new AbortController();
const plain = { prefix: "p/", lfs: "fail", mtimeOfPrefix: 7, signal } as const;

async function made(
  entries: readonly FolderEntry[],
  rest: Partial<FolderTarRequest> = {},
): Promise<{ readonly tar: Buffer; readonly end: FolderTarEnd; readonly chunks: readonly number[] }> {
  const chunks: Uint8Array[] = [];
  const making = folderTar({ ...plain, entries, ...rest });
  for (let next = await making.next(); ; next = await making.next()) {
    if (next.done === true) {
      return { tar: Buffer.concat(chunks), end: next.value, chunks: chunks.map(({ length }) => length) };
    }
    chunks.push(next.value);
  }
}

testWith(["tar"], "GNU tar finds what it unpacks to be the folder", async () => {
  folder.write("a", "content", { mtime: 1_700_000_000 });
  folder.write("b/run", "#!", { executable: true, mtime: 3 });
  folder.write("b/\xc3\xa9\xff\\\n", "odd", { mtime: 2 ** 33 });
  folder.write(`long/${"x".repeat(255)}`, "", { mtime: -5 });
  folder.write("big", Buffer.alloc(6_000_000, "big"), { mtime: 4 });
  folder.link("l", "b/run");
  folder.folder("empty");
  const { tar, chunks } = await made(entriesOf(folder.disk), { prefix: "" });
  const compared = execFileSync("tar", ["--compare", "-f", "-", "-C", folder.path], { input: tar, stdio: "pipe" });
  // Its own numbers of owner and group, and times of folders, differ when a test writes into them.
  expect(compared.toString()).toBe("");
  expect(tar).toHaveLength(tarBytesOf(entriesOf(folder.disk), ""));
  expect(chunks.slice(0, -1).every((length) => length === 512 * 1024)).toBe(true);
});

testWith(["python3"], "the prefix's folders come first, then the entries in their order", async () => {
  folder.write("d/f", "12345");
  folder.write("d.x", "");
  const { tar } = await made(entriesOf(folder.disk, { mtime: 9 }), { prefix: "caf\u00e9/v1/" });
  const top = Buffer.from("caf\u00e9").toString("hex");
  const at = (path: string): string => Buffer.from(`caf\u00e9/v1/${path}`).toString("hex");
  const dir = { type: "5", mode: 0o755, size: 0, link: "", owner: "0 0  " };
  const file = { type: "0", mode: 0o644, mtime: 9, link: "", owner: "0 0  " };
  expect(membersByPython(tar)).toEqual([
    { ...dir, name: top, mtime: 7 },
    { ...dir, name: Buffer.from("caf\u00e9/v1").toString("hex"), mtime: 7 },
    { ...file, name: at("d.x"), size: 0 },
    { ...dir, name: at("d"), mtime: 9 },
    { ...file, name: at("d/f"), size: 5 },
  ]);
});

testWith(["tar"], "for plain names it is GNU tar's ustar, but for the checksum's way of writing", async () => {
  for (const name of ["a", "b/c", "b/d/e", `${"l".repeat(99)}/${"m".repeat(99)}`]) folder.write(`p/${name}`, name);
  folder.write("p/run", "#!", { executable: true });
  folder.link("p/to", "b/c");
  const options = ["--format=ustar", "--sort=name", "--numeric-owner", "--owner=0", "--group=0", "--mtime=@7"];
  const theirs = execFileSync("tar", [...options, "--mode=u=rwX,go=rX", "-C", folder.path, "-cf", "-", "p"]);
  // Its --mode changes a link's mode too.
  const entries = entriesOf(folder.disk.at(`${folder.root}/p`), { mtime: 7 });
  const { tar } = await made(entries.map((entry) => (entry.type === "symlink" ? { ...entry, mode: 0o755 } : entry)));
  expect(withoutChecksums(tar).equals(withoutChecksums(theirs))).toBe(true);
});

/** Every content here is shorter than a block, and has no such magic. */
function withoutChecksums(tar: Buffer): Buffer {
  const copy = Buffer.from(tar);
  for (let at = 0; at < copy.length; at += 512)
    if (copy.toString("latin1", at + 257, at + 262) === "ustar") copy.fill(0, at + 148, at + 156);
  return copy;
}

test("an empty folder without a prefix is an empty tar", async () => {
  const { tar } = await made([], { prefix: "" });
  expect(tar.equals(Buffer.alloc(10240))).toBe(true);
});

test("a shadow has the digest of the tar that is made under its prefix", async () => {
  for (const name of ["a", "b/c", "b/" + "x".repeat(90)]) folder.write(name, name.repeat(5000));
  folder.write("big", Buffer.alloc(5_000_000, "z"));
  const entries = entriesOf(folder.disk);
  const prefixes = ["other/", "", "deep/".repeat(40)];
  const { end, tar } = await made(entries, { shadows: prefixes });
  expect((await made(entries)).tar.equals(tar)).toBe(true);
  for (const [i, prefix] of prefixes.entries()) {
    const { tar } = await made(entries, { prefix });
    const sha256 = createHash("sha256").update(tar).digest("hex");
    expect(end.shadows[i]).toEqual({ prefix, tar: { bytes: tar.length, sha256 } });
  }
});

const maker = `
const fs = require("node:fs");
const [root, backwards, mask] = process.argv.slice(1);
process.umask(parseInt(mask, 8));
const names = ["a", "B", "b/run", "b/c/d", "\\u00e9", "z".repeat(120), "i", "I", "\\u0131"];
for (const name of backwards === "yes" ? names.reverse() : names) {
  const path = root + "/" + name;
  fs.mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true });
  fs.writeFileSync(path, name.repeat(10));
  if (name.endsWith("run")) fs.chmodSync(path, 0o777 & ~process.umask());
  fs.utimesSync(path, 1700000000.5, 1700000000.5);
}
fs.symlinkSync("b", root + "/link");
`;

test("the same folder gives the same bytes under another umask, user, locale, time zone and order of making", async () => {
  using other = localFolder();
  const make = (root: string, backwards: string, mask: string, env: NodeJS.ProcessEnv, uid: number): void => {
    const isRoot = process.getuid?.() === 0;
    if (isRoot) execFileSync("chown", [String(uid), root]);
    execFileSync(process.execPath, ["-e", maker, root, backwards, mask], {
      env: { ...process.env, ...env },
      ...(isRoot && { uid }),
    });
  };
  make(folder.path, "no", "022", { TZ: "Asia/Tokyo", LC_ALL: "C" }, 0);
  make(other.path, "yes", "077", { TZ: "America/New_York", LC_ALL: "tr_TR.UTF-8" }, 65534);
  const own = (disk: FolderDisk) =>
    entriesOf(disk).map((entry) => (entry.type === "file" ? entry : { ...entry, mtime: 1 }));
  const [first, second] = [await made(own(folder.disk)), await made(own(other.disk))];
  expect(first.tar.equals(second.tar)).toBe(true);
});

/** A disk on which something happens before a file is read, as many times as said. */
function disturbed(disk: FolderDisk, path: string, happen: (time: number) => void): FolderDisk {
  let time = 0;
  return new Proxy(disk, {
    get: (target, key: keyof FolderDisk) => {
      if (key !== "read" && key !== "stream") return target[key]?.bind(target);
      return (at: string, ...rest: [never, never]) => {
        if (at === path) happen(time++);
        return target[key](at, ...rest);
      };
    },
  });
}

testWith(["python3"], "a file that changed since it was looked at is taken as it is now", async () => {
  folder.write("f", "before", { mtime: 100 });
  const change = (time: number): void => {
    if (time < 2) folder.write("f", "after".repeat(time + 1), { mtime: 200 + time, executable: true });
  };
  for (const [mtime, expected] of [
    [undefined, 201],
    [9, 9],
    // The time that all are given may well be the file's own.
    [100, 100],
  ] as const) {
    folder.write("f", "before", { mtime: 100 });
    const disk = disturbed(folder.disk, "f", change);
    const { tar } = await made(entriesOf(disk, mtime === undefined ? {} : { mtime }), { prefix: "" });
    expect(membersByPython(tar)).toMatchObject([{ size: 10, mode: 0o755, mtime: expected }]);
    expect(tar.subarray(512, 522).toString()).toBe("afterafter");
  }
});

test("a file that never stops changing is a source error that names it", async () => {
  folder.write("d/f", "");
  let tries = 0;
  const disk = disturbed(folder.disk, "d/f", (time) => {
    tries = time + 1;
    folder.write("d/f", "x".repeat(tries));
  });
  await expect(made(entriesOf(disk))).rejects.toMatchObject({
    failure: "source",
    message: expect.stringContaining("d/f changes while it is being read"),
  });
  expect(tries).toBe(3);
});

test("a large file that changes while it goes by is a transient source error, and one that changed before is taken as it is", async () => {
  folder.write("big", Buffer.alloc(6_000_000, "a"), { mtime: 1 });
  const entries = entriesOf(folder.disk);
  folder.write("big", Buffer.alloc(7_000_000, "b"), { mtime: 2 });
  const { tar } = await made(entries, { prefix: "" });
  expect(tar.subarray(512, 7_000_512).equals(Buffer.alloc(7_000_000, "b"))).toBe(true);
  const disk = disturbed(folder.disk, "big", () => folder.write("big", Buffer.alloc(7_000_000, "c"), { mtime: 3 }));
  await expect(made(entriesOf(disk))).rejects.toMatchObject({ failure: "source", transient: true });
});

test.each([4, 5_000_000])(
  "a file of %i bytes that vanished, or became something else, is a transient source error",
  async (size) => {
    for (const change of [() => {}, () => folder.folder("f"), () => folder.link("f", "nowhere")]) {
      folder.write("f", Buffer.alloc(size));
      const entries = entriesOf(folder.disk);
      folder.remove("f");
      change();
      const failing = expect.stringMatching(/^f (vanished|became a (folder|symlink)) while/);
      await expect(made(entries)).rejects.toMatchObject({ failure: "source", transient: true, message: failing });
      folder.remove("f");
    }
  },
);

test("an abort ends it with its reason", async () => {
  folder.write("f", Buffer.alloc(2_000_000));
  const controller = new AbortController();
  const reason = new Error("stopped");
  const read = async (): Promise<void> => {
    for await (const _ of folderTar({ ...plain, entries: entriesOf(folder.disk), signal: controller.signal }))
      controller.abort(reason);
  };
  folder.write("g", Buffer.alloc(2_000_000));
  await expect(read()).rejects.toBe(reason);
});

testWith(["python3"], "blobs of repositories stand between files of the disk, in the entries' order", async () => {
  const blobs = { a: "one", b: "", c: "x".repeat(100_000), d: "one" };
  const repository = memoryRepository({ files: blobs });
  const revision = await repository.resolve("HEAD", signal);
  const tree = (await Array.fromAsync(repository.tree(revision, signal))).flat();
  folder.write("a", "disk");
  folder.write("z", "disk");
  const inside = tree.map(({ path, oid, bytes }): FolderEntry => ({
    path: `sub/${path}`,
    type: "file",
    mode: 0o644,
    mtime: 5,
    bytes,
    content: { kind: "blob", repository, oid },
  }));
  const dir = { type: "dir", mode: 0o755, mtime: 5 } as const;
  const [first, last] = entriesOf(folder.disk, { mtime: 5 });
  const entries = [
    first!,
    { ...dir, path: "sub" },
    ...inside.slice(0, 2),
    { ...dir, path: "sub/bb" },
    ...inside.slice(2),
    { ...dir, path: "sub/e" },
    last!,
  ];
  const { tar } = await made(entries, { prefix: "" });
  const members = membersByPython(tar).map(({ name, size }) => [Buffer.from(name, "hex").toString(), size]);
  expect(members).toEqual([
    ["a", 4],
    ["sub", 0],
    ["sub/a", 3],
    ["sub/b", 0],
    ["sub/bb", 0],
    ["sub/c", 100_000],
    ["sub/d", 3],
    ["sub/e", 0],
    ["z", 4],
  ]);
  expect(tar).toHaveLength(tarBytesOf(entries, ""));
  const wrong = entries.map((entry) =>
    entry.path === "sub/c" && entry.type === "file" ? { ...entry, bytes: 99_999 } : entry,
  );
  await expect(made(wrong)).rejects.toMatchObject({ failure: "source", message: expect.stringContaining("sub/c") });
});
