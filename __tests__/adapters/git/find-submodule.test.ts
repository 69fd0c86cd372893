import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { Repository } from "../../../src/ports/repository.ts";
import { type FixtureSpec, type GitFixture, gitIn, makeRepository } from "../../support/git-fixture.ts";
import { openFolder } from "../../support/open-fixture.ts";

const never = new AbortController().signal;

/** Three repositories, one in the other. */
const threeLevels: FixtureSpec = {
  files: {
    top: "1",
    "lib/one": { contains: { files: { one: "1", two: { contains: { files: { "three.txt": "at the bottom\n" } } } } } },
  },
};

async function open(folder: string): Promise<Repository> {
  const opened = await openFolder(folder);
  onTestFinished(async () => opened[Symbol.asyncDispose]());
  return opened.repository;
}

/** The submodule that HEAD has at a path; undefined when no clone of it is found. */
async function submoduleOf(repository: Repository, path: string, ref = "HEAD"): Promise<Repository | undefined> {
  const revision = await repository.resolve(ref, never);
  const entries = (await Array.fromAsync(repository.tree(revision, never))).flat();
  const entry = entries.find((entry) => entry.path === path);
  return repository.submodule({ revision, path, commit: entry!.oid }, never);
}

/** What lies at the bottom of the three levels. */
async function bottomOf(folder: string): Promise<string> {
  const one = await submoduleOf(await open(folder), "lib/one");
  const two = await submoduleOf(one!, "two");
  const entries = (await Array.fromAsync(two!.tree(await two!.resolve("HEAD", never), never))).flat();
  const [blob] = await Array.fromAsync(two!.blobs([entries[0]!.oid], never));
  return Buffer.from(blob!.data).toString();
}

function commandIn(folder: string, ...command: readonly string[]): void {
  execFileSync(command[0]!, command.slice(1), { cwd: folder, stdio: "pipe" });
}

test("three levels are found in the places where git keeps clones, with or without their work trees", async () => {
  using repository = makeRepository(threeLevels);
  expect(gitIn(join(repository.path, "lib/one/two"), "status", "--short").toString()).toBe("");
  expect(await bottomOf(repository.path)).toBe("at the bottom\n");
  rmSync(join(repository.path, "lib"), { recursive: true });
  // Git itself fails in such a gitdir, because the work tree that it names isn't there.
  expect(() => repository.git("--git-dir=.git/modules/lib/one", "log")).toThrow(/cannot chdir/);
  expect(await bottomOf(repository.path)).toBe("at the bottom\n");
});

test("a bare repository finds the clones that lie in it", async () => {
  using repository = makeRepository({ ...threeLevels, bare: true });
  expect(await bottomOf(repository.path)).toBe("at the bottom\n");
});

test("a clone in the work tree with a .git folder of its own is found, and one that .gitmodules doesn't name", async () => {
  using repository = makeRepository({ files: { a: "1" } });
  using other = makeRepository({ files: { b: "1" } });
  gitIn(repository.path, "clone", "-q", other.path, "in/own");
  repository.git("add", "in/own");
  repository.git("commit", "-q", "-m", "a gitlink alone");
  const own = await submoduleOf(await open(repository.path), "in/own");
  expect(own?.facts).toMatchObject({ workTree: join(repository.path, "in/own"), branch: "main" });
});

test("a clone that git made itself tells its facts, its origin without user info", async () => {
  using outer = makeRepository({ files: { a: "1" } });
  using inner = makeRepository({ objectFormat: "sha1", commits: [{ files: { b: "1" } }, { files: { b: "2" } }] });
  outer.git("submodule", "--quiet", "add", "--depth=1", "--name", "odd name", `file://${inner.path}`, "deep/sub");
  outer.git("commit", "-q", "-m", "with it");
  gitIn(join(outer.path, "deep/sub"), "remote", "set-url", "origin", "https://me:secret@example.com/x.git");
  const sub = await submoduleOf(await open(outer.path), "deep/sub");
  expect(sub?.facts).toEqual({
    gitVersion: expect.stringMatching(/^2\./),
    objectFormat: "sha1",
    shallow: true,
    partial: false,
    branch: "main",
    origin: "https://example.com/x.git",
    workTree: join(outer.path, "deep/sub"),
  });
  expect(await sub?.resolve(inner.git("rev-parse", "HEAD"), never)).toMatchObject({ objectFormat: "sha1" });
});

test("in a linked work tree its own clones count, and those of the main one", async () => {
  using repository = makeRepository(threeLevels);
  const linked = join(repository.around, "linked");
  repository.git("worktree", "add", "-q", linked);
  expect(await bottomOf(linked)).toBe("at the bottom\n");
  const own = join(repository.path, ".git/worktrees/linked/modules/lib/one");
  mkdirSync(dirname(own), { recursive: true });
  renameSync(join(repository.path, ".git/modules/lib/one"), own);
  expect(await bottomOf(linked)).toBe("at the bottom\n");
});

