import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { openSourceFolder } from "../../src/adapters/local/open-folder.ts";
import { selectEntries } from "../../src/steps/select-entries.ts";
import type { SelectionRules } from "../../src/steps/selection-rules.ts";
import { makeRepository } from "../support/git-fixture.ts";
import { plainScratch } from "../support/open-fixture.ts";
import { testWith } from "../support/programs.ts";

const { signal } = new AbortController();
const rules: SelectionRules = {
  filters: { exclude: ["*.tmp"], include: ["kept.log"], profiles: [] },
  symlinks: "keep",
  submodules: "include",
  mtime: { kind: "own" },
  without: [],
};

test("a real work tree gives what git gives, with submodules at their commits", async () => {
  const deep = { files: { bottom: "b" } };
  using repository = makeRepository({
    files: {
      ".gitignore": "*.log\nout/\n",
      "a/x": "1",
      "a/forced.log": "2",
      run: { executable: "#!" },
      lib: { contains: { files: { "in.txt": "i", deep: { contains: deep } } } },
    },
  });
  repository.write({ "kept.log": "", "b.log": "", "out/z": "", "new.txt": "", "new.tmp": "", ".env": "" });
  await using scratch = plainScratch();
  const folder = await openSourceFolder({ path: repository.path, scratch, signal });
  const selection = await selectEntries(folder, rules, signal);
  expect(selection.errors).toEqual([]);
  expect(selection.entries.flatMap(({ path, type }) => (type === "dir" ? [] : path))).toEqual([
    ".gitignore",
    ".gitmodules",
    "a/forced.log",
    "a/x",
    "kept.log",
    "lib/.gitmodules",
    "lib/deep/bottom",
    "lib/in.txt",
    "new.txt",
    "run",
  ]);
  expect(selection.entries.find(({ path }) => path === "run")?.mode).toBe(0o755);
  expect(selection.trackedButIgnored).toEqual(["a/forced.log"]);
  expect(selection.credentials).toEqual([".env"]);
  expect(selection.untracked).toEqual(["kept.log", "new.txt"]);
});

testWith(
  ["mkfifo"],
  "a FIFO is named and never opened, in a folder of a repository with rules above it too",
  async () => {
    using repository = makeRepository({ files: { ".gitignore": "*.pipe\n", "sub/x": "1" } });
    for (const name of ["one.pipe", "two"]) execFileSync("mkfifo", [`${repository.path}/sub/${name}`]);
    await using scratch = plainScratch();
    const folder = await openSourceFolder({ path: `${repository.path}/sub`, scratch, signal });
    const selection = await selectEntries(folder, rules, signal);
    expect(selection.entries.map(({ path }) => path)).toEqual(["x"]);
    expect(selection.warnings).toEqual([expect.stringMatching(/: two$/)]);
  },
);
