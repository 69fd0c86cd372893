import { expect, test } from "vitest";
import { comingSet, presentSet } from "../../src/steps/coming-set.ts";
import { sha256Of } from "../support/store-fixtures.ts";
import { buildOutputs, manifestIn, makeWorld } from "../support/world.ts";

const set = { project: "acme/app", mode: "snapshot", id: "v1.4.0" };

test("a set is told before it's made by its tag, commit and build outputs, as far as there are any", () => {
  const commit = "c".repeat(40);
  const files = [{ name: "app.deb", bytes: 6, path: "/somewhere/app.deb", sha256: "d" }];
  expect(
    comingSet({ set, name: "app-1.4.0", revision: { commit, tag: { name: "v1.4.0", object: "a" } }, files }),
  ).toEqual({
    name: set,
    base: "app-1.4.0",
    tag: "v1.4.0",
    commit,
    files: [{ name: "app.deb", bytes: 6, sha256: "d" }],
  });
  expect(comingSet({ set, name: "app", revision: { commit }, files: [] })).toEqual({
    name: set,
    base: "app",
    commit,
    files: [],
  });
  expect(comingSet({ set, name: "app", files: [] })).toEqual({ name: set, base: "app", files: [] });
});

test("a set that took another's place is told by the names that it has now", async () => {
  const world = makeWorld();
  using outputs = buildOutputs({ "app.deb": "debian" });
  await world.stored({ files: ["*.deb"] }, { outputs });
  await world.stored({ files: ["*.deb"], prefix: "b/", onConflict: "replace" }, { outputs });
  const present = presentSet({ manifest: manifestIn(world.place), manifestName: "app-1.4.0.coldstore.json" });
  expect(present).toMatchObject({ name: set, base: "app-1.4.0", tag: "v1.4.0" });
  expect(present.files).toEqual([{ name: "app-r2.deb", bytes: 6, sha256: sha256Of("debian") }]);
});
