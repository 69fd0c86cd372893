import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { Candidate } from "../../../src/ports/folder.ts";
import { type GitFixture, gitIn, makeRepository } from "../../support/git-fixture.ts";
import { lookAtFolder } from "../../support/open-fixture.ts";

afterEach(() => vi.unstubAllEnvs());

/** A letter for what a candidate is: tracked, untracked, submodule, nested; and its state. */
function inShort({ path, kind, tracked, state, unwatched }: Candidate): string {
  const letter = kind === "submodule" ? "S" : kind === "nested" ? "N" : tracked ? "T" : "U";
  return [letter, path, ...(state ? [state] : []), ...(unwatched ? ["unwatched"] : [])].join(" ");
}

async function candidatesOf(folder: string): Promise<readonly string[]> {
  return (await lookAtFolder(folder)).candidates.map(inShort);
}

const ruled = {
  ".gitignore": "*.log\nout/\n/top\n",
  "a.txt": "1",
  "old.log": "1",
  "sub/.gitignore": "!keep.log\nmine\n",
  "sub/b.txt": "2",
};

function untracked(repository: GitFixture): void {
  repository.write({ new: "1", "x.log": "1", "out/deep/x": "1", top: "1" });
  repository.write({ "sub/keep.log": "1", "sub/x.log": "1", "sub/mine": "1", "sub/top": "1", "sub/in/x.log": "1" });
}

test("tracked files and untracked ones are told apart, and what .gitignore files leave out, also one by one", async () => {
  using repository = makeRepository({ files: ruled });
  untracked(repository);
  expect(await lookAtFolder(repository.path)).toMatchObject({
    inRepository: "",
    ignored: ["out/deep/x", "sub/in/x.log", "sub/mine", "sub/x.log", "top", "x.log"],
    ignoredRoots: ["out/", "sub/in/", "sub/mine", "sub/x.log", "top", "x.log"],
    trackedButIgnored: ["old.log"],
  });
  expect(await candidatesOf(repository.path)).toEqual([
    "T .gitignore",
    "T a.txt",
    "U new",
    "T old.log",
    "T sub/.gitignore",
    "T sub/b.txt",
    "U sub/keep.log",
    "U sub/top",
  ]);
});

test("in a folder of a work tree paths count from the folder, and the .gitignore files above it count too", async () => {
  using repository = makeRepository({ files: { ...ruled, "sub/old.log": "1" }, objectFormat: "sha256" });
  untracked(repository);
  const { candidates, ...rest } = await lookAtFolder(join(repository.path, "sub"));
  expect(candidates.map(inShort)).toEqual(["T .gitignore", "T b.txt", "U keep.log", "T old.log", "U top"]);
  expect(rest).toMatchObject({
    inRepository: "sub",
    ignored: ["in/x.log", "mine", "x.log"],
    ignoredRoots: ["in/", "mine", "x.log"],
    trackedButIgnored: ["old.log"],
  });
});

test("outside of a repository the same rules hold, and nothing is tracked", async () => {
  using repository = makeRepository({ files: ruled });
  untracked(repository);
  rmSync(join(repository.path, ".git"), { recursive: true });
  expect(await candidatesOf(repository.path)).toEqual(
    [".gitignore", "a.txt", "new", "sub/.gitignore", "sub/b.txt", "sub/keep.log", "sub/top"].map((path) => `U ${path}`),
  );
  expect((await lookAtFolder(repository.path)).ignored).toContain("old.log");
});

test("no list of the clone or the user has a say, nor a setting that compares names without case", async () => {
  using repository = makeRepository({ files: ruled });
  const home = join(repository.around, "home");
  mkdirSync(join(home, ".config/git"), { recursive: true });
  writeFileSync(join(home, ".config/git/ignore"), "new\n");
  vi.stubEnv("HOME", home);
  vi.stubEnv("XDG_CONFIG_HOME", join(home, ".config"));
  mkdirSync(join(repository.path, ".git/info"), { recursive: true });
  writeFileSync(join(repository.path, ".git/info/exclude"), "other\n");
  writeFileSync(join(home, "list"), "third\n");
  repository.git("config", "core.excludesFile", join(home, "list"));
  repository.git("config", "core.ignorecase", "true");
  repository.write({ new: "1", other: "1", third: "1", "X.LOG": "1" });
  const found = await candidatesOf(repository.path);
  expect(found).toEqual(expect.arrayContaining(["U new", "U other", "U third", "U X.LOG"]));
});

