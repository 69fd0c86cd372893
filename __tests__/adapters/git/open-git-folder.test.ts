import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { openGitFolder } from "../../../src/adapters/git/open-git-folder.ts";
import { ColdstoreError } from "../../../src/model/errors.ts";
import { gitIn, makeRepository } from "../../support/git-fixture.ts";
import { lookAtFolder, plainScratch } from "../../support/open-fixture.ts";

const never = new AbortController().signal;
afterEach(() => vi.unstubAllEnvs());

test("a folder's path in the work tree is told as bytes, also when a link leads to it", async () => {
  using repository = makeRepository({ name: "w \u00fc", files: { "\u00fcber/in\n/f": "1" } });
  const folder = join(repository.path, "\u00fcber/in\n");
  symlinkSync(folder, join(repository.around, "link"));
  for (const place of [folder, join(repository.around, "link")])
    expect(await lookAtFolder(place)).toMatchObject({
      inRepository: "\xc3\xbcber/in\n",
      candidates: [{ path: "f", kind: "file", tracked: true }],
      repository: { facts: { workTree: repository.path } },
    });
});

test("outside of a repository, and before its first commit, there is a listing alone", async () => {
  using repository = makeRepository();
  repository.write({ a: "1", "sub/b": "1" });
  const unborn = await lookAtFolder(join(repository.path, "sub"));
  expect(unborn).toMatchObject({ inRepository: "sub", candidates: [{ path: "b", tracked: false }] });
  expect(unborn).not.toHaveProperty("repository");
  rmSync(join(repository.path, ".git"), { recursive: true });
  const outside = await lookAtFolder(join(repository.path, "sub"));
  expect(outside).toMatchObject({ inRepository: "", candidates: [{ path: "b", tracked: false }] });
  expect(outside).not.toHaveProperty("repository");
});

test("a bare repository, git's own folder, a file and what isn't there are no folders to archive", async () => {
  using repository = makeRepository({ files: { a: "1" } });
  gitIn(repository.around, "clone", "-q", "--bare", repository.path, "bare.git");
  mkdirSync(join(repository.path, ".git/hooks"), { recursive: true });
  const failing = async (folder: string, said: RegExp): Promise<void> =>
    expect(lookAtFolder(folder)).rejects.toMatchObject({ failure: "source", message: expect.stringMatching(said) });
  await failing(
    join(repository.around, "bare.git"),
    /bare\.git is a bare repository.* work tree, or use the mode snapshot/,
  );
  await failing(join(repository.path, ".git"), /\.git is git's own folder/);
  await failing(join(repository.path, ".git/hooks"), /hooks is git's own folder/);
  await failing(join(repository.path, "a"), /a is a file/);
  await failing(join(repository.path, "absent"), /there is no such folder/);
});

test("a work tree that lies inside of a gitdir is a work tree", async () => {
  using repository = makeRepository({ files: { a: "1" } });
  repository.git("worktree", "add", "-q", ".git/trees/one");
  const looked = await lookAtFolder(join(repository.path, ".git/trees/one"));
  expect(looked).toMatchObject({ inRepository: "", candidates: [{ path: "a", tracked: true }] });
});

test("one scratch folder serves many folders at once", async () => {
  using repository = makeRepository({ files: { a: "1", "sub/b": "1" } });
  await using scratch = plainScratch();
  const places = [repository.path, join(repository.path, "sub"), repository.path];
  const opened = await Promise.all(places.map((place) => openGitFolder(place, { scratch, signal: never })));
  const listed = await Promise.all(opened.map((folder) => Array.fromAsync(folder!.listing.candidates(never))));
  expect(listed.map((batches) => batches.flat().map(({ path }) => path))).toEqual([
    ["a", "sub/b"],
    ["b"],
    ["a", "sub/b"],
  ]);
});

test("without git, or with one that is too old, there is nothing to open", async () => {
  using repository = makeRepository({ files: { a: "1" } });
  await using scratch = plainScratch();
  const tools = join(repository.around, "tools");
  mkdirSync(tools);
  vi.stubEnv("PATH", tools);
  expect(await openGitFolder(repository.path, { scratch, signal: never })).toBeUndefined();
  writeFileSync(join(tools, "git"), "#!/bin/sh\necho git version 2.20.1\n", { mode: 0o755 });
  expect(await openGitFolder(repository.path, { scratch, signal: never })).toBeUndefined();
});

test("an abort is told as such, before and while it is listed", async () => {
  using repository = makeRepository({ files: { a: "1" } });
  await using scratch = plainScratch();
  const reason = new ColdstoreError("interrupted", "stopped by Ctrl-C");
  await expect(openGitFolder(repository.path, { scratch, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  const opened = await openGitFolder(repository.path, { scratch, signal: never });
  const listing = Array.fromAsync(opened!.listing.candidates(AbortSignal.abort(reason)));
  await expect(listing).rejects.toBe(reason);
});
