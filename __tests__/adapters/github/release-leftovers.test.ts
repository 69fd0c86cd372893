import { expect, test } from "vitest";
import { memoryRepository } from "../../support/memory-repository.ts";
import { addAsset, addRelease, addTag } from "../../support/github-server/seed.ts";
import { releaseWorld } from "../../support/release-world.ts";
import { makeWorld, smallProject } from "../../support/world.ts";

test("what a run has left in a release of many sets is listed as that, and no set that verification misses", async () => {
  await using world = await releaseWorld();
  const repository = memoryRepository(smallProject);
  const { commit } = await repository.resolve("v1.4.0", new AbortController().signal);
  addTag(world.server.state, world.repository, "nightly", { commit });
  addTag(world.server.state, world.repository, "v1.4.0", { commit });
  const runs = makeWorld({ repository });
  const nightly = () => ({ stores: [world.store({ tag: "nightly", name: "release:nightly" })] });
  const release = addRelease(world.server.state, world.repository, "nightly");
  for (const end of ["tar.gz", "RESTORE.md"])
    addAsset(world.server.state, release, `app-20261122T021500Z-abc.${end}`, "x");
  const listed = await runs.list({}, nightly());
  expect(listed.details).toMatchObject({ rows: [{ state: "leftover", set: { id: "app-20261122T021500Z-abc" } }] });
  expect(listed.warnings).toEqual([
    expect.stringMatching(/^app-2026.*RESTORE.md, app-2026.*tar.gz .*have no manifest/),
  ]);
  await runs.stored({}, nightly());
  const verified = await runs.verify({ level: "digest" }, nightly());
  expect(verified).toMatchObject({ errors: [], outcomes: [{ outcome: "ok" }] });
});
