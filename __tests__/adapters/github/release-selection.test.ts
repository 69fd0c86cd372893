import { expect, test } from "vitest";
import { dryRunStore } from "../../../src/adapters/wrappers/dry-run-store.ts";
import { addRelease, addTag } from "../../support/github-server/seed.ts";
import { memoryRepository } from "../../support/memory-repository.ts";
import { releaseWorld } from "../../support/release-world.ts";
import { fill, testIo } from "../../support/store-fixtures.ts";
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

test("a release that is named and isn't there is not-found to all that read, and none yet to a dry run", async () => {
  await using world = await releaseWorld();
  const runs = makeWorld({ repository: memoryRepository(smallProject) });
  const stores = [world.store({ name: "release:v7", tag: "v7" })];
  const message = expect.stringMatching(/^acme\/app has no release v7; check the tag \(a draft is seen/) as string;
  await expect(runs.list({}, { stores })).rejects.toMatchObject({ failure: "not-found", message });
  expect(await runs.verify({}, { stores })).toMatchObject({ errors: [{ failure: "not-found", message }] });
  const need = { write: true, bytes: 1 };
  expect(await dryRunStore(world.store({ tag: "v7" })).preflight(need, testIo())).toEqual([]);
  expect(await runs.list({}, { stores: [world.store()] })).toMatchObject({ status: "ok", errors: [] });
});

test("a release that is named and has no sets is listed as it is", async () => {
  await using world = await releaseWorld();
  addRelease(world.server.state, world.repository, "v7");
  const runs = makeWorld({ repository: memoryRepository(smallProject) });
  expect(await runs.list({}, { stores: [world.store({ tag: "v7" })] })).toMatchObject({ details: { rows: [] } });
});

test("who has named a repository where a tag belongs is told how both are named", async () => {
  await using world = await releaseWorld();
  const coming = { name: { project: "acme/app", mode: "snapshot", id: "v1" }, base: "app-1", tag: "v1", files: [] };
  for (const set of [{}, { set: coming }]) {
    const need = { write: false, bytes: 0, ...set };
    const [problem] = await world.store({ tag: "acme/lib" }).preflight(need, testIo());
    expect(problem?.message).toContain("for another repository's release write release:acme/lib@TAG");
    const [other] = await world.store({ tag: "rel/a/b" }).preflight(need, testIo());
    expect(other?.message).not.toContain("another repository");
  }
});
