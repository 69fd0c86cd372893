import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ColdstoreError } from "../../src/model/errors.ts";
import { FolderRules } from "../../src/steps/folder-rules.ts";
import { findOddThings, listByRules } from "../../src/steps/list-by-rules.ts";
import { gitIn } from "../support/git-fixture.ts";
import { localFolder } from "../support/local-folder.ts";
import { memoryFolder, type MemoryFile } from "../support/memory-folder.ts";
import { sweep } from "../support/packed-archive.ts";

const { signal } = new AbortController();
const all = { skips: () => false };

function listed(files: Readonly<Record<string, MemoryFile>>, wants?: (path: string) => boolean): string[] {
  const { disk } = memoryFolder({ files });
  return listByRules({ disk, ...all, ...(wants && { wants }) }, signal)
    .candidates.map(({ path }) => path)
    .sort();
}

describe("without git", () => {
  test("a deeper .gitignore wins over those above it", () => {
    expect(
      listed({
        ".gitignore": "*.log\n",
        "a/.gitignore": "!keep.log\n",
        "a/keep.log": "",
        "a/x.log": "",
        "keep.log": "",
      }),
    ).toEqual([".gitignore", "a/.gitignore", "a/keep.log"]);
  });

  test("a folder that a deeper .gitignore takes back is gone into, by the rules for what is in it", () => {
    const files = {
      ".gitignore": "build\n*.o\n",
      "lib/.gitignore": "!build\n",
      "lib/build/x.c": "",
      "lib/build/x.o": "",
      "lib/build/build/y": "",
      "build/z": "",
    };
    expect(listed(files)).toEqual([".gitignore", "lib/.gitignore", "lib/build/build/y", "lib/build/x.c"]);
  });

  test("nothing below an ignored folder comes back", () => {
    expect(listed({ ".gitignore": "out/\n!out/keep\n", "out/keep": "", "out/.gitignore": "!keep\n" })).toEqual([
      ".gitignore",
    ]);
  });

  test("a .gitignore that is a link counts for nothing", () => {
    expect(listed({ rules: "*\n", ".gitignore": { link: "rules" }, x: "" })).toEqual([".gitignore", "rules", "x"]);
  });

  test("a link to a folder is a file, whatever it leads to", () => {
    expect(listed({ ".gitignore": "dir/\n", "real/x": "", dir: { link: "real" } })).toEqual([
      ".gitignore",
      "dir",
      "real/x",
    ]);
  });

  test("ignored files that are wanted are found, in ignored folders too", () => {
    const files = { ".gitignore": "out/\n*.bin\n", "out/deep/x": "", "out/y": "", "a.bin": "", b: "" };
    expect(listed(files, (path) => path === "out/deep/x")).toEqual([".gitignore", "b", "out/deep/x"]);
  });

  test("a repository in the folder is told as one, and not gone into", () => {
    const { disk } = memoryFolder({
      files: { "sub/.git": "gitdir: ../.git/modules/sub\n", "sub/x": "", "not/.git/x": "" },
    });
    const { candidates } = listByRules({ disk, skips: (folder) => folder.endsWith(".git/") }, signal);
    expect(candidates).toEqual([{ path: "sub", kind: "nested", tracked: false }]);
  });

  test("what is no file is told unless it is ignored, and folders that can't be read are", () => {
    const { disk } = memoryFolder({
      files: {
        ".gitignore": "*.sock\n",
        pipe: { special: "fifo" },
        "a/run.sock": { special: "socket" },
        "b/run": { special: "socket" },
        closed: { folder: "closed" },
      },
    });
    const { special, unreadable } = listByRules({ disk, ...all }, signal);
    expect(special).toEqual(["pipe", "b/run"]);
    expect(unreadable).toEqual([{ path: "closed", error: expect.any(ColdstoreError) }]);
  });
});

test("with git's listing, rules above the folder decide about what is no file", () => {
  const { disk } = memoryFolder({
    path: "/memory/repo/sub/folder",
    around: { "/memory/repo/.gitignore": "*.sock\n/sub/folder/pipe\n", "/memory/repo/sub/.gitignore": "!b.sock\n" },
    files: { "a.sock": { special: "socket" }, "b.sock": { special: "socket" }, pipe: { special: "fifo" }, x: "" },
  });
  const top = () =>
    FolderRules.top(disk, [
      { disk: disk.at("/memory/repo"), way: "sub/folder/" },
      { disk: disk.at("/memory/repo/sub"), way: "folder/" },
    ]);
  expect(findOddThings({ disk, ...all }, top, signal).special).toEqual(["b.sock"]);
});

const name = fc.constantFrom("a", "b", "c", "x.o", "keep", "\xe9", "build", "a b", "!a");
const folder = fc.array(name, { maxLength: 4 }).map((parts) => parts.map((part) => `${part}/`).join(""));
const rule = fc
  .tuple(
    fc.constantFrom("", "", "!", "!"),
    fc.constantFrom("", "", "/"),
    fc.oneof(
      name,
      fc.constantFrom(
        "*",
        "*.o",
        "[a-c]",
        "?",
        "**/a",
        "a/**",
        "a/**/b",
        "a/b",
        "b/*",
        "*/keep",
        "build/",
        "*/",
        "a/*/c",
      ),
    ),
    fc.constantFrom("", "", "/"),
  )
  .map((parts) => parts.join("").replace("//", "/"));
const trees = fc.tuple(
  fc.array(fc.tuple(folder, name), { minLength: 10, maxLength: 30 }),
  fc.dictionary(folder, fc.array(rule, { minLength: 1, maxLength: 4 }), {
    minKeys: 1,
    maxKeys: 6,
    noNullPrototype: true,
  }),
);

test("without git a folder gives what git gives, for any tree with rules at any depth", () => {
  using under = localFolder();
  gitIn(under.path, "init", "-q");
  const { seed, numRuns } = sweep(60);
  const samples = fc.sample(trees, { seed, numRuns });
  for (const [i, [files, rules]] of samples.entries()) {
    for (const [folder, lines] of Object.entries(rules))
      under.write(`${i}/${folder}.gitignore`, Buffer.from(`${lines.join("\n")}\n`, "latin1"));
    for (const [folder, name] of files) attempt(() => under.write(`${i}/${folder}${name}`, ""));
  }
  const git = gitIn(under.path, "ls-files", "-z", "-o", "--exclude-standard").toString("latin1").split("\0");
  const expected = Map.groupBy(git.filter(Boolean).sort(), (path) => path.split("/")[0]!);
  const everything = gitIn(under.path, "ls-files", "-z", "-o").toString("latin1").split("\0").length;
  expect(git.length).toBeLessThan(everything * 0.99);
  for (const [i, sample] of samples.entries()) {
    const disk = under.disk.at(`${under.root}/${i}`);
    const found = listByRules({ disk, ...all }, signal).candidates.map(({ path }) => `${i}/${path}`);
    expect(found.sort(), JSON.stringify(sample[1])).toEqual(expected.get(String(i)) ?? []);
  }
});

/** A path that is a file can't be a folder: the first one stays. */
function attempt(act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!["EEXIST", "ENOTDIR", "EISDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  }
}
