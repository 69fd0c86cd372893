import * as fc from "fast-check";
import { expect, test } from "vitest";
import { recordKey, type RecordKind } from "../../src/model/keys.ts";
import { listSet, loadSets } from "../../src/steps/list-sets.ts";
import { MemoryPlace, MemoryStore } from "../support/memory-store.ts";
import { sweep } from "../support/packed-archive.ts";
import { dataArtifact, testIo } from "../support/store-fixtures.ts";
import { bytesIn, setFolder, storedWorld } from "../support/world.ts";

const name = { project: "acme/app", mode: "snapshot", id: "v1.4.0" };

async function isFrozen(records: readonly (readonly [kind: RecordKind, second: number, run: string])[]) {
  const store = new MemoryStore({ place: new MemoryPlace() });
  const puts = records.map(([kind, second, run]) => ({
    key: recordKey(name, kind, { time: `20261122T03000${second}Z`, run }),
    artifact: dataArtifact("{}"),
  }));
  for await (const _ of store.put(puts, testIo()));
  return (await listSet(store, name, testIo())).frozen;
}

test.each([
  [
    "the last of freeze and unfreeze counts",
    [
      ["freeze", 1, "a"],
      ["unfreeze", 2, "b"],
    ],
    false,
  ],
  [
    "the last of unfreeze and freeze counts",
    [
      ["unfreeze", 1, "a"],
      ["freeze", 2, "b"],
    ],
    true,
  ],
  [
    "in one second freeze wins over a later name",
    [
      ["freeze", 1, "a"],
      ["unfreeze", 1, "b"],
    ],
    true,
  ],
  [
    "in one second freeze wins over an earlier name",
    [
      ["freeze", 1, "b"],
      ["unfreeze", 1, "a"],
    ],
    true,
  ],
  [
    "a proof is no marker",
    [
      ["freeze", 1, "a"],
      ["proof", 2, "b"],
    ],
    true,
  ],
] as const)("%s", async (_, records, frozen) => expect(await isFrozen(records)).toBe(frozen));

test("whatever the names of runs, a set is frozen if and only if the last second with a marker has a freeze", async () => {
  const { seed, numRuns } = sweep(200);
  const record = fc.tuple(
    fc.constantFrom<RecordKind[]>("freeze", "unfreeze", "proof"),
    fc.integer({ min: 0, max: 3 }),
    fc.stringMatching(/^[a-z0-9]{1,3}$/),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(record, { maxLength: 12 }), async (records) => {
      const markers = records.filter(([kind]) => kind !== "proof");
      const last = Math.max(...markers.map(([, second]) => second));
      const expected = markers.some(([kind, second]) => kind === "freeze" && second === last);
      expect(await isFrozen(records)).toBe(expected);
    }),
    { seed, numRuns },
  );
});

test("a manifest of a newer Coldstore is told apart from a changed one", async () => {
  const { place, store } = await storedWorld();
  const key = `${setFolder}app-1.4.0.coldstore.json`;
  const text = bytesIn(place, key).toString();
  const loadedWith = async (changed: string) => {
    place.objects.set(key, { data: Buffer.from(changed), modified: new Date(0) });
    return (await loadSets(store, [await listSet(store, name, testIo())], testIo()))[0];
  };
  expect(await loadedWith(text.replace("manifest/1", "manifest/2"))).toMatchObject({ state: "damaged", newer: true });
  const changed = await loadedWith(text.replace("acme", "ACME"));
  expect(changed).toMatchObject({ state: "damaged", error: { message: expect.stringMatching(/; move it aside or/) } });
  expect(changed).not.toHaveProperty("newer");
});
