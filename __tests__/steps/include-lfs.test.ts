import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Repository } from "../../src/ports/repository.ts";
import { estimateFolder } from "../../src/steps/estimate-folder.ts";
import type { FolderEntry, Selection } from "../../src/steps/folder-entry.ts";
import { findFolderPointers } from "../../src/steps/folder-pointers.ts";
import { tarBytesOf } from "../../src/steps/folder-tar.ts";
import { includeLfs } from "../../src/steps/include-lfs.ts";
import { entriesOf } from "../support/entries-of.ts";
import { type FixtureFiles, lfsPointer } from "../support/git-fixture.ts";
import { localFolder } from "../support/local-folder.ts";
import { memoryFolder, type MemoryFolderSpec } from "../support/memory-folder.ts";
import { memoryRepository } from "../support/memory-repository.ts";

const { signal } = new AbortController();

function entriesIn(files: MemoryFolderSpec["files"] & object, lfs?: Repository): readonly FolderEntry[] {
  return entriesOf(memoryFolder({ files }).disk, lfs && { lfs });
}

async function blobsOf(files: FixtureFiles, workTree: string): Promise<readonly FolderEntry[]> {
  const repository = memoryRepository({ files, facts: { workTree } });
  const found = (await Array.fromAsync(repository.tree(await repository.resolve("HEAD", signal), signal))).flat();
  return found.map(({ path, bytes, oid }) => {
    const head = { path: `sub/${path}`, type: "file", mode: 0o644, mtime: 0, bytes } as const;
    return { ...head, content: { kind: "blob", repository, oid }, lfs: repository };
  });
}

async function included(entries: readonly FolderEntry[]): Promise<Selection> {
  const bytes = entries.reduce((sum, entry) => sum + (entry.type === "file" ? entry.bytes : 0), 0);
  const lists = {
    untracked: [],
    trackedButIgnored: [],
    credentials: [],
    outwardLinks: [],
    submodules: [],
    warnings: [],
  };
  const counts = { files: entries.length, dirs: 0, symlinks: 0, bytes };
  return includeLfs({ entries, counts, engine: "git", errors: [], ...lists }, signal);
}

const messages = ({ errors }: Selection): string[] => errors.map(({ message }) => message);

test("pointers are found on disk and in submodules, in the entries' order, with or without a clone", async () => {
  const ordinary = { "0": "text", "1": lfsPointer("x").padEnd(1025), "2": lfsPointer("x").replace("oid", "old") };
  const entries = [
    ...(await blobsOf({ "b.bin": { lfs: "12" }, none: "" }, "/sub")),
    ...entriesIn({ ...ordinary, "caf\xe9.bin": lfsPointer("1") }),
    ...(await blobsOf({ "c.bin": { lfs: "123" } }, "/other")),
  ];
  const found = await findFolderPointers(entries, signal);
  expect(found.map(({ pointer: { path, bytes } }) => [path, bytes])).toEqual([
    ["sub/b.bin", 2],
    ["caf\ufffd.bin", 1],
    ["sub/c.bin", 3],
  ]);
});

test("small blobs are read by one process a repository", async () => {
  let calls = 0;
  const [first, ...rest] = await blobsOf({ a: { lfs: "1" }, b: { lfs: "2" }, c: { lfs: "3" } }, "/sub");
  const { repository } = (first as { content: { repository: Repository } }).content;
  const blobs = repository.blobs.bind(repository);
  repository.blobs = (...args) => {
    calls += 1;
    return blobs(...args);
  };
  expect(await findFolderPointers([first!, ...rest], signal)).toHaveLength(3);
  expect(calls).toBe(1);
});

test("contents that are missing are all named before anything is packed, clone by clone, with every way out", async () => {
  const clone = memoryRepository({ facts: { workTree: "/work/my app" } });
  const [ofApp = "", ofSub = "", outside = "", ...more] = messages(
    await included([
      ...entriesIn({ "a.bin": lfsPointer("1"), "b.bin": lfsPointer("12"), "c.txt": "c" }, clone),
      ...(await blobsOf({ "in.bin": { lfs: "content" } }, "/work/sub")),
      ...entriesIn({ "d.bin": lfsPointer("1") }),
    ]),
  );
  const ways = /set lfs to pointers to keep the pointers, or leave the files out with exclude: PATTERN$/;
  expect(ofApp).toMatch(
    /2 Git LFS files .*: a\.bin \(1 B\), b\.bin \(2 B\); .*`git -C '\/work\/my app' lfs fetch origin HEAD`/,
  );
  expect(ofSub).toMatch(/1 Git LFS file .*: sub\/in\.bin \(7 B\); .*`git -C \/work\/sub lfs fetch/);
  expect(outside).toMatch(
    /1 Git LFS file .* isn't in a clone .*: d\.bin \(1 B\); archive a clone that has the contents/,
  );
  for (const message of [ofApp, ofSub, outside]) expect(message).toMatch(ways);
  expect(more).toEqual([]);
});

test("a content that went through an extension is refused by name", async () => {
  const pointer = lfsPointer("").replace("oid", `ext-0-foo sha256:${"1".repeat(64)}\noid`);
  expect(messages(await included(entriesIn({ "x.bin": pointer })))).toEqual([
    expect.stringMatching(/^1 file is kept in Git LFS by way of an extension.*: x\.bin .*exclude: PATTERN$/),
  ]);
});

test("counts, the tar's size and what samples tell are those of the contents", async () => {
  using store = localFolder();
  const content = Buffer.from(Array.from({ length: 600_000 }, (_, i) => (i * 7919 + (i >> 8) * 31) % 251));
  writeFileSync(join(store.path, createHash("sha256").update(content).digest("hex")), content);
  const clone = memoryRepository({ lfsFolder: store.path });
  const { counts, entries, errors, lfs } = await included(entriesIn({ "a.bin": lfsPointer(content), b: "b" }, clone));
  const plain = entriesIn({ "a.bin": content, b: "b" });
  expect([counts.bytes, errors, lfs?.length]).toEqual([content.length + 1, [], 1]);
  expect(tarBytesOf(entries, "p/")).toBe(tarBytesOf(plain, "p/"));
  const sizes = async (of: readonly FolderEntry[]) =>
    estimateFolder({ entries: of, prefix: "p/", formats: ["tar.gz"] }, signal);
  expect(await sizes(entries)).toEqual(await sizes(plain));
});
