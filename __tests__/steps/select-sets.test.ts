import { expect, test } from "vitest";
import { selectSets } from "../../src/steps/select-sets.ts";
import { MemoryPlace, MemoryStore } from "../support/memory-store.ts";
import { testIo } from "../support/store-fixtures.ts";
import { errorOf, exitOf, outcomesOf, storedWorld } from "../support/world.ts";

/** What a store has below one of its folders, as a store of its own. */
function within(place: MemoryPlace, folder: string): MemoryStore {
  const inner = new MemoryPlace();
  for (const [key, kept] of place.objects)
    if (key.startsWith(folder)) inner.objects.set(key.slice(folder.length), kept);
  return new MemoryStore({ name: "m/acme", place: inner });
}

test("the folder of an owner inside a store is told from a store, whatever is asked of it", async () => {
  const world = await storedWorld({ freeze: true });
  const store = within(world.place, "acme/");
  for (const sets of [[], [{ id: "v1.4.0" }]]) {
    const error = await errorOf(selectSets(store, { sets }, testIo()));
    expect([error.failure, error.message]).toEqual([
      "not-found",
      "m/acme looks like a folder inside a store; give its parent",
    ]);
  }
  const report = await world.verify({}, { stores: [store] });
  expect(exitOf(report)).toBe(7);
  expect(report.errors[0]!.message).toContain("give its parent");
});

test("a project that is called records is one like others, sound or not", async () => {
  const world = await storedWorld({ project: "acme/records" });
  expect(outcomesOf(await world.verify())).toEqual(["ok"]);
  const [manifest = ""] = world.place.keys().filter((key) => key.endsWith(".coldstore.json"));
  world.place.drop(manifest);
  expect(exitOf(await world.verify())).toBe(6);
});
