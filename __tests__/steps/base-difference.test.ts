import { execFileSync } from "node:child_process";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { archiveEntryOf, snapshotEntryOf } from "../../src/steps/base-entry.ts";
import { baseDifference } from "../../src/steps/base-difference.ts";
import { ColdstoreError } from "../../src/model/errors.ts";
import type { BaseDifference } from "../../src/model/details.ts";
import { type FixtureCommit, type FixtureFile, type GitFixture, makeRepository } from "../support/git-fixture.ts";
import { memoryRepository } from "../support/memory-repository.ts";
import { openFolder } from "../support/open-fixture.ts";

const seed = Number(process.env["COLDSTORE_TEST_SEED"] ?? Date.now() % 2 ** 31);
const count = Number(process.env["COLDSTORE_TEST_COUNT"] ?? 3);

const { signal } = new AbortController();
const asSnapshot = snapshotEntryOf({ submodules: "exclude" });

/** The difference between two commits of a repository; `name` is what is archived. */
async function differenceIn(
  path: string,
  { name = "HEAD", from = "HEAD^1", merge, entryOf = asSnapshot }: Partial<Asked> = {},
): Promise<BaseDifference> {
  await using opened = await openFolder(path);
  const { repository } = opened;
  const revision = await repository.resolve(name, signal);
  const known = await repository.resolve(from, signal).catch(() => ({ commit: from }));
  const base = { commit: known.commit, ...(merge === true && { merge: revision.commit }) };
  return await baseDifference({ repository, revision, base, entryOf }, signal);
}

interface Asked {
  readonly name: string;
  readonly from: string;
  readonly merge: boolean;
  readonly entryOf: typeof asSnapshot;
}

type Tree = Readonly<Record<string, FixtureFile>>;

const content = fc.string({ unit: fc.constantFrom("x", "y", "\n"), maxLength: 3 }).map((text) => text.repeat(500));
const file: fc.Arbitrary<FixtureFile> = fc.oneof(
  { weight: 4, arbitrary: content },
  { weight: 1, arbitrary: content.map((executable) => ({ executable })) },
  { weight: 1, arbitrary: fc.constantFrom("a", "b/c").map((link) => ({ link })) },
  { weight: 1, arbitrary: fc.constant({ submodule: "1".repeat(40) }) },
);
const path = fc
  .array(fc.constantFrom("a", "b", "a.b", "a-", "é", "c d"), { minLength: 1, maxLength: 3 })
  .map((names) => names.join("/"));
const attributes = fc
  .uniqueArray(fc.constantFrom("a", "/a/b", "*.b", "é", "/a", "a-"))
  .map((patterns) => patterns.map((pattern) => `${pattern} export-ignore\n`).join(""));

/** A tree in which no file is where a folder is, with rules of what archives leave out. */
const tree: fc.Arbitrary<Tree> = fc
  .tuple(fc.array(fc.tuple(path, file), { minLength: 1, maxLength: 12 }), attributes)
  .map(([files, rules]) => {
    const kept = new Map<string, FixtureFile>();
    for (const [name, each] of files) {
      const clashes = [...kept.keys()].some((other) => other.startsWith(`${name}/`) || name.startsWith(`${other}/`));
      if (!clashes) kept.set(name, each);
    }
    return { ...Object.fromEntries(kept), ".gitattributes": rules, always: "there" };
  });

/** What stock git and tar say of a commit's archive: each path that isn't a folder of others, with what git has there; and all bytes. */
function archiveOf(fixture: GitFixture, commit: string) {
  const tar = fixture.gitBytes("archive", "--format=tar", commit);
  const list = execFileSync("tar", ["-t", "--quoting-style=literal"], { input: tar, encoding: "utf8" });
  const names = list.split("\n").filter((name) => name !== "");
  const leaves = names.filter(
    (name) => !names.some((other) => other !== name && other.startsWith(name) && name.endsWith("/")),
  );
  const inTree = new Map(
    fixture
      .git("ls-tree", "-r", "-z", commit)
      .split("\0")
      .map((line) => line.split("\t"))
      .map(([what = "", name = ""]) => [name, what] as const),
  );
  const { length } = execFileSync("tar", ["-xO"], { input: tar });
  return {
    names: new Set(names),
    leaves: new Map(leaves.map((name) => [name, name.endsWith("/") ? "folder" : inTree.get(name)])),
    bytes: length,
  };
}

test("what enters, leaves and changes is what git's own archives of both commits tell", async () => {
  await fc.assert(
    fc.asyncProperty(tree, tree, async (before, after) => {
      const second: FixtureCommit = { files: after, remove: Object.keys(before) };
      using fixture = makeRepository({ commits: [{ files: before }, second] });
      const [old, now] = [archiveOf(fixture, "HEAD^1"), archiveOf(fixture, "HEAD")];
      const keys = (from: typeof old, unlike: typeof old) =>
        [...from.leaves.keys()].filter((key) => !unlike.names.has(key));
      const changed = [...now.leaves].filter(([key, what]) => old.leaves.has(key) && old.leaves.get(key) !== what);
      const expected = [
        ...keys(now, old).map((key) => `added ${key}`),
        ...keys(old, now).map((key) => `removed ${key}`),
        ...changed.map(([key]) => `changed ${key}`),
      ].map((line) => line.replace(/\/$/, ""));
      const found = await differenceIn(fixture.path);
      if (found.kind !== "compared") throw new Error("the base is missing");
      const told = found.examples.map(({ path, change }) => `${change} ${path}`);
      if (expected.length <= 20) expect(told.toSorted()).toEqual(expected.toSorted());
      expect([found.added + found.removed + found.changed, found.bytes]).toEqual([
        expected.length,
        now.bytes - old.bytes,
      ]);
      expect(found.commit).toBe(fixture.git("rev-parse", "HEAD^1"));
    }),
    { seed, numRuns: count },
  );
});

