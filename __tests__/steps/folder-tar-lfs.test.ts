import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { LfsPointer } from "../../src/model/details.ts";
import type { Repository } from "../../src/ports/repository.ts";
import type { FolderEntry } from "../../src/steps/folder-entry.ts";
import { folderTar, type FolderTarRequest } from "../../src/steps/folder-tar.ts";
import { entriesOf } from "../support/entries-of.ts";
import { lfsPointer } from "../support/git-fixture.ts";
import { type LocalFolder, localFolder } from "../support/local-folder.ts";
import { memoryRepository } from "../support/memory-repository.ts";
import { testWith } from "../support/programs.ts";
import { membersByPython } from "../support/python-tar.ts";

let folder: LocalFolder;
let store: LocalFolder;
let clone: Repository;
beforeEach(() => {
  folder = localFolder();
  store = localFolder();
  clone = memoryRepository({ lfsFolder: store.path });
});
afterEach(() => {
  folder[Symbol.dispose]();
  store[Symbol.dispose]();
});

const { signal } = new AbortController();

function keep(content: string | Uint8Array, stored = content): void {
  writeFileSync(join(store.path, createHash("sha256").update(content).digest("hex")), stored);
}

async function tarOf(
  entries: readonly FolderEntry[],
  lfs: FolderTarRequest["lfs"],
  rest: Partial<FolderTarRequest> = {},
): Promise<Buffer> {
  const making = folderTar({ entries, prefix: "", lfs, mtimeOfPrefix: 0, signal, ...rest });
  return Buffer.concat(await Array.fromAsync(making));
}

testWith(["python3"], "included contents take the places of pointers, with their sizes, modes and times", async () => {
  const large = Buffer.alloc(5_000_000, "large");
  folder.write("a.bin", lfsPointer(large), { executable: true, mtime: 5 });
  folder.write("b.txt", "text", { mtime: 6 });
  folder.write("c.bin", lfsPointer("small"), { mtime: 7 });
  keep(large);
  keep("small");
  const tar = await tarOf(entriesOf(folder.disk, { lfs: clone }), "include");
  expect(membersByPython(tar)).toMatchObject([
    { size: large.length, mode: 0o755, mtime: 5 },
    { size: 4, mode: 0o644, mtime: 6 },
    { size: 5, mode: 0o644, mtime: 7 },
  ]);
  folder.write("a.bin", large, { executable: true, mtime: 5 });
  folder.write("c.bin", "small", { mtime: 7 });
  expect((await tarOf(entriesOf(folder.disk), "fail")).equals(tar)).toBe(true);
});

test("pointers stay as they are when that is wanted, or outside of a repository", async () => {
  folder.write("a.bin", lfsPointer("content"), { mtime: 5 });
  const plain = await tarOf(entriesOf(folder.disk), "include");
  expect(plain.subarray(512).toString()).toContain("git-lfs");
  const onPointer = vi.fn();
  expect((await tarOf(entriesOf(folder.disk, { lfs: clone }), "pointers", { onPointer })).equals(plain)).toBe(true);
  expect(onPointer).not.toHaveBeenCalled();
});

test("each pointer is told of where they aren't wanted, and the tar ends with what is thrown then", async () => {
  for (const content of ["one", "two"]) folder.write(`${content}.bin`, lfsPointer(content));
  folder.write("long.txt", lfsPointer("x").padEnd(1025));
  const entries = entriesOf(folder.disk, { lfs: clone });
  const told: LfsPointer[] = [];
  await tarOf(entries, "fail", { onPointer: (pointer) => void told.push(pointer) });
  expect(told.map(({ path, bytes }) => [path, bytes])).toEqual([
    ["one.bin", 3],
    ["two.bin", 3],
  ]);
  const reason = new Error("no pointers");
  const refuse = (): never => {
    throw reason;
  };
  await expect(tarOf(entries, "fail", { onPointer: refuse })).rejects.toBe(reason);
});

test("contents that are missing are all named, with the line that fetches them", async () => {
  const repository = memoryRepository({ files: { "in.bin": { lfs: "in a submodule" } }, lfsFolder: store.path });
  const [blob] = (await Array.fromAsync(repository.tree(await repository.resolve("HEAD", signal), signal))).flat();
  folder.write("a.bin", lfsPointer("kept"));
  folder.write("caf\xc3\xa9.bin", lfsPointer("one"));
  folder.write("d.bin", lfsPointer("two"));
  keep("kept");
  const entries: readonly FolderEntry[] = [
    ...entriesOf(folder.disk, { lfs: clone }),
    {
      path: "sub/in.bin",
      type: "file",
      mode: 0o644,
      mtime: 0,
      bytes: blob!.bytes,
      content: { kind: "blob", repository, oid: blob!.oid },
      lfs: clone,
    },
  ];
  const failing = tarOf(entries, "include");
  await expect(failing).rejects.toMatchObject({ failure: "source" });
  await expect(failing).rejects.toThrow(
    /3 Git LFS files .*caf\u00e9\.bin .*d\.bin .*sub\/in\.bin .*git .*lfs fetch origin HEAD/s,
  );
  for (const content of ["one", "two", "in a submodule"]) keep(content);
  expect((await tarOf(entries, "include")).toString()).toContain("in a submodule");
});

test.each(["shor", "content!", "another"])(
  "a content that isn't the pointer's (%s) is an error that names it",
  async (stored) => {
    folder.write("a.bin", lfsPointer("content"));
    keep("content", stored);
    const entries = entriesOf(folder.disk, { lfs: clone });
    await expect(tarOf(entries, "include")).rejects.toMatchObject({
      failure: "source",
      message: expect.stringContaining("a.bin"),
    });
  },
);
