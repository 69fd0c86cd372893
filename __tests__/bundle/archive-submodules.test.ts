import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { gitIn, isolatedGitEnvironment } from "../support/git-fixture.ts";
import { lfsContents, lfsPath, makeNestedProject, type NestedProject } from "../support/nested-project.ts";
import { testWith } from "../support/programs.ts";
import { makePlace, onLinux, type CliPlace } from "../support/run-cli.ts";
import { onlySet, setsIn, shell } from "../support/stored-set.ts";

let project: NestedProject;
let place: CliPlace;

beforeAll(() => {
  if (!onLinux) return;
  project = makeNestedProject();
  place = makePlace();
});

afterAll(() => {
  if (!onLinux) return;
  project[Symbol.dispose]();
  place[Symbol.dispose]();
});

const everything = ["--submodules", "include", "--lfs", "include", "--prefix", ""];

/** Names, executable bits and contents of a folder, as git's index has them; names are bytes, one character each. */
function indexed(folder: string): readonly string[] {
  const around = mkdtempSync(join(place.path, "index-"));
  const git = (...args: readonly string[]) => {
    const env = { ...isolatedGitEnvironment(), GIT_DIR: join(around, "git"), GIT_WORK_TREE: folder };
    return execFileSync("git", args, { cwd: folder, env, maxBuffer: 1 << 28 });
  };
  git("init", "-q");
  git("add", "--all", "--force", ".");
  return git("ls-files", "-sz").toString("latin1").split("\0");
}

/** How git writes a commit's files out by itself: an archive heeds export-ignore and export-subst, a checkout doesn't. */
const byGit = {
  snapshot: 'git archive "$commit" | tar -xf - -C "$to"',
  archive:
    'export GIT_INDEX_FILE="$to.index"; git read-tree "$commit"; git checkout-index -a --prefix="$to/"; rm "$to.index"',
};

/** What git and git-lfs make of each level by themselves, put together. */
function expectedFor(mode: "snapshot" | "archive"): string {
  const folder = mkdtempSync(join(place.path, "expected-"));
  for (const { folder: level, commit } of project.levels) {
    const [from, to] = [join(project.path, level), join(folder, level).replace(/\/$/, "")];
    mkdirSync(to, { recursive: true });
    shell(`export HOME=/nonexistent commit=${commit} to="${to}"; ${byGit[mode]}`, from);
    for (const path of pointersIn(to)) {
      const smudged = execFileSync("git", ["lfs", "smudge"], {
        cwd: from,
        env: isolatedGitEnvironment(),
        input: readFileSync(path),
        stdio: ["pipe", "pipe", "ignore"],
      });
      writeFileSync(path, smudged);
    }
  }
  return folder;
}

function pointersIn(folder: string): readonly string[] {
  const found = shell("grep -rlIZ '^version https://git-lfs' . || true", folder).split("\0");
  return found.filter((path) => path !== "").map((path) => join(folder, path));
}

function unpackedFrom(store: string): string {
  const folder = mkdtempSync(join(place.path, "unpacked-"));
  execFileSync("tar", ["-xf", onlySet(store).path("tar.gz"), "-C", folder]);
  return folder;
}

/** A PATH on which there is git and no git-lfs. */
function pathWithoutLfs(): string {
  const bin = mkdtempSync(join(place.path, "bin-"));
  for (const program of ["git", "sh"]) symlinkSync(shell(`command -v ${program}`, "/").trim(), join(bin, program));
  return bin;
}

describe.runIf(onLinux)("a project with three levels of submodules and Git LFS contents", () => {
  testWith(
    ["git-lfs", "tar"],
    "comes as git and git-lfs write it out, also where git-lfs isn't installed",
    async () => {
      const env = { PATH: pathWithoutLfs() };
      expect(() => execFileSync("git", ["lfs", "version"], { env, stdio: "ignore" })).toThrow();
      for (const [mode, args] of [
        ["snapshot", ["--export-subst", "git"]],
        ["archive", []],
      ] as const) {
        const store = join(place.path, `cold-${mode}`);
        expect(await place.run([mode, project.path, store, ...everything, ...args], { env })).toMatchObject({
          code: 0,
        });
        const expected = indexed(expectedFor(mode));
        expect(expected.length).toBeGreaterThan(15);
        expect([mode, indexed(unpackedFrom(store))]).toEqual([mode, expected]);
      }
    },
  );

  /** Takes a file or a folder away, or changes it, for as long as both modes are tried; all are to be red. */
  async function expectRefusals(path: string, instead: string | undefined, says: RegExp): Promise<void> {
    const aside = join(place.path, "aside");
    renameSync(path, aside);
    if (instead !== undefined) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, instead);
    }
    for (const mode of ["snapshot", "archive"]) {
      const end = await place.run([mode, project.path, place.store, ...everything]);
      expect([mode, end]).toMatchObject([mode, { code: 3, stdout: expect.stringMatching(says) }]);
      expect(setsIn(place.store)).toEqual([]);
    }
    rmSync(path, { recursive: true, force: true });
    renameSync(aside, path);
    expect(place.litter()).toEqual([]);
  }

  const model = () => lfsPath(project.levels[3]!.gitDir, lfsContents.model);

  testWith(["git"], "stores nothing while a content is missing, and gives the line that fetches it", async () => {
    await expectRefusals(model(), undefined, /model\.bin.*git (-C \S.* )?lfs (pull|fetch)/);
  });

  testWith(["git"], "stores nothing of a content that is damaged", async () => {
    await expectRefusals(model(), "m".repeat(lfsContents.model.length), /model\.bin/);
  });

  testWith(
    ["git"],
    "stores nothing while a submodule isn't in the clone, and gives the line that gets it",
    async () => {
      const { gitDir } = project.levels[2]!;
      await expectRefusals(gitDir, undefined, /libs\/one\/lib.*git submodule update --init --recursive/);
      expect(readdirSync(gitDir)).toContain("HEAD");
      expect(gitIn(project.path, "status", "--porcelain").toString()).toBe("");
    },
  );
});
