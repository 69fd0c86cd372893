import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Repository } from "../../src/ports/repository.ts";
import type { FolderEntry } from "../../src/steps/folder-entry.ts";
import { folderTar, type FolderTarRequest } from "../../src/steps/folder-tar.ts";
import { entriesOf } from "../support/entries-of.ts";
import { type FixtureFiles, lfsPointer } from "../support/git-fixture.ts";
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

/** The files of a repository as those of a submodule, whose contents are in the store. */
async function blobEntries(files: FixtureFiles): Promise<readonly Extract<FolderEntry, { type: "file" }>[]> {
  const repository = memoryRepository({ files, lfsFolder: store.path });
  const found = (await Array.fromAsync(repository.tree(await repository.resolve("HEAD", signal), signal))).flat();
  return found.map(({ path, bytes, oid }) => {
    const head = { path, type: "file", mode: 0o644, mtime: 0, bytes } as const;
    return { ...head, content: { kind: "blob", repository, oid }, lfs: repository };
  });
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

test.each(["pointers", "fail"] as const)("pointers stay as they are with %s, in a clone or outside", async (lfs) => {
  folder.write("a.bin", lfsPointer("content"), { mtime: 5 });
  const plain = await tarOf(entriesOf(folder.disk), lfs);
  expect(plain.subarray(512).toString()).toContain("git-lfs");
  expect((await tarOf(entriesOf(folder.disk, { lfs: clone }), lfs)).equals(plain)).toBe(true);
});

test("a pointer whose content isn't here when its turn comes is an error that names it, in a clone or outside", async () => {
  folder.write("a.bin", lfsPointer("content"));
  for (const options of [{}, { lfs: clone }]) {
    const failing = tarOf(entriesOf(folder.disk, options), "include");
    await expect(failing).rejects.toMatchObject({ failure: "source", message: expect.stringContaining("a.bin (7 B)") });
  }
});

test("an empty content needs no clone to be taken from", async () => {
  const empty = `version https://git-lfs.github.com/spec/v1\noid sha256:${createHash("sha256").digest("hex")}\nsize 0\n`;
  folder.write("a.bin", empty, { mtime: 5 });
  const tar = await tarOf(entriesOf(folder.disk), "include");
  folder.write("a.bin", "", { mtime: 5 });
  expect(tar.equals(await tarOf(entriesOf(folder.disk), "fail"))).toBe(true);
});

test("a submodule's file goes in with its content, whose size its entry has", async () => {
  const content = Buffer.alloc(3000, "content");
  const [entry] = await blobEntries({ "in.bin": { lfs: content } });
  keep(content);
  const pointer = { path: "in.bin", oid: "", bytes: content.length };
  const tar = await tarOf([{ ...entry!, bytes: content.length, pointer }], "include");
  expect(tar.subarray(512, 3512).equals(content)).toBe(true);
});

test("a repository that gives fewer blobs than asked for, or more, is a bug and no gap in the tar", async () => {
  const entries = await blobEntries({ a: "1", b: "2" });
  async function* pieces(oids: readonly string[]) {
    yield oids.map((oid) => ({ oid, offset: 0, data: Buffer.from("1"), last: true }));
  }
  for (const asked of [["1"], ["1", "2", "3"]]) {
    const repository = { ...clone, blobPieces: () => pieces(asked) };
    const wrong = entries.map((entry) => ({ ...entry, content: { kind: "blob", repository, oid: "1" } as const }));
    await expect(tarOf(wrong, "pointers")).rejects.toMatchObject({ failure: "bug" });
  }
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