test("submodules come with their commit, checked out or not, and nested repositories by name alone", async () => {
  using repository = makeRepository({
    files: {
      ".gitignore": "build/\n",
      absent: { submodule: "1".repeat(40), url: "https://example.com/x.git" },
      there: { contains: { files: { f: "1" } } },
      removed: { submodule: "2".repeat(40), url: "https://example.com/x.git" },
    },
  });
  rmSync(join(repository.path, "removed"), { recursive: true });
  for (const path of ["nested", "nested empty", "build/nested"])
    gitIn(repository.around, "init", "-q", `project/${path}`);
  repository.write({ "nested/f": "1", "build/nested/f": "1", "build/g": "1" });
  repository.write({ "broken/.git": "gitdir: /nowhere\n", "broken/f": "1", "bare/HEAD": "no repository\n" });
  const { candidates, ignored, ignoredRoots } = await lookAtFolder(repository.path);
  expect(candidates.map(inShort)).toEqual([
    "T .gitignore",
    "T .gitmodules",
    "S absent",
    "U bare/HEAD",
    "U broken/f",
    "N nested",
    "N nested empty",
    "S removed",
    "S there",
  ]);
  expect(candidates.flatMap(({ commit }) => commit ?? [])).toEqual([
    "1".repeat(40),
    "2".repeat(40),
    repository.git("rev-parse", "HEAD:there"),
  ]);
  expect(ignored).toEqual(["build/g", "build/nested/"]);
  expect(ignoredRoots).toEqual(["build/"]);
});

test("the folder of a submodule that isn't checked out can't be listed", async () => {
  const absent = { submodule: "1".repeat(40), url: "https://example.com/x.git" };
  using repository = makeRepository({ files: { absent } });
  await expect(lookAtFolder(join(repository.path, "absent"))).rejects.toMatchObject({
    failure: "source",
    message: expect.stringMatching(
      /is the folder of a submodule that isn't checked out; .*git submodule update --init/,
    ),
  });
});

