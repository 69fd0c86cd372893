import { execFileSync } from "node:child_process";
import { mkdirSync, realpathSync, symlinkSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openSourceFolder } from "../../../src/adapters/local/open-folder.ts";
import type { Scratch } from "../../../src/ports/workspace.ts";
import { makeRepository } from "../../support/git-fixture.ts";
import { type LocalFolder, localFolder } from "../../support/local-folder.ts";
import { plainScratch } from "../../support/open-fixture.ts";
import { testWith } from "../../support/programs.ts";

const { signal } = new AbortController();
let folder: LocalFolder;
let scratch: Scratch;
beforeEach(() => {
  folder = localFolder();
  scratch = plainScratch();
});
afterEach(async () => {
  folder[Symbol.dispose]();
  await scratch[Symbol.asyncDispose]();
});
const open = (path: string) => openSourceFolder({ path, scratch, signal });

test.each([
  ["none", /none can't be read: there is no such folder/],
  ["file", /file is a file; give the folder/],
  ["file/below", /is no folder/],
  ["circle", /lead in a circle/],
])("a source that is no folder (%s) is refused", async (name, message) => {
  folder.write("file", "x");
  folder.link("circle", "circle");
  await expect(open(`${folder.path}/${name}`)).rejects.toMatchObject({
    failure: "source",
    message: expect.stringMatching(message),
  });
});

testWith(["git"], "a plain folder, named by a link, has its real path, its files, and git's listing", async () => {
  folder.write("real/a", "x");
  symlinkSync("real", `${folder.path}/way`);
  const source = await open(`${folder.path}/way`);
  expect(source.path).toBe(realpathSync(`${folder.path}/real`));
  expect(source.disk.names("")).toEqual([{ name: "a", type: "file" }]);
  expect(source.repository).toBeUndefined();
  expect(source.inRepository).toBe("");
  expect(source.gitVersion).toMatch(/^\d+\.\d+/);
  const batches = await Array.fromAsync(source.git!.candidates(signal));
  expect(batches.flat().map(({ path }) => path)).toEqual(["a"]);
});

testWith(["git"], "a folder in a work tree has its repository, and its place in it", async () => {
  using fixture = makeRepository({ files: { "in/ner/a": "x", b: "y" } });
  const source = await open(`${fixture.path}/in/ner`);
  expect(source.inRepository).toBe("in/ner");
  expect(source.repository?.facts.workTree).toBe(fixture.path);
  expect(source.disk.look("a")?.type).toBe("file");
});

testWith(["git"], "a repository in the folder is opened on its own", async () => {
  using fixture = makeRepository({ files: { a: "x" } });
  const inner = `${fixture.path}/caf\u00e9`;
  mkdirSync(inner);
  execFileSync("git", ["init", "-q", inner]);
  execFileSync("git", [
    "-C",
    inner,
    "-c",
    "user.name=a",
    "-c",
    "user.email=a@b",
    "commit",
    "-qm",
    "x",
    "--allow-empty",
  ]);
  const source = await open(fixture.path);
  const nested = await source.nested("caf\xc3\xa9");
  expect(nested.path).toBe(inner);
  expect(nested.inRepository).toBe("");
  expect(nested.repository?.facts.workTree).toBe(inner);
  await expect(source.nested("caf\xe9")).rejects.toMatchObject({ failure: "source" });
});

test("without git there is a folder all the same", async () => {
  folder.write("a", "x");
  const path = process.env["PATH"];
  process.env["PATH"] = folder.path;
  try {
    const source = await open(folder.path);
    expect(source.git).toBeUndefined();
    expect(source.gitVersion).toBeUndefined();
    expect(source.disk.look("a")?.bytes).toBe(1);
  } finally {
    process.env["PATH"] = path;
  }
});
