import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import type { WorkTreeChanges } from "../../../src/ports/repository.ts";
import { type GitFixture, gitIn, makeRepository } from "../../support/git-fixture.ts";
import { openFolder } from "../../support/open-fixture.ts";

const never = new AbortController().signal;
afterEach(() => vi.unstubAllEnvs());

async function changesIn(folder: string): Promise<WorkTreeChanges> {
  await using opened = await openFolder(folder);
  return await opened.repository.changes([], never);
}

function dirty(repository: GitFixture): void {
  repository.write({ "a.txt": "other\n", "new/one": "1", "new/two words": "2", "ignored.log": "x", staged: "x" });
  repository.git("add", "staged");
  rmSync(join(repository.path, "b.txt"));
  repository.git("rm", "-q", "c.txt");
}

const committed = { "a.txt": "1\n", "b.txt": "2\n", "c.txt": "3\n", ".gitignore": "*.log\n", "sub/d.txt": "4\n" };
const expected = {
  modified: 2,
  deleted: 2,
  untracked: 2,
  paths: ["a.txt", "b.txt", "c.txt", "new/one", "new/two words", "staged"],
};

test("changed and staged, deleted and untracked files are counted, each one, also from a subfolder", async () => {
  using repository = makeRepository({ files: committed });
  dirty(repository);
  expect(await changesIn(repository.path)).toEqual(expected);
  expect(await changesIn(join(repository.path, "sub"))).toEqual(expected);
});

test("a file that is gone from the index and still on the disk is one change, named once", async () => {
  using repository = makeRepository({ files: committed });
  repository.git("rm", "-q", "--cached", "a.txt", "sub/d.txt");
  repository.write({ new: "1" });
  const paths = ["a.txt", "new", "sub/d.txt"];
  expect(await changesIn(repository.path)).toEqual({ modified: 0, deleted: 2, untracked: 1, paths });
});

test("what lies in folders that don't count is no change, whatever they are called", async () => {
  using repository = makeRepository({ files: { ...committed, "cold [1]/kept": "1" } });
  repository.write({ "cold [1]/new": "1", "cold 1/new": "1", "sub/store/x": "1" });
  await using opened = await openFolder(repository.path);
  const without = [join(repository.path, "cold [1]"), join(repository.path, "sub/store"), repository.around];
  expect(await opened.repository.changes(without, never)).toMatchObject({ untracked: 1, paths: ["cold 1/new"] });
});

test("such a folder may be given by a link to it, and be there only in part", async () => {
  using repository = makeRepository({ files: committed });
  repository.write({ "store/x": "1" });
  symlinkSync(repository.path, join(repository.around, "via"), "junction");
  await using opened = await openFolder(repository.path);
  const without = ["store", "not/yet"].map((folder) => join(repository.around, "via", folder));
  expect(await opened.repository.changes(without, never)).toMatchObject({ untracked: 0 });
});

test("at most twenty names are kept, in byte order, and all are counted", async () => {
  using repository = makeRepository({ files: { a: "1" } });
  for (let n = 0; n < 300; n++) repository.write({ [`file-${n}`]: "" });
  const { untracked, paths } = await changesIn(repository.path);
  expect(untracked).toBe(300);
  expect(paths).toEqual(
    Array.from({ length: 300 }, (_, n) => `file-${n}`)
      .sort()
      .slice(0, 20),
  );
});

test("the index isn't touched, and no file system monitor is started", async () => {
  using repository = makeRepository({ files: committed });
  repository.git("config", "core.fsmonitor", `touch ${join(repository.around, "ran")};`);
  const before = execFileSync("sha256sum", [join(repository.path, ".git/index")]).toString();
  repository.write({ "a.txt": "1\n" });
  expect(await changesIn(repository.path)).toMatchObject({ modified: 0 });
  expect(execFileSync("sha256sum", [join(repository.path, ".git/index")]).toString()).toBe(before);
  expect(existsSync(join(repository.around, "ran"))).toBe(false);
});

test.skipIf(process.getuid?.() !== 0)(
  "a clone of somebody else is counted too, and nothing that its configuration names is run (needs root, to give it away)",
  async () => {
    using repository = makeRepository({ files: { ...committed, ".gitattributes": "*.txt filter=theirs\n" } });
    dirty(repository);
    const ran = join(repository.around, "ran");
    const script = join(repository.around, "script");
    writeFileSync(script, `#!/bin/sh\necho "$0" >> ${ran}\ncat\n`);
    chmodSync(script, 0o755);
    for (const key of [
      "filter.theirs.clean",
      "filter.theirs.smudge",
      "filter.theirs.process",
      "core.fsmonitor",
      "core.pager",
    ])
      repository.git("config", key, script);
    mkdirSync(join(repository.path, ".git/info"), { recursive: true });
    writeFileSync(join(repository.path, ".git/info/exclude"), "new/one\n");
    execFileSync("chown", ["-R", "12345:12345", repository.path]);
    expect(() => gitIn(repository.path, "status")).toThrow(/dubious ownership/);
    const { untracked, ...rest } = await changesIn(repository.path);
    expect(rest).toEqual({ modified: 2, deleted: 2, paths: expected.paths.filter((path) => path !== "new/one") });
    expect(untracked).toBe(1);
    expect(existsSync(ran)).toBe(false);
    await using opened = await openFolder(join(repository.path, "sub"));
    expect((await opened.repository.resolve("HEAD", never)).ref).toBe("refs/heads/main");
  },
);

test("an untracked file that joins the set isn't left out of it, and one that git has and has changed is", async () => {
  using repository = makeRepository({ files: committed });
  repository.write({ "dist/out é.bin": "1", "dist/other": "2", "a.txt": "changed\n" });
  symlinkSync(repository.path, join(repository.around, "via"), "junction");
  await using opened = await openFolder(repository.path);
  const joining = [join(repository.around, "via/dist/out é.bin"), join(repository.path, "a.txt"), "/elsewhere/x"];
  expect(await opened.repository.changes([], never, joining)).toEqual({
    modified: 1,
    deleted: 0,
    untracked: 1,
    paths: ["a.txt", "dist/other"],
  });
});
