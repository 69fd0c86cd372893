import { describe, expect, test } from "vitest";
import { ColdstoreError, type Failure } from "../../src/model/errors.ts";
import type { Ports } from "../../src/ports/ports.ts";
import type { RestoreSettings } from "../../src/settings/settings.ts";
import { MemoryPlace, MemoryStore } from "../support/memory-store.ts";
import { MemoryTarget, type TargetCall } from "../support/memory-target.ts";
import { memoryTargets } from "../support/restorable-set.ts";
import { errorOf, filesIn, makeWorld, smallProject, type World } from "../support/world.ts";

const [older, newer] = ["acme/app/snapshot/v1.4.0", "acme/app/snapshot/v1.5.0"] as const;
const newerFolder = `${newer}/`;

/** One place has two proven sets. */
const twoSets = await (async () => {
  const tags = { "v1.4.0": "annotated", "v1.5.0": "annotated" } as const;
  const world = makeWorld({ repository: { ...smallProject, tags } });
  await world.stored();
  await world.stored({ ref: "v1.5.0" });
  return world;
})();

function copyOf({ place }: Pick<World, "place">, name: string): MemoryStore {
  const copy = new MemoryPlace();
  for (const [key, object] of place.objects) copy.objects.set(key, object);
  return new MemoryStore({ name, place: copy, digests: [] });
}

async function restored(
  stores: readonly MemoryStore[],
  settings: Partial<RestoreSettings> = {},
  ports: Partial<Ports> = {},
) {
  const { opened, openTarget } = memoryTargets();
  const report = await makeWorld().restore(settings, { stores, openTarget, ...ports });
  return { report, opened, set: report.outcomes[0]?.set, store: report.outcomes[0]?.store, notes: report.warnings };
}

/** The archive of a set, by its key. */
function archiveIn({ place }: MemoryStore, folder = newerFolder): string {
  const name = filesIn(place, folder).find((file) => file.endsWith(".tar.gz"));
  if (name === undefined) throw new Error(`no archive in ${folder}`);
  return folder + name;
}

describe("where a restore goes to", () => {
  const wrong = (failure: Failure = "store") => new ColdstoreError(failure, "no space left on the disk of ./restored");
  const calls: readonly TargetCall[] = ["folder", "file", "write", "close", "link", "publish"];

  test.each(calls)("an error in its %s ends the run, and no older set comes back", async (call) => {
    const opened: MemoryTarget[] = [];
    const openTarget = async () => {
      const target = new MemoryTarget();
      // An older set, which has less, may well find room.
      if (opened.length === 0) target.fail(call, wrong());
      opened.push(target);
      return target;
    };
    const run = restored([copyOf(twoSets, "A"), copyOf(twoSets, "B")], {}, { openTarget });
    expect(await errorOf(run)).toMatchObject({ failure: "store", message: wrong().message });
    expect(opened).toHaveLength(1);
    expect(opened.map(({ published, disposed }) => ({ published, disposed }))).toEqual([{ disposed: true }]);
  });

  test("one that can't be opened ends the run", async () => {
    let tries = 0;
    const openTarget = async () => {
      tries += 1;
      throw wrong();
    };
    const run = restored([copyOf(twoSets, "A"), copyOf(twoSets, "B")], {}, { openTarget });
    expect(await errorOf(run)).toMatchObject({ failure: "store", message: wrong().message });
    expect(tries).toBe(1);
  });

  test("a set that can't be read in its store is no error of it: the same set comes from another store", async () => {
    const [a, b] = [copyOf(twoSets, "A"), copyOf(twoSets, "B")];
    a.fail("open", new ColdstoreError("store", "A doesn't answer"), { times: 1000 });
    a.fail("read", new ColdstoreError("store", "A doesn't answer"), { nth: 3, times: 1000 });
    expect(await restored([a, b])).toMatchObject({ set: newer, store: "B" });
  });
});

describe("what is told of copies that were tried before", () => {
  test("another copy of the same set was restored", async () => {
    const [a, b] = [copyOf(twoSets, "A"), copyOf(twoSets, "B")];
    a.place.flipByte(archiveIn(a), 200);
    const { set, store, notes } = await restored([a, b]);
    expect({ set, store }).toEqual({ set: newer, store: "B" });
    expect(notes).toHaveLength(1);
    expect(notes[0]).toMatch(/^acme\/app\/snapshot\/v1\.5\.0 in A: .*[^.]; another copy of it was restored$/);
  });

  test("one that was never proven comes before an older set, when the proven one is damaged", async () => {
    const [a, b] = [copyOf(twoSets, "A"), copyOf(twoSets, "B")];
    a.place.flipByte(archiveIn(a), 200);
    for (const key of b.place.keys()) if (key.includes("/records/")) b.place.drop(key);
    expect(await restored([a, b])).toMatchObject({ set: newer, store: "B" });
  });

  test("a lost archive and a store that can't be listed are warnings, with a set given too", async () => {
    const [a, b, c] = [copyOf(twoSets, "A"), copyOf(twoSets, "B"), copyOf(twoSets, "C")];
    a.place.drop(archiveIn(a));
    b.fail("list", new ColdstoreError("store", "can't list B"), { times: 1000 });
    for (const settings of [{}, { set: { id: "v1.5.0" } }]) {
      const { set, store, notes } = await restored([a, b, c], settings);
      expect({ set, store }).toEqual({ set: newer, store: "C" });
      expect(notes.map((note) => note.split(":")[0])).toEqual([
        "B wasn't looked into",
        `the copy of ${newer} in A isn't taken`,
      ]);
    }
  });

  test("an older set was restored, and which", async () => {
    const [a, b] = [copyOf(twoSets, "A"), copyOf(twoSets, "B")];
    for (const store of [a, b]) store.place.flipByte(archiveIn(store), 200);
    const { set, notes } = await restored([a, b]);
    expect(set).toBe(older);
    expect(notes.map((note) => note.split(": ")[0])).toEqual([`${newer} in A`, `${newer} in B`]);
    for (const note of notes) expect(note).toMatch(/[^.]; an older set was restored: acme\/app\/snapshot\/v1\.4\.0$/);
  });
});
