import * as fc from "fast-check";
import { expect, test } from "vitest";
import { setImmediate as turn } from "node:timers/promises";
import type { Report } from "../../src/model/report.ts";
import type { SnapshotSettings } from "../../src/settings/settings.ts";
import { MemoryPlace } from "../support/memory-store.ts";
import { sweep } from "../support/packed-archive.ts";
import { RacingStore } from "../support/racing-store.ts";
import { seeded } from "../support/store-fixtures.ts";
import { exitOf, filesIn, makeWorld, outcomesOf } from "../support/world.ts";

async function race(
  seed: number,
  all: readonly Partial<SnapshotSettings>[],
): Promise<{ readonly place: MemoryPlace; readonly reports: readonly Report[] }> {
  const place = new MemoryPlace();
  const random = seeded(seed);
  const reports = await Promise.all(
    all.map(async (settings, i) => {
      const world = makeWorld({ place });
      for (let skipped = 0; skipped < i; skipped += 1) await world.list();
      for (let left = Math.floor(random() * 60); left > 0; left -= 1) await turn();
      const store = new RacingStore({ place, turns: () => Math.floor(random() * 10) });
      return world.snapshot(settings, { stores: [store] });
    }),
  );
  return { place, reports };
}

test.each<readonly [string, readonly Partial<SnapshotSettings>[], readonly string[]]>([
  ["the same content", [{}, {}], ["stored", "unchanged"]],
  ["other content", [{}, { prefix: "b/" }], ["stored", "conflict", "failed"]],
  [
    "the same content, compressed otherwise",
    [{}, { compressionLevel: 1 }],
    ["stored", "unchanged", "conflict", "failed"],
  ],
])("of two runs at once with %s none crashes, and what is wrong is red", async (_, runs, words) => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), async (seed) => {
      const { place, reports } = await race(seed, runs);
      const errors = reports.flatMap((report) => report.errors.map(({ message }) => message));
      for (const outcome of reports.flatMap(outcomesOf)) expect(words, errors.join("\n")).toContain(outcome);
      for (const report of reports) expect([0, 6, 10]).toContain(exitOf(report));
      if (!filesIn(place).some((name) => name.endsWith(".coldstore.json"))) {
        expect(reports.every((report) => exitOf(report) !== 0)).toBe(true);
        return;
      }
      const verified = exitOf(await makeWorld({ place }).verify());
      // Whoever spoilt another run's set says so.
      if (verified !== 0) expect(Math.max(...reports.map(exitOf))).toBeGreaterThan(0);
      if (reports.every((report) => exitOf(report) === 0)) expect(verified).toBe(0);
    }),
    { ...sweep(8), endOnFailure: true },
  );
});

test("a run whose file another one writes over gives way, and removes nothing", async () => {
  const place = new MemoryPlace();
  const other = makeWorld({ place });
  const store = new RacingStore({ place, turns: () => 0 });
  const settle = store.settle.bind(store);
  let calls = 0;
  store.settle = async (io) => {
    calls += 1;
    if (calls === 1) {
      const [key = ""] = place.keys();
      place.objects.set(key, { data: Buffer.from("another run's"), modified: new Date() });
    }
    return settle(io);
  };
  const report = await other.snapshot({}, { stores: [store] });
  expect([outcomesOf(report), exitOf(report)]).toEqual([["conflict"], 10]);
  expect(report.errors[0]!.message).toMatch(/changed right after this run had stored it/);
  expect(filesIn(place)).toHaveLength(4);
});
