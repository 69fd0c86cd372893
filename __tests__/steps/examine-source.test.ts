import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import type { ContentPolicies } from "../../src/model/manifest.ts";
import type { Repository } from "../../src/ports/repository.ts";
import type { CommitTree } from "../../src/steps/commit-tree.ts";
import { estimateSizes } from "../../src/steps/estimate-size.ts";
import { examineSource, type Source } from "../../src/steps/examine-source.ts";
import { findExpansions } from "../../src/steps/find-expansions.ts";
import { openSnapshotTar, recipeOf } from "../../src/steps/open-snapshot-tar.ts";
import { explainPointers } from "../../src/steps/pointer-error.ts";
import { snapshotReader } from "../../src/steps/read-samples.ts";
import { TreeSurvey } from "../../src/steps/survey-tree.ts";
import { type FixtureSpec, gitIn, lfsPointer, makeRepository } from "../support/git-fixture.ts";
import { memoryRepository, type MemorySpec } from "../support/memory-repository.ts";
import { lfsContents, makeNestedProject, storeLfs } from "../support/nested-project.ts";
import { openFolder } from "../support/open-fixture.ts";
import { quiet } from "../support/packed-archive.ts";
import { testWith } from "../support/programs.ts";

const request = {
  source: "/memory/app",
  ref: "HEAD",
  dirty: "ignore",
  stores: [],
  run: "run",
  submodules: "fail",
  lfs: "fail",
} as const;

const examine = async (
  repository: Repository,
  policies: Partial<ContentPolicies>,
  survey = new TreeSurvey(),
): Promise<Source> =>
  examineSource(repository, { ...request, ...policies }, (entry, at) => survey.add(entry, at), quiet.signal);

const all: ContentPolicies = { submodules: "include", lfs: "include" };

const messages = ({ errors }: Source) => errors.map(({ message }) => message);

const withLibrary: MemorySpec = {
  files: { a: "1", lib: { contains: { files: { b: "2", "c.bin": { lfs: "content" } } } } },
};

const absent: FixtureSpec = {
  files: {
    a: "1",
    "my lib": { submodule: "1".repeat(40), url: "https://example.com/lib.git" },
    other: { submodule: "2".repeat(40) },
    "x.bin": { lfs: "12345" },
    "y.bin": { lfs: "content" },
  },
};

test("what should go in and isn't here is named all at once, with the lines that bring it", async () => {
  const [submodules = "", contents = "", ...more] = messages(await examine(memoryRepository(absent), all));
  expect(more).toEqual([]);
  expect(submodules).toBe(
    "2 submodules can't be included, since there is no clone with the commit here: my lib (1111111), other (2222222); " +
      "get them with `git submodule update --init --recursive`",
  );
  expect(contents).toMatch(
    /^the contents of 2 Git LFS files can't be included, .*: x\.bin \(5 B\), y\.bin \(7 B\); fetch them with `git lfs fetch origin [0-9a-f]{40}`$/,
  );
});

test("under fail the ways out are named: include, leave empty, leave out", async () => {
  const source = await examine(memoryRepository(absent), {});
  expect(messages(source)).toEqual([
    expect.stringMatching(
      /^2 submodules would be an empty folder .*; set submodules to include .* or to exclude .*: `"\/my lib" export-ignore`, `\/other export-ignore`$/,
    ),
  ]);
  const { message, failure } = await explainPointers(source, quiet.signal);
  expect(failure).toBe("source");
  expect(message).toMatch(
    /^2 files would be Git LFS pointers .*; set lfs to include .* or to pointers .*`\/x\.bin export-ignore`/,
  );
});

test("under exclude and pointers nothing stands against it, and it is git's own tar", async () => {
  const source = await examine(memoryRepository(absent), { submodules: "exclude", lfs: "pointers" });
  expect(source.errors).toEqual([]);
  expect(source.submodules.map(({ path }) => path)).toEqual(["my lib", "other"]);
  expect(source.lfs.map(({ path }) => path)).toEqual(["x.bin", "y.bin"]);
  expect(source.tree.submodules.size + source.tree.pointers.size).toBe(0);
});

