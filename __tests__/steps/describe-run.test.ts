import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { describeRun, isLockFile } from "../../src/steps/describe-run.ts";
import { memoryRepository } from "../support/memory-repository.ts";
import { quiet } from "../support/packed-archive.ts";
import { makeWorld, manifestIn, smallProject } from "../support/world.ts";

async function described(facts: object) {
  const repository = memoryRepository({ ...smallProject, facts });
  return describeRun({
    run: { id: "r", tool: { name: "coldstore", version: "0", node: "24", zlib: "1" }, system: {} },
    set: { project: "acme/app", mode: "snapshot", id: "v1" },
    name: "app-1",
    started: new Date("2026-11-22T02:15:00.900Z"),
    gitVersion: repository.facts.gitVersion,
    repository: repository.facts,
    revision: await repository.resolve("HEAD", quiet.signal),
    notes: [],
    contacts: [],
  });
}

test("what isn't known isn't there", async () => {
  expect(await described({})).toEqual({
    id: "r",
    name: "app-1",
    project: "acme/app",
    set: "v1",
    started: "2026-11-22T02:15:00Z",
    tool: { name: "coldstore", version: "0", node: "24", zlib: "1", git: "2.39.5" },
    ref: "refs/heads/main",
    branch: "main",
  });
});

test.each(["https://github.com/acme/app.git", "ssh://github.com/acme/app", "git@github.com:acme/app.git", "host:app"])(
  "the origin %s is recorded",
  async (origin) => expect(await described({ origin })).toMatchObject({ origin }),
);

test.each(["/srv/git/app.git", "../app", "file:///srv/git/app", "C:\\git\\app", "C:/git/app", "app"])(
  "the origin %s says something of this machine, and isn't recorded",
  async (origin) => expect(await described({ origin })).not.toHaveProperty("origin"),
);

test("lock files are known by their name in any folder", () => {
  for (const path of ["package-lock.json", "a/b/Cargo.lock", "go.sum"]) expect(isLockFile(path)).toBe(true);
  for (const path of ["package.json", "my-Cargo.lock", "go.sum/x", "lock"]) expect(isLockFile(path)).toBe(false);
});

test("record environment adds the system and the digests of the commit's lock files; notes and the like are as given", async () => {
  const lock = '{"lockfileVersion": 3}\n';
  const world = makeWorld({
    repository: { ...smallProject, files: { "package-lock.json": lock, "web/yarn.lock": "x", a: "a" } },
  });
  await world.stored({
    recordEnvironment: true,
    notes: ["one", "two"],
    contacts: ["me@example.com"],
    milestone: "first",
  });
  expect(manifestIn(world.place).run).toMatchObject({
    environment: {
      os: "test",
      lock_files: {
        "package-lock.json": createHash("sha256").update(lock).digest("hex"),
        "web/yarn.lock": createHash("sha256").update("x").digest("hex"),
      },
    },
    notes: ["one", "two"],
    contacts: ["me@example.com"],
    milestone: "first",
    ref: "refs/tags/v1.4.0",
  });
});

test("lock files of submodules that go in are recorded under their place", async () => {
  const lock = "{ in the library }";
  const lib = { contains: { files: { "package-lock.json": lock } } };
  const world = makeWorld({ repository: { files: { "package-lock.json": "{}", lib }, tags: { "v1.4.0": "light" } } });
  await world.stored({ recordEnvironment: true, submodules: "include" });
  const digest = (text: string) => createHash("sha256").update(text).digest("hex");
  expect(manifestIn(world.place).run.environment?.["lock_files"]).toEqual({
    "package-lock.json": digest("{}"),
    "lib/package-lock.json": digest(lock),
  });
});
