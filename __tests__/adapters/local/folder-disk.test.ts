import { execFileSync, spawn } from "node:child_process";
import { chmodSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { once } from "node:events";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openFolderDisk } from "../../../src/adapters/local/folder-disk.ts";
import type { DiskEntry } from "../../../src/ports/folder.ts";
import { folderContract } from "../../contracts/folder-contract.ts";
import { type LocalFolder, localFolder } from "../../support/local-folder.ts";
import { testWith } from "../../support/programs.ts";

folderContract("a folder on this machine", async () => localFolder());

let folder: LocalFolder;
beforeEach(() => {
  folder = localFolder();
});
afterEach(() => folder[Symbol.dispose]());

testWith(
  ["mkfifo"],
  "pipes, sockets and devices are told apart, and a pipe that takes a file's place isn't waited for",
  async () => {
    folder.write("f", "content");
    const looked = folder.disk.look("f") as DiskEntry;
    rmSync(`${folder.path}/f`);
    execFileSync("mkfifo", [`${folder.path}/f`]);
    const server = createServer().listen(`${folder.path}/s`);
    await once(server, "listening");
    expect(folder.disk.names("")).toEqual([
      { name: "f", type: "fifo" },
      { name: "s", type: "socket" },
    ]);
    expect(folder.disk.look("f")?.type).toBe("fifo");
    expect(folder.disk.read("f", looked)).toBeUndefined();
    expect(folder.disk.read("s", looked)).toBeUndefined();
    await expect(Array.fromAsync(folder.disk.stream("f", looked, AbortSignal.timeout(30_000)))).rejects.toMatchObject({
      failure: "source",
      transient: true,
    });
    server.close();
    expect(openFolderDisk("/dev").look("null")?.type).toBe("device");
  },
);

test("what the user may not read is a source error that names it", async () => {
  folder.write("locked/f", "x");
  folder.write("secret", "x");
  chmodSync(`${folder.path}/secret`, 0);
  chmodSync(`${folder.path}/locked`, 0);
  chmodSync(folder.path, 0o755);
  folder.write("shared", "x");
  chmodSync(`${folder.path}/shared`, 0o640);
  symlinkSync("secret", `${folder.path}/to-secret`);
  const { disk } = folder;
  const looked = disk.look("secret") as DiskEntry;
  const denied = (name: string) => ({
    failure: "source",
    message: expect.stringMatching(`${name}: permission denied`),
  });
  await asNobody(async () => {
    expect(disk.look("secret")).toEqual({ ...looked, unreadable: "EACCES: permission denied" });
    expect(disk.resolve("to-secret")?.entry.unreadable).toBe("EACCES: permission denied");
    expect(disk.look("shared")?.unreadable).toBeUndefined();
    expect(() => disk.read("secret", looked)).toThrow(expect.objectContaining(denied("secret")));
    expect(() => disk.look("locked/f")).toThrow(expect.objectContaining(denied("locked/f")));
    expect(() => disk.names("locked")).toThrow(expect.objectContaining(denied("locked")));
    const streamed = Array.fromAsync(disk.stream("secret", looked, AbortSignal.timeout(30_000)));
    await expect(streamed).rejects.toMatchObject(denied("secret"));
  });
  chmodSync(`${folder.path}/locked`, 0o755);
});

/** Root may read everything. */
async function asNobody(act: () => Promise<void>): Promise<void> {
  const isRoot = process.getuid?.() === 0;
  if (isRoot) process.seteuid?.(65534);
  try {
    await act();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}

test("a path too long for the system is a source error that says so", () => {
  expect(() => folder.disk.look("x".repeat(300))).toThrow(/too long/);
});

test("links in the path of the folder itself are followed", () => {
  folder.write("real/d/f", "x");
  symlinkSync("real", `${folder.path}/way`);
  const disk = openFolderDisk(`${folder.path}/way`);
  expect(disk.look("d/f")?.bytes).toBe(1);
  expect(disk.names("d")).toHaveLength(1);
});

test("the root of the file system can be a folder", () => {
  const disk = openFolderDisk("/");
  expect(disk.look(folder.path.slice(1))?.type).toBe("dir");
});

test("a file that was written this very moment is read, or found changed, but never in between", () => {
  for (let i = 0; i < 5; i++) {
    writeFileSync(`${folder.path}/f`, String(i).repeat(100));
    const looked = folder.disk.look("f") as DiskEntry;
    expect(Buffer.from(folder.disk.read("f", looked) ?? []).toString()).toBe(String(i).repeat(100));
  }
});

const overwriter = `
const [path, size, part] = process.argv.slice(1);
const fs = require("node:fs");
const fd = fs.openSync(path, "r+");
const contents = Array.from("abcdefgh", (char) => Buffer.alloc(Number(part), char));
let i = 0;
const turn = () => {
  const content = contents[i++ % 8];
  // The end first, so that it comes in the way of who has read the beginning.
  fs.writeSync(fd, content, 0, content.length, size - part);
  fs.writeSync(fd, content, 0, content.length, 0);
  setTimeout(turn, [0, 2, 30, 150][i % 4]);
};
turn();
`;

// The first is mostly read while a write is under way, the second mostly written while it is read.
test.each([
  { size: 4_000_000, part: 4_000_000 },
  { size: 64_000_000, part: 1_000_000 },
])("a file of $size bytes that another process overwrites is never read half old, half new", ({ size, part }) => {
  writeFileSync(`${folder.path}/f`, Buffer.alloc(size, "a"));
  const args = [`${folder.path}/f`, String(size), String(part)];
  const child = spawn(process.execPath, ["-e", overwriter, ...args], { stdio: "inherit" });
  try {
    let whole = 0;
    for (const end = Date.now() + 1200; Date.now() < end;) {
      const content = folder.disk.read("f", folder.disk.look("f") as DiskEntry);
      if (content === undefined) continue;
      whole += 1;
      const start = Buffer.from(content.subarray(0, part));
      expect(start.equals(Buffer.alloc(part, start[0]))).toBe(true);
      expect(start.equals(content.subarray(size - part))).toBe(true);
    }
    expect(whole).toBeGreaterThan(0);
  } finally {
    child.kill("SIGKILL");
  }
});
