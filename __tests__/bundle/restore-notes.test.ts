import { execFileSync } from "node:child_process";
import { createCipheriv } from "node:crypto";
import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { isolatedGitEnvironment, makeRepository, type GitFixture } from "../support/git-fixture.ts";
import { testWith } from "../support/programs.ts";
import { makePlace, onWindows } from "../support/run-cli.ts";
import { onlySet, shell } from "../support/stored-set.ts";

/** The shell blocks of a page, each under the title of its section. */
function blocksOf(page: string): ReadonlyMap<string, string> {
  const sections = page.split(/^## /m).slice(1);
  return new Map(
    sections.flatMap((section) => {
      const [, block] = /^```sh\n(.*?)^```$/ms.exec(section) ?? [];
      return block === undefined ? [] : [[section.split("\n")[0] ?? "", block] as const];
    }),
  );
}

/** The id that git gives to what lies in a folder. */
function treeIn(folder: string, { path, around }: GitFixture): string {
  const env = { ...isolatedGitEnvironment(), GIT_INDEX_FILE: join(around, "index") };
  const git = (...args: string[]) =>
    execFileSync("git", [`--git-dir=${path}/.git`, `--work-tree=${folder}`, ...args], { cwd: folder, env });
  git("add", "--all", "--force", ".");
  return git("write-tree").toString().trim();
}

/** Bytes that don't compress, always the same. */
function noise(bytes: number): Buffer {
  const cipher = createCipheriv("aes-128-ctr", Buffer.alloc(16), Buffer.alloc(16));
  return cipher.update(Buffer.alloc(bytes));
}

const programs = ["bash", "sha256sum", "gzip", "zstd", "unzip", "tar", "git"];
const cases = [
  { what: "of a plain name", args: [] },
  { what: "of every format", args: ["tar", "tar.gz", "tar.zst", "zip"].flatMap((format) => ["--format", format]) },
  { what: "with an odd prefix", args: ["--prefix", "it's $HOME/"] },
  { what: "of a split tar.zst", args: ["--format", "tar.zst", "--split-size", "1MiB"] },
  { what: "of a split zip", args: ["--format", "zip", "--split-size", "1MiB"] },
];

describe.skipIf(onWindows)("RESTORE.md", () => {
  for (const { what, args } of cases)
    testWith(programs, `${what}, followed word for word with stock tools alone, gives back git's tree`, async () => {
      using repository = makeRepository({
        files: {
          "a b": "1\n",
          "bin/run": { executable: "#!/bin/sh\n" },
          link: { link: "a b" },
          "deep/ünï/x": Buffer.alloc(2_500_000, 7),
          noise: noise(args.includes("--split-size") ? 2_300_000 : 1),
        },
      });
      using place = makePlace();
      expect(await place.run(["snapshot", repository.path, place.store, ...args])).toMatchObject({ code: 0 });
      const set = onlySet(place.store);
      const { prefix, tar, source } = set.manifest.content;
      const archives = set.manifest.artifacts.filter(({ role }) => role === "archive");
      expect(archives.every(({ parts }) => parts !== undefined)).toBe(args.includes("--split-size"));
      const folder = join(place.path, "carried away");
      cpSync(set.folder, folder, { recursive: true });

      const blocks = blocksOf(readFileSync(set.path("RESTORE.md"), "utf8"));
      expect([...blocks.keys()]).toEqual(["Check it", "Unpack it", "Make it again from the repository"]);
      const checked = shell(blocks.get("Check it")!, folder).trimEnd().split("\n");
      const said = checked.filter((line) => !line.endsWith(": OK"));
      expect(said).toEqual(
        archives.map(({ format, name }) =>
          format === "zip" ? `No errors detected in compressed data of ${name}.` : `${tar.sha256}  -`,
        ),
      );
      shell(blocks.get("Unpack it")!, folder);
      expect(treeIn(join(folder, "restored", prefix), repository)).toBe(
        repository.git("rev-parse", `${source!.commit}^{tree}`),
      );
      expect(shell(blocks.get("Make it again from the repository")!, repository.path)).toBe(`${tar.sha256}  -\n`);
    });

  for (const { what, args } of cases.slice(3, 4))
    testWith(["git"], `${what} has the line with which Coldstore itself gives back git's tree`, async () => {
      using repository = makeRepository({ files: { "a b": "1\n", link: { link: "a b" }, noise: noise(2_300_000) } });
      using place = makePlace();
      expect(await place.run(["snapshot", repository.path, place.store, ...args])).toMatchObject({ code: 0 });
      const set = onlySet(place.store);
      const folder = join(place.path, "carried away");
      cpSync(set.folder, folder, { recursive: true });
      const [, line = ""] =
        /^ {4}npx coldstore (restore .*)$/m.exec(readFileSync(set.path("RESTORE.md"), "utf8")) ?? [];
      expect(await place.run(line.split(" "), { cwd: folder })).toMatchObject({ code: 0 });
      expect(treeIn(join(folder, "restored"), repository)).toBe(repository.git("rev-parse", "HEAD^{tree}"));
    });
});