/** A pull request as GitHub tries it out: made from the first commit of main, which has gone on since. */
function pullRequest(): GitFixture & { readonly old: string } {
  const fixture = makeRepository({ commits: [{ files: { a: "1", b: "22" } }] });
  const old = fixture.git("rev-parse", "HEAD");
  fixture.git("checkout", "-q", "-b", "pr");
  fixture.commit({ files: { new: "333" }, remove: ["b"] });
  fixture.git("checkout", "-q", "main");
  fixture.commit({ files: { mains: "4444" } });
  fixture.git("merge", "-q", "--no-ff", "-m", "try", "pr");
  return { ...fixture, old };
}

function cloneOf(fixture: GitFixture, depth: number, branch = "main"): string {
  fixture.git("clone", "-q", "-b", branch, `--depth=${depth}`, `file://${fixture.path}`, `${fixture.around}/${depth}`);
  return `${fixture.around}/${depth}`;
}

test("of a merge that is tried out the base is what it was merged with, also where the event names an older commit", async () => {
  using fixture = pullRequest();
  const found = await differenceIn(cloneOf(fixture, 2), { from: fixture.old, merge: true });
  expect(found).toEqual({
    kind: "compared",
    commit: fixture.git("rev-parse", "HEAD^1"),
    added: 1,
    removed: 1,
    changed: 0,
    bytes: 1,
    examples: [
      { path: "new", change: "added", bytes: 3 },
      { path: "b", change: "removed", bytes: 2 },
    ],
  });
});

test("whatever else is archived is compared with the commit that the event names", async () => {
  using fixture = pullRequest();
  expect(await differenceIn(fixture.path, { name: "pr", from: "main^1" })).toMatchObject({
    commit: fixture.git("rev-parse", "main^1"),
    added: 1,
    removed: 2,
  });
});

test("a base that a clone is too shallow for is missing, with the depth that would bring it", async () => {
  using fixture = pullRequest();
  const merged = await differenceIn(cloneOf(fixture, 1), { from: fixture.old, merge: true });
  expect(merged).toEqual({ kind: "missing", commit: fixture.old, fetchDepth: 2 });
  expect(await differenceIn(`${fixture.around}/1`, { from: fixture.old })).toMatchObject({ fetchDepth: 0 });
});

test("in a whole clone no depth would bring a commit that it hasn't got", async () => {
  using fixture = makeRepository({ files: { a: "1" } });
  const from = "0123456789".repeat(4);
  expect(await differenceIn(fixture.path, { from })).toEqual({ kind: "missing", commit: from });
});

test("a base whose objects aren't all there is missing, and no error", async () => {
  const repository = memoryRepository({ commits: [{ files: { a: "1" } }, { files: { a: "2" } }] });
  const revision = await repository.resolve("HEAD", signal);
  const { commit } = await repository.resolve("HEAD~1", signal);
  repository.tree = () => {
    throw new ColdstoreError("source", "there is no such blob");
  };
  const asked = { repository, revision, base: { commit }, entryOf: asSnapshot };
  expect(await baseDifference(asked, signal)).toEqual({ kind: "missing", commit });
});

test("an abort is no missing base", async () => {
  const repository = memoryRepository({ files: { a: "1" } });
  const revision = await repository.resolve("HEAD", signal);
  const aborted = AbortSignal.abort(new Error("stop"));
  const asked = { repository, revision, base: { commit: "0".repeat(40) }, entryOf: asSnapshot };
  await expect(baseDifference(asked, aborted)).rejects.toThrow("stop");
});

test("what export-subst fills in differs from what it doesn't", async () => {
  const files = { a: "$Format:%H$" };
  using fixture = makeRepository({ commits: [{ files }, { files: { ".gitattributes": "a export-subst\n" } }] });
  expect(await differenceIn(fixture.path)).toMatchObject({ added: 1, changed: 1 });
});

test("a submodule's new commit counts only where its content goes in", async () => {
  const at = (digit: string) => ({ files: { lib: { submodule: digit.repeat(40) }, a: "1" } });
  using fixture = makeRepository({ commits: [at("1"), at("2")] });
  const changed = async (submodules: "include" | "exclude") =>
    differenceIn(fixture.path, { entryOf: snapshotEntryOf({ submodules }) });
  expect(await changed("exclude")).toMatchObject({ changed: 0 });
  expect(await changed("include")).toMatchObject({
    changed: 1,
    examples: [{ path: "lib", change: "changed", bytes: 0 }],
  });
});

test("of a folder's archive only what lies in the folder counts, and what no pattern takes away", async () => {
  const before = { "out/a": "1", "in/gone": "22", "in/x.log": "1", "in/é/link": { link: "a" } };
  const after = { "out/b": "1", "in/new": "333", "in/x.log": "2", "in/é/link": { link: "b" }, "in/tmp/deep/y": "1" };
  using fixture = makeRepository({ commits: [{ files: before }, { files: after, remove: ["in/gone"] }] });
  const filters = { exclude: ["*.log", "tmp/"], include: [], profiles: [] };
  const told = async (symlinks: "keep" | "skip") =>
    differenceIn(fixture.path, {
      entryOf: archiveEntryOf({ inRepository: "in", filters, symlinks, submodules: "fail" }),
    });
  expect(await told("keep")).toMatchObject({
    bytes: 1,
    examples: [
      { path: "new", change: "added", bytes: 3 },
      { path: "gone", change: "removed", bytes: 2 },
      { path: "é/link", change: "changed", bytes: 0 },
    ],
  });
  expect(await told("skip")).toMatchObject({ added: 1, removed: 1, changed: 0 });
});
