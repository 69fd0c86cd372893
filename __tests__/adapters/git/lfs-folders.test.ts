import { createHash } from "node:crypto";
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { gitIn, makeRepository, storeLfs } from "../../support/git-fixture.ts";
import { openFolder } from "../../support/open-fixture.ts";
import { testWith } from "../../support/programs.ts";

const content = "a large content\n";
const pointer = { oid: createHash("sha256").update(content).digest("hex"), bytes: content.length };
const files = { "big.bin": { lfs: content } };

async function lfsFileIn(folder: string, asked = pointer): Promise<string | undefined> {
  await using opened = await openFolder(folder);
  return await opened.repository.lfsFile(asked);
}

test("the store beside the objects is looked into, also from a linked work tree and in a bare repository", async () => {
  using repository = makeRepository({ files });
  expect(await lfsFileIn(repository.path)).toBeUndefined();
  const file = storeLfs(join(repository.path, ".git/lfs"), content);
  repository.git("worktree", "add", "-q", join(repository.around, "linked"));
  expect(await lfsFileIn(repository.path)).toBe(file);
  expect(await lfsFileIn(join(repository.around, "linked"))).toBe(file);
  using bare = makeRepository({ files, bare: true, lfsStored: [content] });
  expect(await lfsFileIn(bare.path)).toMatch(/project\/lfs\/objects\//);
});

test("only a regular file of the pointer's size counts", async () => {
  using repository = makeRepository({ files });
  const file = storeLfs(join(repository.path, ".git/lfs"), content);
  expect(await lfsFileIn(repository.path, { ...pointer, bytes: 1 })).toBeUndefined();
  expect(await lfsFileIn(repository.path, { ...pointer, oid: "../../../config" })).toBeUndefined();
  renameSync(file, `${file}x`);
  symlinkSync(`${file}x`, file);
  expect(await lfsFileIn(repository.path)).toBeUndefined();
  rmSync(file);
  mkdirSync(file);
  expect(await lfsFileIn(repository.path)).toBeUndefined();
});

test("lfs.storage of the clone's own configuration leads elsewhere, but not that of a .lfsconfig", async () => {
  using repository = makeRepository({ files });
  const outside = storeLfs(join(repository.around, "outside store"), content);
  writeFileSync(
    join(repository.path, ".lfsconfig"),
    `[lfs]\n\tstorage = ${join(repository.around, "outside store")}\n`,
  );
  expect(await lfsFileIn(repository.path)).toBeUndefined();
  repository.git("config", "lfs.storage", join(repository.around, "outside store"));
  expect(await lfsFileIn(repository.path)).toBe(outside);
  repository.git("config", "lfs.storage", "inner/store");
  expect(await lfsFileIn(repository.path)).toBeUndefined();
  const inside = storeLfs(join(repository.path, ".git/inner/store"), content);
  expect(await lfsFileIn(repository.path)).toBe(inside);
});

test("a clone that borrows objects borrows their store, too", async () => {
  using repository = makeRepository({ files, lfsStored: [content] });
  gitIn(repository.around, "clone", "-q", "--shared", repository.path, "borrowing");
  expect(await lfsFileIn(join(repository.around, "borrowing"))).toBe(
    storeLfs(join(repository.path, ".git/lfs"), content),
  );
});

test("a submodule has a store of its own", async () => {
  using repository = makeRepository({ files: { sub: { contains: { files, lfsStored: [content] } } } });
  await using opened = await openFolder(repository.path);
  const { signal } = new AbortController();
  const revision = await opened.repository.resolve("HEAD", signal);
  const commit = repository.git("rev-parse", "HEAD:sub");
  const sub = await opened.repository.submodule({ revision, path: "sub", commit }, signal);
  expect(await opened.repository.lfsFile(pointer)).toBeUndefined();
  expect(await sub?.lfsFile(pointer)).toMatch(/\.git\/modules\/sub\/lfs\/objects\//);
});

testWith(["git-lfs"], "what git-lfs itself puts into its store is found, wherever it is told to keep it", async () => {
  for (const storage of [undefined, "own/place", "absolute"]) {
    using repository = makeRepository({ files: { ".gitattributes": "*.bin filter=lfs\n" } });
    repository.git("config", "filter.lfs.clean", "git-lfs clean -- %f");
    const place = storage === "absolute" ? join(repository.around, "absolute") : storage;
    if (place !== undefined) repository.git("config", "lfs.storage", place);
    repository.write({ "big.bin": content });
    repository.git("add", "big.bin");
    expect(repository.git("show", ":big.bin")).toContain(pointer.oid);
    const store = { "own/place": ".git/own/place", absolute: "../absolute" }[storage ?? ""] ?? ".git/lfs";
    repository.git("commit", "-q", "-m", "big");
    expect(await lfsFileIn(repository.path)).toContain(join(repository.path, store, "objects"));
  }
});