test("pointers in a submodule count when it goes in, and only then", async () => {
  const included = await examine(memoryRepository(withLibrary), { submodules: "include" });
  expect((await explainPointers(included, quiet.signal)).message).toMatch(/^1 file would be .* lib\/c\.bin \(7 B\)/);
  expect((await explainPointers(included, quiet.signal)).message).not.toContain("export-ignore");
  const missing = await examine(memoryRepository(withLibrary), all);
  expect(messages(missing)).toEqual([
    expect.stringMatching(/lib\/c\.bin \(7 B\); fetch them with `git -C lib lfs fetch/),
  ]);
  const excluded = await examine(memoryRepository(withLibrary), { submodules: "exclude", lfs: "include" });
  expect([excluded.lfs, excluded.errors]).toEqual([[], []]);
});

test.each<[string, Partial<ContentPolicies>, MemorySpec, string]>([
  ["submodules that go in", { submodules: "include" }, withLibrary, "git-archive-whole/1"],
  ["no submodules", { submodules: "include" }, { files: { a: "1" } }, "git-archive/1"],
  ["submodules left empty", { submodules: "exclude" }, withLibrary, "git-archive/1"],
  ["pointers left as they are", { lfs: "pointers" }, withLibrary, "git-archive/1"],
  ["contents", { lfs: "include" }, { files: { a: "1" } }, "git-archive-whole/1"],
])("the recipe of a commit with %s", async (_, policies, spec, recipe) => {
  const { tree } = await examine(memoryRepository(spec), policies);
  expect(recipeOf(tree, { ...request, ...policies })).toBe(recipe);
});

test("a submodule whose name isn't UTF-8, and a content that went through an extension, are refused by name", async () => {
  const files: FixtureSpec["files"] = [
    ["a", "1"],
    [Buffer.from("caf\xe9", "latin1"), { submodule: "1".repeat(40) }],
    ["x.bin", lfsPointer("").replace("oid", `ext-0-foo sha256:${"1".repeat(64)}\noid`)],
  ];
  const found = messages(await examine(memoryRepository({ files }), all));
  expect(found).toEqual([
    expect.stringMatching(/^x\.bin .* extension/),
    expect.stringMatching(/^the submodule caf. .*UTF-8/),
  ]);
});

test("what is export-ignored is neither needed nor named", async () => {
  const repository = memoryRepository({ ...absent, exportIgnored: ["my lib", "other", "x.bin", "y.bin"] });
  expect((await examine(repository, all)).errors).toEqual([]);
});

test("a clone that was never made, or lacks the commit, is named by its path", async () => {
  using project = makeNestedProject();
  const [, first, second] = project.levels;
  rmSync(second!.gitDir, { recursive: true });
  rmSync(join(project.path, second!.folder), { recursive: true });
  await using opened = await openFolder(project.path);
  expect(messages(await examine(opened.repository, { submodules: "include" }))).toEqual([
    expect.stringContaining(`no clone with the commit here: libs/one/lib (${second!.commit.slice(0, 7)});`),
  ]);
  rmSync(join(first!.gitDir, "objects", first!.commit.slice(0, 2), first!.commit.slice(2)));
  await using again = await openFolder(project.path);
  expect(messages(await examine(again.repository, { submodules: "include" }))[0]).toContain(
    `: libs/one (${first!.commit.slice(0, 7)});`,
  );
});

testWith(
  ["git-lfs"],
  "a content that is damaged can be put aside and fetched again by git-lfs as the error says",
  async () => {
    using server = makeRepository({ files: { a: "1" }, bare: true });
    using fixture = makeRepository({ files: { "x.bin": { lfs: "12345" } } });
    const gitDir = join(fixture.path, ".git");
    const git = (...args: string[]) => execFileSync("git", ["-C", fixture.path, ...args], { stdio: "pipe" });
    storeLfs(gitDir, "12345", "54321");
    storeLfs(server.path, "12345");
    git("config", "remote.origin.url", `file://${server.path}`);
    await using opened = await openFolder(fixture.path);
    const source = await examine(opened.repository, { lfs: "include" });
    expect(source.errors).toEqual([]);
    const plan = { recipe: "git-archive-whole/1", prefix: "", export_subst: "stable" } as const;
    const read = async () => Buffer.concat(await Array.fromAsync(await openSnapshotTar(source, plan, quiet.signal)));
    await expect(read()).rejects.toThrow(
      /x\.bin is damaged .* another SHA-256 .* run `git lfs fsck`.* and `git lfs fetch`/,
    );
    expect(() => git("lfs", "fsck")).toThrow();
    expect(messages(await examine(opened.repository, { lfs: "include" }))).toHaveLength(1);
    git("lfs", "fetch", "origin", "HEAD");
    expect((await read()).includes("12345")).toBe(true);
  },
);

test("letting go of the tar early stops every git behind it", async () => {
  using project = makeNestedProject();
  await using opened = await openFolder(project.path);
  const { tree } = await examine(opened.repository, all);
  const streams: Readable[] = [];
  const watched = (of: CommitTree): CommitTree => ({
    ...of,
    repository: {
      lfsFile: async (pointer: { oid: string; bytes: number }) => of.repository.lfsFile(pointer),
      async archive(...args: Parameters<Repository["archive"]>) {
        const stream = await of.repository.archive(...args);
        streams.push(stream);
        return stream;
      },
    } as Repository,
    submodules: new Map([...of.submodules].map(([path, below]) => [path, watched(below)])),
  });
  const plan = { recipe: "git-archive-whole/1", prefix: "app/", export_subst: "stable" } as const;
  const tar = await openSnapshotTar({ tree: watched(tree) }, plan, quiet.signal);
  for await (const chunk of tar) if ((chunk as Buffer).includes("#!/bin/sh")) break;
  await expect.poll(() => streams.map(({ destroyed }) => destroyed)).toEqual([true, true, true, true]);
});

test("letting go of it stops a git that says nothing any more", async () => {
  const source = await examine(memoryRepository({ files: { a: "1" } }), {});
  let given: AbortSignal | undefined;
  const silent = {
    async archive(...[, , signal]: Parameters<Repository["archive"]>) {
      given = signal;
      return new Readable({ read: () => undefined, signal });
    },
  } as Repository;
  const plan = { recipe: "git-archive-whole/1", prefix: "", export_subst: "stable" } as const;
  const tar = await openSnapshotTar({ tree: { ...source.tree, repository: silent } }, plan, quiet.signal);
  tar.resume();
  await expect.poll(() => given?.aborted).toBe(false);
  tar.destroy();
  await expect.poll(() => given?.aborted).toBe(true);
});

test("without anything to put in the tar is the stream that git gives", async () => {
  using fixture = makeRepository({ files: { a: "1" } });
  await using opened = await openFolder(fixture.path);
  const source = await examine(opened.repository, {});
  const plan = { recipe: "git-archive/1", prefix: "app/", export_subst: "stable" } as const;
  const tar = Buffer.concat(await Array.fromAsync(await openSnapshotTar(source, plan, quiet.signal)));
  expect(tar.equals(gitIn(fixture.path, "archive", "--prefix=app/", "HEAD"))).toBe(true);
});

test("a dry run weighs what is put in, and finds expansions in submodules", async () => {
  using project = makeNestedProject();
  await using opened = await openFolder(project.path);
  const survey = new TreeSurvey();
  const { revision } = await examine(opened.repository, all, survey);
  expect(survey.weights.biggestFiles()[0]).toEqual({
    path: expect.stringMatching(/^libs\/one\/lib\/deeper ünd\/third\/.*model\.bin$/),
    bytes: lfsContents.model.length,
  });
  expect(survey.weights.biggestFiles()[1]).toEqual({ path: "big.bin", bytes: lfsContents.image.length });
  expect(survey.weights.biggestFolders().map(({ path }) => path)).toContain("libs/one");
  expect(survey.maybePointers).toEqual([]);
  const [line] = await findExpansions(opened.repository, survey.expanded, quiet.signal);
  expect([revision.commit === "", line?.path]).toEqual([false, "libs/one/lib/version"]);
});

/** Text that compresses to about a third of it. */
function text(bytes: number, seed: number): Buffer {
  const data = Buffer.alloc(bytes);
  let state = seed;
  for (let i = 0; i < bytes; i++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    data[i] = 97 + ((state >>> 16) % 7);
  }
  return data;
}

test("the estimate is within a few per cent where the bytes lie in submodules and in contents", async () => {
  const random = Buffer.from(Array.from({ length: 1 << 17 }, (_, i) => (Math.imul(i + 1, 2654435761) >>> 13) & 255));
  const image = Buffer.concat(
    Array.from({ length: 16 }, (_, i) => Buffer.concat([random.subarray(i), random.subarray(0, i)])),
  );
  using fixture = makeRepository({
    files: {
      "own.txt": text(1_000_000, 1),
      "image.bin": { lfs: image },
      lib: { contains: { files: { "theirs.txt": text(2_000_000, 2) } } },
    },
    lfsStored: [image],
  });
  await using opened = await openFolder(fixture.path);
  const survey = new TreeSurvey();
  const source = await examine(opened.repository, all, survey);
  expect(source.errors).toEqual([]);
  const prefix = source.names.prefix;
  const plan = { recipe: "git-archive-whole/1", prefix, export_subst: "stable" } as const;
  const tar = Buffer.concat(await Array.fromAsync(await openSnapshotTar(source, plan, quiet.signal)));
  const { tarBytes } = source.inspection;
  const mtime = source.revision.committed;
  const read = snapshotReader(opened.repository);
  const walked = { grid: survey.grid, tarBytes, tarIsExact: true };
  const [size] = await estimateSizes({ ...walked, prefix, mtime, read, formats: ["tar.gz"] }, quiet.signal);
  expect(Math.abs(size!.bytes / gzipSync(tar).length - 1)).toBeLessThan(0.06);
});