test("an index that can't be read is named", async () => {
  using repository = makeRepository({ files: { a: "1" } });
  rmSync(join(repository.path, ".git/index"));
  mkdirSync(join(repository.path, ".git/index"));
  await expect(lookAtFolder(repository.path)).rejects.toMatchObject({
    failure: "source",
    message: expect.stringMatching(/^the index in .*\.git can't be copied: E/),
  });
});

test("a file deleted on the disk, one only announced, and one in conflict are candidates, each once", async () => {
  using repository = makeRepository({
    commits: [
      { files: { both: "0\n", gone: "1", "same.log": "1", ".gitignore": "*.log\n" } },
      { files: { both: "1\n", "same.log": "2" }, branch: "side" },
    ],
  });
  repository.commit({ files: { both: "2\n", "same.log": "3" } });
  expect(() => repository.git("merge", "side")).toThrow();
  rmSync(join(repository.path, "gone"));
  repository.write({ announced: "1" });
  repository.git("add", "--intent-to-add", "announced");
  const { candidates, trackedButIgnored } = await lookAtFolder(repository.path);
  expect(candidates.map(inShort)).toEqual([
    "T .gitignore",
    "T announced",
    "T both unmerged",
    "T gone",
    "T same.log unmerged",
  ]);
  expect(trackedButIgnored).toEqual(["same.log"]);
});

describe("an index of any kind is read from a copy", () => {
  const files = { "in/a": "1", "in/deep/b": "1", "out/c": "1", "out/deep/d": "1", e: "1", ".gitignore": "*.log\n" };

  test("files that a sparse checkout leaves out are known as such, also when the index is sparse itself", async () => {
    using repository = makeRepository({ files: { ...files, "out/.gitignore": "!x.log\n" } });
    repository.git("sparse-checkout", "set", "--cone", "--sparse-index", "in");
    expect(repository.git("ls-files", "--sparse", "-t")).toContain("S out/");
    repository.write({ "in/x.log": "1", "out/x.log": "1" });
    expect(await candidatesOf(repository.path)).toEqual([
      "T .gitignore",
      "T e",
      "T in/a",
      "T in/deep/b",
      ...["out/.gitignore", "out/c", "out/deep/d"].map((path) => `T ${path} sparse unwatched`),
      // The rules of a .gitignore that isn't checked out hold, too.
      "U out/x.log",
    ]);
  });

  test("files that git was told not to look at are known as such", async () => {
    using repository = makeRepository({ files });
    repository.git("update-index", "--assume-unchanged", "e");
    repository.git("update-index", "--skip-worktree", "in/a");
    const found = await candidatesOf(repository.path);
    expect(found.filter((text) => text.includes("unwatched"))).toEqual(["T e unwatched", "T in/a sparse unwatched"]);
  });

  test("a split index is read whole, and one with caches isn't believed", async () => {
    using repository = makeRepository({ files });
    repository.git("config", "core.untrackedCache", "true");
    repository.git("update-index", "--split-index", "--force-untracked-cache");
    repository.write({ f: "1" });
    repository.git("add", "f");
    repository.git("status");
    repository.write({ g: "1" });
    expect(repository.git("rev-parse", "--shared-index-path")).toContain("sharedindex.");
    expect(await candidatesOf(repository.path)).toEqual([
      "T .gitignore",
      "T e",
      "T f",
      "U g",
      "T in/a",
      "T in/deep/b",
      "T out/c",
      "T out/deep/d",
    ]);
  });

  test("it stays as it was, and no file system monitor is started", async () => {
    using repository = makeRepository({ files });
    const ran = join(repository.around, "ran");
    repository.git("config", "core.fsmonitor", `touch ${ran};`);
    const index = join(repository.path, ".git/index");
    const before = { content: readFileSync(index), time: statSync(index, { bigint: true }).mtimeNs };
    await lookAtFolder(repository.path);
    expect({ content: readFileSync(index), time: statSync(index, { bigint: true }).mtimeNs }).toEqual(before);
    expect(existsSync(ran)).toBe(false);
  });

  test("without an index all files are untracked, with or without commits", async () => {
    using repository = makeRepository({ files: { a: "1" } });
    rmSync(join(repository.path, ".git/index"));
    expect(await candidatesOf(repository.path)).toEqual(["U a"]);
    using empty = makeRepository();
    empty.write({ a: "1", b: "1" });
    empty.git("add", "a");
    const looked = await lookAtFolder(empty.path);
    expect(looked.candidates.map(inShort)).toEqual(["T a", "U b"]);
    expect(looked).not.toHaveProperty("repository");
  });
});

test("a name may hold anything, and a link to a folder is one path", async () => {
  using repository = makeRepository({
    files: [
      ["new\nline", "1"],
      ['"quoted" \\', "1"],
      [Buffer.from([0x66, 0xe4]), "1"],
      ["\u00fc/trailing ", "1"],
    ],
  });
  mkdirSync(join(repository.path, "folder"));
  symlinkSync("folder", join(repository.path, "to folder"));
  repository.write({ "folder/\t": "1" });
  writeFileSync(Buffer.concat([Buffer.from(`${repository.path}/`), Buffer.from([0xff])]), "1");
  expect(await candidatesOf(repository.path)).toEqual([
    ...['T "quoted" \\', "U folder/\t", "T f\xe4", "T new\nline", "U to folder", "T \xc3\xbc/trailing ", "U \xff"].sort(
      (a, b) => (a.slice(2) < b.slice(2) ? -1 : 1),
    ),
  ]);
});

test("linked work trees and gitdirs that lie elsewhere are read by their own index", async () => {
  using repository = makeRepository({ files: ruled });
  const linked = join(repository.around, "linked");
  repository.git("worktree", "add", "-q", "-b", "side", linked);
  writeFileSync(join(linked, "added"), "1");
  gitIn(linked, "add", "added");
  writeFileSync(join(linked, "x.log"), "1");
  const looked = await lookAtFolder(linked);
  expect(looked.candidates.map(inShort)).toContain("T added");
  expect(looked.candidates.map(inShort)).not.toContain("U .git");
  expect(looked).toMatchObject({ ignored: ["x.log"], repository: { facts: { branch: "side", workTree: linked } } });
  gitIn(repository.around, "clone", "-q", "--separate-git-dir=elsewhere", repository.path, "apart");
  const apart = join(repository.around, "apart");
  writeFileSync(join(apart, "new"), "1");
  expect(await candidatesOf(apart)).toEqual([
    "T .gitignore",
    "T a.txt",
    "U new",
    "T old.log",
    "T sub/.gitignore",
    "T sub/b.txt",
  ]);
});

test.skipIf(process.getuid?.() !== 0)(
  "the clone of somebody else is listed too, and nothing that it configures is run (needs root, to give it away)",
  async () => {
    using repository = makeRepository({ files: ruled });
    untracked(repository);
    const before = await lookAtFolder(repository.path);
    repository.git("config", "core.fsmonitor", `touch ${join(repository.around, "ran")};`);
    execFileSync("chown", ["-R", "12345:12345", repository.path]);
    expect(() => gitIn(repository.path, "status")).toThrow(/dubious ownership/);
    const { repository: theirs, ...after } = await lookAtFolder(repository.path);
    expect({ ...after, repository: before.repository }).toEqual(before);
    expect(theirs?.facts.branch).toBe("main");
    expect(existsSync(join(repository.around, "ran"))).toBe(false);
  },
);

test("a work tree whose gitdir was moved away is no plain folder", async () => {
  using repository = makeRepository({ files: ruled });
  const linked = join(repository.around, "linked");
  repository.git("worktree", "add", "-q", "-b", "side", linked);
  renameSync(repository.path, join(repository.around, "moved"));
  await expect(lookAtFolder(linked)).rejects.toMatchObject({
    failure: "source",
    message: expect.stringMatching(/\.git file of .*linked leads to .*, which is no repository; mend it/),
  });
});

test("tens of thousands of files come in batches", async () => {
  using repository = makeRepository({ files: { a: "1" } });
  const blob = repository.git("rev-parse", "HEAD:a");
  const lines = Array.from({ length: 50_000 }, (_, n) => `100644 ${blob} 0\tsome/folder ${n % 100}/file ${n}\n`);
  execFileSync("git", ["update-index", "--index-info"], { cwd: repository.path, input: lines.join("") });
  appendFileSync(join(repository.path, ".gitignore"), "file 1*\n");
  const looked = await lookAtFolder(repository.path);
  expect(looked.candidates).toHaveLength(50_002);
  expect(looked.trackedButIgnored).toHaveLength(lines.filter((line) => line.includes("/file 1")).length);
});
