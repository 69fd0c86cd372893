import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Candidate } from "../../../src/ports/folder.ts";
import { gitIn, isolatedGitEnvironment } from "../../support/git-fixture.ts";
import { type LookedAt, lookAtFolder, openFolder } from "../../support/open-fixture.ts";
import { type IgnoringTree, ignoringTree } from "../../support/random-ignores.ts";

const seed = Number(process.env["COLDSTORE_TEST_SEED"] ?? 20261123);
const trees = Number(process.env["COLDSTORE_TEST_COUNT"] ?? 40);
const never = new AbortController().signal;

// Trees share a repository, each in a folder of its own, because starting git takes longer than reading one of them.
const treesAtOnce = 100;

test(`what git shows of a plain clone is what we list, in ${trees} random trees with nested rules`, async () => {
  const sampled = fc.sample(ignoringTree, { seed, numRuns: trees });
  let ignoredPaths = 0;
  let freed = 0;
  for (let at = 0; at < sampled.length; at += treesAtOnce) {
    using folder = plantTrees(sampled.slice(at, at + treesAtOnce), seed + at);
    const looked = await lookAtFolder(folder.path);
    comparePlainGit(folder.path, looked);
    compareSingleDecisions(folder.path, looked);
    compareRoots(looked);
    await compareCommit(folder.path);
    await compareWithoutRepository(folder.path);
    ignoredPaths += looked.ignored.length;
    freed += looked.candidates.filter(({ tracked }) => !tracked).length;
  }
  // Else the rules would be such that they prove little.
  expect(ignoredPaths).toBeGreaterThan(trees / 4);
  expect(freed).toBeGreaterThan(trees / 4);
});

/** A repository with these trees in folders, every third file tracked. */
function plantTrees(sampled: readonly IgnoringTree[], spread: number): Disposable & { readonly path: string } {
  const path = realpathSync(mkdtempSync(join(tmpdir(), "coldstore-trees-")));
  const paths: string[] = [];
  for (const [n, tree] of sampled.entries()) {
    for (const [name, content] of tree) {
      const file = `t${n}/${name}`;
      mkdirSync(join(path, dirname(file)), { recursive: true });
      if (typeof content === "string") writeFileSync(join(path, file), content);
      else symlinkSync(content.link, join(path, file));
      paths.push(Buffer.from(file).toString("latin1"));
    }
  }
  writeFileSync(join(path, "rules"), "a\n");
  gitIn(path, "init", "-q");
  const tracked = paths.filter((_, n) => (n * 7 + spread) % 3 === 0);
  ask(path, ["update-index", "--add", "-z", "--stdin"], tracked);
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

function comparePlainGit(folder: string, looked: LookedAt): void {
  const plain = ask(folder, ["ls-files", "-co", "--exclude-standard", "-z"]).sort();
  expect(looked.candidates.map(({ path }) => path)).toEqual(plain);
  const untracked = ask(folder, ["ls-files", "-o", "--exclude-standard", "-z"]).sort();
  expect(pathsOf(looked.candidates.filter(({ tracked }) => !tracked))).toEqual(untracked);
  expect(looked.ignored).toEqual(ask(folder, ["ls-files", "-oi", "--exclude-standard", "-z"]).sort());
  expect(looked.trackedButIgnored).toEqual(ask(folder, ["ls-files", "-ci", "--exclude-standard", "-z"]).sort());
}

/** check-ignore answers for one path at a time, and by other code. */
function compareSingleDecisions(folder: string, looked: LookedAt): void {
  const decided = new Map([
    ...looked.candidates.map(({ path }) => [path, false] as const),
    ...[...looked.ignored, ...looked.trackedButIgnored].map((path) => [path, true] as const),
  ]);
  const answers = ask(folder, ["check-ignore", "--no-index", "-z", "--stdin", "-v", "-n"], [...decided.keys()]);
  const asked = new Map<string, boolean>();
  for (let at = 0; at < answers.length; at += 4) {
    const [, , pattern = "", path = ""] = answers.slice(at, at + 4);
    // A negation is a match, too.
    asked.set(path, pattern !== "" && !pattern.startsWith("!"));
  }
  expect(asked).toEqual(decided);
}

/** Each ignored path is below exactly one root, and nothing else is. */
function compareRoots({ candidates, ignored, ignoredRoots }: LookedAt): void {
  const roots = new Set(ignoredRoots);
  const foldersOf = (path: string): readonly string[] =>
    [...path.matchAll(/\//g)].map(({ index }) => path.slice(0, index + 1));
  const rootsOf = (path: string): readonly string[] => [...foldersOf(path), path].filter((root) => roots.has(root));
  expect(ignored.filter((path) => rootsOf(path).length !== 1)).toEqual([]);
  expect(candidates.filter(({ path }) => rootsOf(path).length > 0)).toEqual([]);
}

// Hundreds of folders are as many objects, each waiting for the disk.
const unsynced = ["-c", "core.fsync=none"];

async function compareCommit(folder: string): Promise<void> {
  gitIn(folder, ...unsynced, "commit", "-q", "--allow-empty", "-m", "some");
  gitIn(folder, ...unsynced, "add", "-f", "-A");
  gitIn(folder, ...unsynced, "commit", "-q", "--allow-empty", "-m", "all");
  const { trackedButIgnored } = await lookAtFolder(folder);
  await using opened = await openFolder(folder);
  const committed = await opened.repository.trackedButIgnored(await opened.repository.resolve("HEAD", never), never);
  expect(committed).toEqual(trackedButIgnored.map((path) => Buffer.from(path, "latin1").toString()));
}

async function compareWithoutRepository(folder: string): Promise<void> {
  rmSync(join(folder, ".git/index"));
  const plain = ask(folder, ["ls-files", "-o", "--exclude-standard", "-z"]).sort();
  rmSync(join(folder, ".git"), { recursive: true });
  expect(pathsOf((await lookAtFolder(folder)).candidates)).toEqual(plain);
}

function pathsOf(candidates: readonly Candidate[]): readonly string[] {
  return candidates.map(({ path }) => path);
}

/** Paths that git is told and answers, one character a byte. */
function ask(folder: string, args: readonly string[], input: readonly string[] = []): string[] {
  const bytes = Buffer.from(input.map((path) => `${path}\0`).join(""), "latin1");
  const options = { cwd: folder, env: isolatedGitEnvironment(), input: bytes, maxBuffer: 1 << 28 };
  const answer = execFileSync("git", args, { ...options, stdio: ["pipe", "pipe", "pipe"] });
  return answer.toString("latin1").split("\0").slice(0, -1);
}
