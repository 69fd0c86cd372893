import { expect, test } from "vitest";
import { fixtureTime, makeRepository } from "./git-fixture.ts";

test("a repository is made with files of every kind, tags and a clean work tree", () => {
  using repository = makeRepository({
    commits: [
      { files: { "a.txt": "one\n", "bin/run": { executable: "#!/bin/sh\n" }, "to-a": { link: "a.txt" } } },
      { files: [[Buffer.from([0x66, 0xff]), "odd"]], tags: { v1: "light" } },
      { files: { big: { lfs: "content" } }, remove: ["to-a"] },
    ],
    tags: { v2: "annotated", v3: "nested" },
  });
  expect(repository.git("status", "--porcelain")).toBe("");
  expect(repository.git("-c", "core.quotePath=true", "ls-tree", "-r", "--name-only", "HEAD").split("\n")).toEqual([
    "a.txt",
    "big",
    "bin/run",
    '"f\\377"',
  ]);
  expect(repository.git("tag", "-l", "--format=%(refname:short) %(objecttype) %(*objecttype)").split("\n")).toEqual([
    "v1 commit ",
    "v2 tag commit",
    "v3 tag tag",
    "v3-inner tag commit",
  ]);
  expect(repository.git("log", "--format=%ct")).toBe([2, 1, 0].map((n) => fixtureTime + 60 * n).join("\n"));
});

test("the same spec gives the same commit id", () => {
  const spec = { files: { a: "1", sub: { submodule: "1".repeat(40), url: "https://example.com/s.git" } } };
  using first = makeRepository(spec);
  using second = makeRepository(spec);
  expect(first.git("rev-parse", "HEAD")).toBe(second.git("rev-parse", "HEAD"));
  expect(first.git("show", "HEAD:.gitmodules")).toContain("url = https://example.com/s.git");
});

test("a later commit goes on top of HEAD, and a branch starts at the commit before", () => {
  using repository = makeRepository({ commits: [{ files: { a: "1" } }, { files: { b: "2" }, branch: "side" }] });
  const id = repository.commit({ files: { c: "3" } });
  expect(repository.git("rev-parse", "HEAD")).toBe(id);
  expect(repository.git("ls-tree", "--name-only", "HEAD")).toBe("a\nc");
  expect(repository.git("ls-tree", "--name-only", "side")).toBe("a\nb");
});
