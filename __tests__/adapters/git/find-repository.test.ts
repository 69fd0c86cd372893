import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import type { RepositoryFacts } from "../../../src/ports/repository.ts";
import { gitIn, makeRepository } from "../../support/git-fixture.ts";
import { openFolder } from "../../support/open-fixture.ts";

const never = new AbortController().signal;
afterEach(() => vi.unstubAllEnvs());

async function factsOf(folder: string): Promise<RepositoryFacts> {
  await using opened = await openFolder(folder);
  return opened.repository.facts;
}

test("a repository is found from its root, a subfolder, its .git, a linked work tree and a name with odd characters", async () => {
  using repository = makeRepository({ name: "odd\nname \u00fc", files: { "deep/er/file": "1" } });
  const { path, around } = repository;
  repository.git("worktree", "add", "-q", "-b", "side", join(around, "linked"));
  for (const folder of [path, join(path, "deep/er"), join(path, ".git")])
    expect(await factsOf(folder)).toMatchObject({ workTree: path, branch: "main", shallow: false, partial: false });
  expect(await factsOf(join(around, "linked"))).toMatchObject({ workTree: join(around, "linked"), branch: "side" });
});

test("a bare repository has no work tree, and a detached HEAD no branch", async () => {
  using repository = makeRepository({ files: { a: "1" }, objectFormat: "sha256", bare: true });
  const facts = await factsOf(repository.path);
  expect(facts).not.toHaveProperty("workTree");
  expect(facts).toMatchObject({
    objectFormat: "sha256",
    branch: "main",
    gitVersion: expect.stringMatching(/^\d+\.\d+\.\d+$/),
  });
  repository.git("update-ref", "--no-deref", "HEAD", repository.git("rev-parse", "HEAD"));
  expect(await factsOf(repository.path)).not.toHaveProperty("branch");
});

test("shallow and partial clones are known as such", async () => {
  using repository = makeRepository({ commits: [{ files: { a: "1" } }, { files: { a: "2" } }] });
  repository.git("config", "uploadpack.allowFilter", "true");
  const from = `file://${repository.path}`;
  gitIn(repository.around, "clone", "-q", "--depth=1", from, "shallow");
  gitIn(repository.around, "clone", "-q", "--filter=blob:none", from, "partial");
  expect(await factsOf(join(repository.around, "shallow"))).toMatchObject({ shallow: true, partial: false });
  expect(await factsOf(join(repository.around, "partial"))).toMatchObject({ shallow: false, partial: true });
});

test("origin is told without user info, and not at all when it is a path on this machine", async () => {
  using repository = makeRepository({ files: { a: "1" } });
  repository.git("remote", "add", "origin", "https://x-access-token:secret@github.com/acme/app.git?token=1");
  expect(await factsOf(repository.path)).toMatchObject({ origin: "https://github.com/acme/app.git" });
  repository.git("remote", "set-url", "origin", "/srv/git/app.git");
  expect(await factsOf(repository.path)).not.toHaveProperty("origin");
});

test("what isn't a usable repository is named in one sentence", async () => {
  using repository = makeRepository({ files: { a: "1" } });
  const plain = join(repository.around, "plain");
  mkdirSync(plain);
  writeFileSync(join(repository.around, "file"), "");
  const failing = async (folder: string, said: RegExp): Promise<void> =>
    expect(factsOf(folder)).rejects.toMatchObject({ failure: "source", message: expect.stringMatching(said) });
  await failing(plain, /is an empty folder, and in no git repository; check one out/);
  await failing(join(plain, "absent"), /there is no such folder/);
  await failing(join(repository.around, "file"), /is a file/);
});

test("without git on the PATH the sentence says what to install", async () => {
  using repository = makeRepository({ files: { a: "1" } });
  vi.stubEnv("PATH", repository.around);
  await expect(factsOf(repository.path)).rejects.toMatchObject({
    failure: "source",
    message: "git wasn't found on the PATH; install git 2.39.1 or newer",
  });
});

test("a shallow clone says how to get a ref that it lacks, and a tree or blob isn't taken for a commit", async () => {
  using repository = makeRepository({ commits: [{ files: { a: "1" }, tags: { v0: "light" } }, { files: { a: "2" } }] });
  gitIn(repository.around, "clone", "-q", "--depth=1", `file://${repository.path}`, "shallow");
  await using shallow = await openFolder(join(repository.around, "shallow"));
  await expect(shallow.repository.resolve("v0", never)).rejects.toThrow(
    /no tag, branch or commit v0 .*git fetch --tags.*git fetch --unshallow/,
  );
  await using opened = await openFolder(repository.path);
  repository.git("tag", "a-tree", "HEAD^{tree}");
  repository.git("tag", "-m", "noted", "a-blob", "HEAD:a");
  await expect(opened.repository.resolve("a-tree", never)).rejects.toThrow(
    "a-tree names a tree; give a tag, a branch or a commit",
  );
  await expect(opened.repository.resolve("a-blob", never)).rejects.toMatchObject({ failure: "source" });
  await expect(opened.repository.resolve("HEAD:a", never)).rejects.toThrow("HEAD:a names a blob");
  await expect(opened.repository.resolve("a\nb", never)).rejects.toMatchObject({ failure: "source" });
  repository.git("checkout", "-q", "--detach");
  await using detached = await openFolder(repository.path);
  expect(await detached.repository.resolve("HEAD", never)).not.toHaveProperty("ref");
  expect(await detached.repository.resolve("refs/tags/v0", never)).toMatchObject({ tag: { name: "v0" } });
});
