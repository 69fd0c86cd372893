import { execFileSync } from "node:child_process";
import { lstatSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as fc from "fast-check";
import { expect, onTestFinished } from "vitest";
import { gitIn, isolatedGitEnvironment } from "../support/git-fixture.ts";
import { sweep } from "../support/packed-archive.ts";
import { testWith } from "../support/programs.ts";
import { membersByPython } from "../support/python-tar.ts";
import { ignoringTree, type IgnoringTree } from "../support/random-ignores.ts";
import { makePlace, onLinux, type CliPlace } from "../support/run-cli.ts";
import { onlySet } from "../support/stored-set.ts";

/** Names as bytes, one character a byte: what UTF-8, a line or a shell word can't hold. */
const oddNames = ["caf\xe9", "caf\xe9.log", "new\nline", "tab\there", " sp ace ", "-rf", 'qu"ote', "\xff\xfe"];
const oddRules = [
  "caf*",
  "*\xe9",
  "new?line",
  "\\ sp\\ ace\\ ",
  "*[[:space:]]*",
  "/\xff*",
  "!caf\xe9.log",
  "*.log",
  "-*",
];

interface Planted {
  readonly tree: IgnoringTree;
  readonly rules: readonly string[];
  readonly upper: readonly string[];
}

const planted: fc.Arbitrary<Planted> = fc.record({
  tree: ignoringTree,
  rules: fc.subarray(oddRules, { maxLength: 3 }),
  upper: fc.subarray(oddRules, { maxLength: 1 }),
});

// Trees share a folder, because starting the command line takes longer than archiving one of them.
const treesAtOnce = 250;
const { seed, numRuns } = sweep(50);

const bytes = (text: string) => Buffer.from(text, "latin1");
const within = (folder: string, path: string) => Buffer.concat([Buffer.from(`${folder}/`), bytes(path)]);

function plant(folder: string, trees: readonly Planted[]): void {
  const put = (path: string, content: string): void => {
    mkdirSync(within(folder, dirname(path)), { recursive: true });
    writeFileSync(within(folder, path), bytes(content));
  };
  for (const [n, { tree, rules, upper }] of trees.entries()) {
    for (const [name, content] of tree) {
      const path = `t${n}/${bytesOf(name)}`;
      if (typeof content === "string") put(path, bytesOf(content));
      else {
        mkdirSync(within(folder, dirname(path)), { recursive: true });
        symlinkSync(content.link, within(folder, path));
      }
    }
    put(`odd${n}/.gitignore`, upper.join("\n"));
    put(`odd${n}/d\xe9p\xf4t/.gitignore`, rules.join("\n"));
    for (const name of oddNames) for (const place of ["", "d\xe9p\xf4t/"]) put(`odd${n}/${place}${name}`, name);
  }
}

const bytesOf = (text: string) => Buffer.from(text).toString("latin1");

/** Paths as bytes, one character a byte, sorted; what isn't there any more left out. */
function listed(folder: string, environment: NodeJS.ProcessEnv, ...args: readonly string[]): string[] {
  const options = { cwd: folder, env: { ...isolatedGitEnvironment(), ...environment }, maxBuffer: 1 << 28 };
  const said = execFileSync("git", ["ls-files", "-z", ...args], { ...options, stdio: ["ignore", "pipe", "ignore"] });
  const paths = new Set(said.toString("latin1").split("\0").slice(0, -1));
  return [...paths].filter((path) => isFile(folder, path)).sort();
}

function isFile(folder: string, path: string): boolean {
  const stat = lstatSync(within(folder, path), { throwIfNoEntry: false });
  return stat !== undefined && !stat.isDirectory();
}

/** What an archive of the folder holds, as Python reads it. */
async function archived(place: CliPlace, folder: string): Promise<string[]> {
  const store = join(place.path, "cold");
  const end = await place.run(["archive", folder, store, "--format", "tar", "--prefix", "p/", "--quiet"]);
  expect(end).toMatchObject({ code: 0 });
  const members = membersByPython(readFileSync(onlySet(store).path("tar")));
  rmSync(store, { recursive: true });
  return members
    .filter(({ type }) => type !== "5")
    .map(({ name }) => Buffer.from(name, "hex").toString("latin1").slice("p/".length))
    .sort();
}

testWith(
  ["git", "python3"],
  `an archive holds what git lists, in a repository and outside of one, in ${numRuns} random trees (seed ${seed})`,
  async ({ skip }) => {
    skip(!onLinux, "file names aren't any bytes here");
    const trees = fc.sample(planted, { seed, numRuns });
    let left = 0;
    for (let at = 0; at < trees.length; at += treesAtOnce) {
      const place = makePlace();
      onTestFinished(() => place[Symbol.dispose]());
      const folder = join(place.path, "project");
      plant(folder, trees.slice(at, at + treesAtOnce));
      const everything = listed(folder, { GIT_DIR: emptyGitDir(place), GIT_WORK_TREE: folder }, "-o");

      const outside = listed(
        folder,
        { GIT_DIR: emptyGitDir(place), GIT_WORK_TREE: folder },
        "-o",
        "--exclude-standard",
      );
      expect(await archived(place, folder)).toEqual(outside);

      track(folder, everything, seed + at);
      const inside = listed(folder, {}, "-co", "--exclude-standard");
      expect(await archived(place, folder)).toEqual(inside);
      left += everything.length - outside.length;
    }
    // Else the rules would be such that they prove little.
    expect(left).toBeGreaterThan(trees.length);
  },
);

function emptyGitDir(place: CliPlace): string {
  const gitDir = join(place.path, "empty.git");
  gitIn(place.path, "init", "-q", "--bare", gitDir);
  return gitDir;
}

/** Commits every third file, also ignored ones, and takes some of them away again. */
function track(folder: string, paths: readonly string[], spread: number): void {
  gitIn(folder, "init", "-q");
  const tracked = paths.filter((_, n) => (n * 7 + spread) % 3 === 0);
  execFileSync("git", ["update-index", "--add", "-z", "--stdin"], {
    cwd: folder,
    env: isolatedGitEnvironment(),
    input: bytes(tracked.map((path) => `${path}\0`).join("")),
  });
  gitIn(folder, "commit", "-q", "-m", "some");
  for (const path of tracked.filter((_, n) => n % 10 === 0)) rmSync(within(folder, path));
}
