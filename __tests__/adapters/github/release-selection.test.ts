import { expect, test } from "vitest";
import { addTag } from "../../support/github-server/seed.ts";
import { memoryRepository } from "../../support/memory-repository.ts";
import { releaseWorld } from "../../support/release-world.ts";
import { fill } from "../../support/store-fixtures.ts";
import { buildOutputs, makeWorld, smallProject } from "../../support/world.ts";

test("one set of many releases with build outputs is verified without reading the others' manifests", async () => {
  await using world = await releaseWorld();
  const repository = memoryRepository(smallProject);
  const { commit } = await repository.resolve("v1.4.0", new AbortController().signal);
  addTag(world.server.state, world.repository, "v1.4.0", { commit });
  const runs = makeWorld({ repository });
  using outputs = buildOutputs({ "app.exe": "built" });
  await runs.stored({ files: ["app.exe"] }, { stores: [world.store()], outputs });
  for (let i = 0; i < 5; i += 1) {
    addTag(world.server.state, world.repository, `v${i}`);
    const folder = `acme/app/snapshot/v${i}/`;
    await fill(world.store(), { [`${folder}app.exe`]: "x", [`${folder}app-${i}.coldstore.json`]: "{}" });
  }
  const before = world.server.log.length;
  const report = await runs.verify({ sets: [{ id: "v1.4.0" }], level: "digest" }, { stores: [world.store()] });
  expect(report).toMatchObject({ errors: [], outcomes: [{ outcome: "ok", proof: "digest" }] });
  expect(world.server.log.slice(before).filter(({ origin }) => origin === "storage")).toHaveLength(1);
});
