import { execFileSync } from "node:child_process";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { TreeEntry } from "../../../src/ports/repository.ts";
import { type FixtureFile, gitIn, makeRepository } from "../../support/git-fixture.ts";
import { openFolder } from "../../support/open-fixture.ts";

const never = new AbortController().signal;

async function treeOf(folder: string): Promise<TreeEntry[]> {
  await using opened = await openFolder(folder);
  const revision = await opened.repository.resolve("HEAD", never);
  return (await Array.fromAsync(opened.repository.tree(revision, never))).flat();
}

function archivedNames(entries: readonly TreeEntry[]): string[] {
  return entries
    .filter((entry) => !entry.exportIgnored)
    .map(({ path, pathBytes, type }) => {
      const slash = type === "dir" || type === "submodule" ? "/" : "";
      return `${Buffer.from(pathBytes ?? Buffer.from(path)).toString("latin1")}${slash}`;
    });
}

function stockNames(folder: string): string[] {
  const tar = gitIn(folder, "archive", "--format=tar", "HEAD");
  const listing = execFileSync("tar", ["tf", "-", "--quoting-style=literal"], { input: tar }).toString("latin1");
  return listing === "" ? [] : listing.trimEnd().split("\n");
}

const part = fc.constantFrom("a", "b", "c", "a.b", "-d", "\u00fc", "x y", "bin");
const path = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/"));
const file: fc.Arbitrary<FixtureFile> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom("", "text\n", "$Format:%H$\n") },
  fc.constant({ link: "a" }),
  fc.constant({ executable: "#!/bin/sh\n" }),
  fc.constant({ submodule: "1".repeat(40) }),
);
const pattern = fc.constantFrom(
  "a",
  "a/",
  "/a",
  "/a/",
  "b/**",
  "*",
  "**/c",
  "a/b",
  "bin/*",
  "x*",
  "[ab]",
  "*.b",
  "\u00fc",
  "-d/",
);
const attribute = fc.constantFrom(
  "export-ignore",
  "-export-ignore",
  "!export-ignore",
  "export-subst",
  "export-ignore=1",
  "drop",
  "text",
);
const line = fc.tuple(pattern, attribute).map((pair) => pair.join(" "));
const attributes = fc
  .array(line, { minLength: 1, maxLength: 4 })
  .map((lines) => `[attr]drop export-ignore\n${lines.join("\n")}\n`);
const attributeFolder = fc.constantFrom("", "", "a/", "b/", "a/b/", "\u00fc/");

test("paths that aren't export-ignored are those that git archive writes, for any tree and any attributes", async () => {
  const seed = Number(process.env["COLDSTORE_TEST_SEED"] ?? Date.now() % 2 ** 31);
  const numRuns = Number(process.env["COLDSTORE_TEST_COUNT"] ?? 15);
  const trees = fc.dictionary(path, file, { minKeys: 1, maxKeys: 12, noNullPrototype: true });
  const rules = fc.dictionary(attributeFolder, attributes, { maxKeys: 3, noNullPrototype: true });
  const property = fc.asyncProperty(trees, rules, async (files, attributeFiles) => {
    const named = Object.entries(attributeFiles).map(([folder, text]) => [`${folder}.gitattributes`, text] as const);
    using repository = makeRepository({
      bare: true,
      files: withoutConflicts({ ...files, ...Object.fromEntries(named) }),
    });
    const stock = stockNames(repository.path);
    expect(archivedNames(await treeOf(repository.path))).toEqual(stock);
  });
  await fc.assert(property, { seed, numRuns });
});

/** A path can't be a file and a folder: the folder stays. */
function withoutConflicts(files: Record<string, FixtureFile>): Record<string, FixtureFile> {
  const paths = Object.keys(files);
  const kept = paths.filter((one) => !paths.some((other) => other.startsWith(`${one}/`)));
  return Object.fromEntries(kept.map((one) => [one, files[one]!]));
}

test("what is ignored is marked with all that is below it, and what is expanded is known", async () => {
  using repository = makeRepository({
    files: {
      ".gitattributes": "docs export-ignore\n*.v export-subst\nempty/** export-ignore\n",
      "docs/deep/page": "1",
      "docs/x.v": "1",
      "empty/file": "1",
      "src/a.v": "1",
      only: "1",
    },
  });
  const entries = await treeOf(repository.path);
  expect(entries.filter((entry) => entry.exportIgnored).map((entry) => entry.path)).toEqual([
    "docs",
    "docs/deep",
    "docs/deep/page",
    "docs/x.v",
    "empty/file",
  ]);
  expect(entries.filter((entry) => entry.exportSubst).map((entry) => entry.path)).toEqual(["src/a.v"]);
});

test("a folder that holds nothing but ignored folders isn't in the archive either", async () => {
  using repository = makeRepository({
    files: { ".gitattributes": "in export-ignore\n", "out/in/file": "1", "out/in2/in/file": "1" },
  });
  expect(archivedNames(await treeOf(repository.path))).toEqual([".gitattributes"]);
  expect(stockNames(repository.path)).toEqual([".gitattributes"]);
});

test("names that aren't UTF-8 lie below folders that are, and the other way round", async () => {
  using repository = makeRepository({
    bare: true,
    files: [
      [".gitattributes", "\u00fc/x export-ignore\n"],
      [Buffer.from("\u00fc/\xff", "latin1"), "1"],
      [Buffer.concat([Buffer.from("\u00fc/"), Buffer.from([0xff])]), "2"],
      [Buffer.concat([Buffer.from("\u00fc/x/"), Buffer.from([0xfe])]), "3"],
    ],
  });
  expect(archivedNames(await treeOf(repository.path))).toEqual(stockNames(repository.path));
});

test("a tree of thousands of entries is read whole, with and without attributes", async () => {
  const many = Array.from({ length: 6000 }, (_, n) => [`folder-${n % 70}/file number ${n}`, `${n % 10}`] as const);
  using plain = makeRepository({ bare: true, files: many });
  using marked = makeRepository({ bare: true, files: [...many, [".gitattributes", "*7 export-ignore\n"]] });
  expect(await treeOf(plain.path)).toHaveLength(6070);
  expect(archivedNames(await treeOf(marked.path))).toEqual(stockNames(marked.path));
});

test("whoever stops reading early leaves no git behind, and can read again", async () => {
  const files = Array.from({ length: 6000 }, (_, n) => [`file ${n}`, "1"] as const);
  using repository = makeRepository({ bare: true, files: [...files, [".gitattributes", "x export-ignore\n"]] });
  await using opened = await openFolder(repository.path);
  const revision = await opened.repository.resolve("HEAD", never);
  for (let round = 0; round < 3; round++) {
    for await (const batch of opened.repository.tree(revision, never)) {
      expect(batch.length).toBeGreaterThan(0);
      break;
    }
  }
  expect((await Array.fromAsync(opened.repository.tree(revision, never))).flat()).toHaveLength(6001);
});

test("a tree whose sizes can't be known says which content is missing", async () => {
  using repository = makeRepository({ files: { here: "1", gone: "2" } });
  repository.git("config", "uploadpack.allowFilter", "true");
  gitIn(repository.around, "clone", "-q", "-n", "--filter=blob:none", `file://${repository.path}`, "partial");
  await expect(treeOf(`${repository.around}/partial`)).rejects.toMatchObject({
    failure: "source",
    message: expect.stringMatching(/git fetch --refetch --no-filter/),
  });
});