test("a clone that lacks the commit is passed over for one that has it", async () => {
  using repository = makeRepository(threeLevels);
  const kept = join(repository.path, ".git/modules/lib/one");
  const inTree = join(repository.path, "lib/one");
  rmSync(join(inTree, ".git"));
  renameSync(kept, join(inTree, ".git"));
  gitIn(inTree, "--git-dir=.git", "--work-tree=.", "config", "--unset", "core.worktree");
  gitIn(repository.around, "init", "-q", "--bare", kept);
  expect(await bottomOf(repository.path)).toBe("at the bottom\n");
  rmSync(inTree, { recursive: true });
  expect(await submoduleOf(await open(repository.path), "lib/one")).toBeUndefined();
});

test("a name that leads out of the place where clones are kept finds nothing", async () => {
  using repository = makeRepository(threeLevels);
  const modules = join(repository.path, ".git/modules");
  const kept = join(modules, "lib/one");
  const names = ["../../outside", "../outside", "in/../../outside", "/tmp/outside", "..\\outside", ".."];
  mkdirSync(join(modules, "in"));
  for (const place of [...names.slice(0, -1), "plain/name"]) {
    mkdirSync(dirname(join(modules, place)), { recursive: true });
    commandIn(modules, "cp", "-rT", kept, join(modules, place));
  }
  rmSync(join(modules, "lib"), { recursive: true });
  rmSync(join(repository.path, "lib"), { recursive: true });
  repository.git("config", "submodule.recurse", "false");
  const foundAs = async (name: string): Promise<boolean> => {
    const section = `[submodule "${name.replaceAll("\\", "\\\\")}"]\n\tpath = lib/one\n\turl = https://example.com/x\n`;
    repository.write({ ".gitmodules": section });
    repository.git("add", ".gitmodules");
    repository.git("commit", "-q", "-m", name);
    return (await submoduleOf(await open(repository.path), "lib/one")) !== undefined;
  };
  expect(await foundAs("plain/name")).toBe(true);
  for (const name of names) expect([name, await foundAs(name)]).toEqual([name, false]);
});

test("a link on the way to the submodule isn't followed out of the clone", async () => {
  using repository = makeRepository({
    files: { a: "1", "lib/x": { submodule: "1".repeat(40), url: "https://e.com/x" } },
  });
  using theirs = makeRepository({ files: { secret: "1" }, name: "x" });
  const commit = theirs.git("rev-parse", "HEAD");
  rmSync(join(repository.path, "lib"), { recursive: true });
  symlinkSync(theirs.around, join(repository.path, "lib"));
  const opened = await open(repository.path);
  const revision = await opened.resolve("HEAD", never);
  expect(await opened.submodule({ revision, path: "lib/x", commit }, never)).toBeUndefined();
  expect(await opened.submodule({ revision, path: "../x", commit }, never)).toBeUndefined();
});

test("a partial clone is found, and says which content is missing", async () => {
  using outer = makeRepository({ files: { a: "1" } });
  using inner = makeRepository({ files: { b: "1" } });
  inner.git("config", "uploadpack.allowFilter", "true");
  const kept = join(outer.path, ".git/modules/sub");
  gitIn(outer.around, "clone", "-q", "--bare", "--filter=blob:none", `file://${inner.path}`, kept);
  const commit = inner.git("rev-parse", "HEAD");
  outer.commit({ files: { sub: { submodule: commit, url: "https://example.com/x" } } });
  const sub = await submoduleOf(await open(outer.path), "sub");
  expect(sub?.facts.partial).toBe(true);
  await expect(Array.fromAsync(sub!.tree(await sub!.resolve(commit, never), never))).rejects.toThrow(
    /aren't in this clone, since it was made with a filter/,
  );
});

test("nothing that a submodule's clone configures is run, not even to count its changes", async () => {
  using repository = makeRepository(threeLevels);
  const ran = join(repository.around, "ran");
  const inTree = join(repository.path, "lib/one");
  for (const key of ["core.fsmonitor", "filter.x.clean", "filter.x.smudge", "core.sshCommand", "core.pager"])
    gitIn(inTree, "config", key, `touch ${ran};`);
  writeFileSync(join(inTree, ".gitattributes"), "* filter=x\n");
  writeFileSync(join(inTree, "one"), "2");
  const sub = await submoduleOf(await open(repository.path), "lib/one");
  expect(await sub?.changes([], never)).toMatchObject({ modified: 1, untracked: 1 });
  expect(existsSync(ran)).toBe(false);
});

test.skipIf(process.getuid?.() !== 0)(
  "clones of somebody else are read as well (needs root, to give them away)",
  async () => {
    using repository: GitFixture = makeRepository(threeLevels);
    commandIn(repository.path, "chown", "-R", "12345:12345", ".");
    expect(() => repository.git("status")).toThrow(/dubious ownership/);
    expect(await bottomOf(repository.path)).toBe("at the bottom\n");
  },
);
