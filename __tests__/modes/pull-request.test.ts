import { expect, test } from "vitest";
import { openSourceFolder } from "../../src/adapters/local/open-folder.ts";
import type { BaseDifference } from "../../src/model/details.ts";
import type { Report } from "../../src/model/report.ts";
import { type GitFixture, makeRepository } from "../support/git-fixture.ts";
import { openFolder, plainScratch } from "../support/open-fixture.ts";
import { makeWorld } from "../support/world.ts";

const { signal } = new AbortController();

function baseIn({ details }: Report): BaseDifference | undefined {
  if (details?.kind !== "plan") throw new Error("it has no plan");
  return details.plan.base;
}

/** Two commits: of the archived files one came, one went and one changed. */
const changed = (): GitFixture =>
  makeRepository({
    commits: [
      {
        files: {
          ".gitattributes": "*.secret export-ignore\n",
          "kept.txt": "same",
          "old.txt": "12345",
          "both.txt": "1",
          "a.secret": "1",
        },
      },
      { files: { "new.txt": "123", "both.txt": "22", "a.secret": "2", "b.secret": "22" }, remove: ["old.txt"] },
    ],
  });

const expected = {
  kind: "compared",
  added: 1,
  removed: 1,
  changed: 1,
  bytes: -1,
  examples: [
    { path: "old.txt", change: "removed", bytes: 5 },
    { path: "new.txt", change: "added", bytes: 3 },
    { path: "both.txt", change: "changed", bytes: 2 },
  ],
};

test("a snapshot's dry run tells what a pull request changes in the archive", async () => {
  using fixture = changed();
  await using opened = await openFolder(fixture.path);
  const world = makeWorld({ repository: opened.repository });
  const commit = fixture.git("rev-parse", "HEAD^1");
  const report = await world.snapshot({ ref: "HEAD", dryRun: true, base: { commit } });
  expect(baseIn(report)).toEqual({ ...expected, commit });
  expect(baseIn(await world.snapshot({ ref: "HEAD", dryRun: true }))).toBeUndefined();
});

test("an archive's dry run tells it of the files that git tracks", async () => {
  using fixture = changed();
  fixture.write({ "untracked.txt": "not compared" });
  await using scratch = plainScratch();
  const folder = await openSourceFolder({ path: fixture.path, scratch, signal });
  const world = makeWorld({ folder });
  const commit = fixture.git("rev-parse", "HEAD^1");
  const filters = { exclude: ["*.secret"], include: [], profiles: [] };
  const report = await world.archive({ dryRun: true, base: { commit }, filters });
  expect(baseIn(report)).toEqual({ ...expected, commit });
});

test("a base that isn't there leaves a dry run as good as it was", async () => {
  using fixture = changed();
  await using opened = await openFolder(fixture.path);
  const world = makeWorld({ repository: opened.repository });
  const commit = "0123456789".repeat(4);
  const report = await world.snapshot({ ref: "HEAD", dryRun: true, base: { commit } });
  expect([report.status, report.errors, report.warnings]).toEqual(["planned", [], []]);
  expect(baseIn(report)).toEqual({ kind: "missing", commit });
});
