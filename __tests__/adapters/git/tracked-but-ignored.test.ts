import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type GitFixture, gitIn, makeRepository } from "../../support/git-fixture.ts";
import { openFolder } from "../../support/open-fixture.ts";

const never = new AbortController().signal;

async function ignoredIn(folder: string, ref = "HEAD"): Promise<readonly string[]> {
  await using opened = await openFolder(folder);
  return await opened.repository.trackedButIgnored(await opened.repository.resolve(ref, never), never);
}

test("the commit's rules count, not those of the work tree, the clone or the user", async () => {
  using repository: GitFixture = makeRepository({
    files: { ".gitignore": "*.log\n", "a.log": "1", "b.txt": "1", "C.LOG": "1" },
  });
  repository.git("config", "core.ignorecase", "true");
  repository.git("config", "core.excludesFile", join(repository.path, "rules"));
  mkdirSync(join(repository.path, ".git/info"), { recursive: true });
  writeFileSync(join(repository.path, ".git/info/exclude"), "b.txt\n");
  repository.write({ ".gitignore": "!a.log\n", rules: "b.txt\n" });
  expect(await ignoredIn(repository.path)).toEqual(["a.log"]);
});

test("a .gitignore that is a link is none, and folders may be called anything", async () => {
  using repository = makeRepository({
    bare: true,
    files: [
      [".gitignore", { link: "rules" }],
      ["rules", "*\n"],
      [Buffer.from("\xe4\n/.gitignore", "latin1"), "x\n"],
      [Buffer.from("\xe4\n/x", "latin1"), "1"],
      ["-/.gitignore", "\ufeffx\r\n"],
      ["-/x", "1"],
      ["x", "1"],
    ],
  });
  expect(await ignoredIn(repository.path)).toEqual(["-/x", "\ufffd\n/x"]);
});

test("nothing of a tree is written to the disk, not even of one that means harm", async () => {
  using repository = makeRepository({ files: { ".gitignore": "x\n", x: "1" }, bare: true });
  const blob = repository.git("rev-parse", "HEAD:.gitignore");
  const entry = (mode: string, name: string, oid: string): Buffer =>
    Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(oid, "hex")]);
  const tree = (...entries: readonly Buffer[]): string => {
    writeFileSync(join(repository.around, "tree"), Buffer.concat(entries));
    return repository.git("hash-object", "-w", "-t", "tree", "--literally", join(repository.around, "tree"));
  };
  const out = tree(entry("40000", "..", tree(entry("100644", ".gitignore", blob))));
  repository.git("update-ref", "refs/heads/hostile", repository.git("commit-tree", "-m", "out", out));
  await using opened = await openFolder(repository.path);
  const revision = await opened.repository.resolve("hostile", never);
  await expect(opened.repository.trackedButIgnored(revision, never)).rejects.toMatchObject({ failure: "source" });
  expect(
    readdirSync(opened.scratch.path, { recursive: true }).filter((name) => String(name).includes(".gitignore")),
  ).toEqual([]);
});

test("a .gitignore whose content isn't in the clone is a failure, not an empty one", async () => {
  using repository = makeRepository({ files: { ".gitignore": "x\n", x: "1" } });
  repository.git("config", "uploadpack.allowFilter", "true");
  gitIn(
    repository.around,
    "clone",
    "-q",
    "--no-checkout",
    "--filter=blob:none",
    `file://${repository.path}`,
    "partial",
  );
  rmSync(repository.path, { recursive: true });
  await expect(ignoredIn(join(repository.around, "partial"))).rejects.toMatchObject({
    failure: "source",
    message: expect.stringContaining("isn't in this clone; if this is a partial clone"),
  });
});
