import { chmodSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openSourceFolder } from "../../src/adapters/local/open-folder.ts";
import { type GitFixture, makeRepository } from "../support/git-fixture.ts";
import { plainScratch } from "../support/open-fixture.ts";
import { outcomesOf, makeWorld } from "../support/world.ts";
import type { MemoryPlace } from "../support/memory-store.ts";

/** One run of a work tree as it is. */
async function archiveOf({ path }: GitFixture, place?: MemoryPlace) {
  await using scratch = plainScratch();
  const folder = await openSourceFolder({ path, scratch, signal: new AbortController().signal });
  const world = makeWorld({ folder, ...(place && { place }) });
  const report = await world.archive({ submodules: "exclude", lfs: "include" });
  return { outcomes: outcomesOf(report), place: world.place };
}

test.for([
  ["nothing that changes", "", () => {}, "unchanged"],
  [
    "other line ends that git takes for the same",
    "* text=auto\n",
    (repository: GitFixture) => {
      repository.write({ f: "one\r\ntwo\r\n" });
      repository.git("add", "f");
    },
    "stored",
  ],
  [
    "an executable bit that the clone doesn't go by",
    "",
    ({ path }: GitFixture) => chmodSync(join(path, "f"), 0o755),
    "unchanged",
  ],
] as const)("a second run of a work tree with %s", async ([, attributes, change, outcome]) => {
  using repository = makeRepository({ files: { f: "one\ntwo\n", ".gitattributes": attributes } });
  repository.git("config", "core.fileMode", "false");
  const first = await archiveOf(repository);
  expect(first.outcomes).toEqual(["stored"]);
  change(repository);
  expect(repository.git("status", "--porcelain")).toBe("");
  expect((await archiveOf(repository, first.place)).outcomes).toEqual([outcome]);
  expect((await archiveOf(repository, first.place)).outcomes).toEqual(["unchanged"]);
});
