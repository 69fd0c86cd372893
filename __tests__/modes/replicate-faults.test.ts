import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ColdstoreError } from "../../src/model/errors.ts";
import { storedFiles } from "../../src/model/manifest.ts";
import { replicate } from "../../src/modes/replicate.ts";
import type { Store } from "../../src/ports/store.ts";
import { parseManifest } from "../../src/steps/seal-manifest.ts";
import { MemoryPlace, MemoryStore, type StoreCall } from "../support/memory-store.ts";
import { Life, mortalStore, type Taking, takingStore } from "../support/mortal-store.ts";
import { putPlainSet } from "../support/plain-set.ts";
import { recordsOf, replicaPorts, replicateDefaults, setsOf } from "../support/replicas.ts";
import { sha256Of } from "../support/store-fixtures.ts";
import { outcomesOf } from "../support/world.ts";

const seed = Number(process.env["COLDSTORE_TEST_SEED"] ?? Date.now() % 2 ** 31);
const numRuns = Number(process.env["COLDSTORE_TEST_COUNT"] ?? 6);

const takings: readonly Taking[] = ["not", "well", "some"];

const someSets = fc.array(
  fc.record({
    // Only large files pass through scratch.
    size: fc.oneof(
      { weight: 6, arbitrary: fc.integer({ min: 1, max: 5000 }) },
      { weight: 1, arbitrary: fc.constant(1_050_000) },
    ),
    outputs: fc.nat(2),
    frozen: fc.boolean(),
    digests: fc.boolean(),
  }),
  { minLength: 1, maxLength: 3 },
);

type SomeSets = readonly { readonly size: number; readonly outputs: number; readonly frozen: boolean }[];

function sourceOf(sets: SomeSets): MemoryStore {
  const place = new MemoryPlace();
  for (const [i, { size, outputs, frozen }] of sets.entries()) {
    const files = Object.fromEntries(Array.from({ length: outputs }, (_, n) => [`tool-${n}`, `tool ${n} of ${i}`]));
    const { id } = putPlainSet(place, { id: `v${i}`, archive: Buffer.alloc(size, `archive ${i}`), files });
    const marker = `acme/app/records/snapshot/${id}/freeze-20261122T040000Z-x.json`;
    if (frozen) place.objects.set(marker, { data: Buffer.from("{}"), modified: new Date(0) });
  }
  return new MemoryStore({ name: "source", place, digests: [] });
}

function targetsOf(from: MemoryStore, takes: readonly Taking[]): readonly { store: Store; place: MemoryPlace }[] {
  return takes.map((taking, i) => {
    const memory = new MemoryStore({ name: `target-${i}`, digests: i % 2 === 0 ? [] : ["sha256"] });
    return { store: taking === "not" ? memory : takingStore(memory, from, taking), place: memory.place };
  });
}

/** A manifest is there only with all that it names, as it names it. */
function expectNothingHalf(place: MemoryPlace): void {
  for (const key of place.keys().filter((each) => each.endsWith(".coldstore.json"))) {
    const manifest = parseManifest(place.objects.get(key)!.data, key);
    for (const { name, sha256 } of storedFiles(manifest)) {
      const file = place.objects.get(key.slice(0, key.lastIndexOf("/") + 1) + name);
      expect([key, name, file && sha256Of(file.data)]).toEqual([key, name, sha256]);
    }
  }
}

async function expectWhole(from: MemoryStore, targets: readonly { store: Store; place: MemoryPlace }[], run: number) {
  const stores = targets.map(({ store }) => store);
  const report = await replicate(replicateDefaults, replicaPorts(from, stores, run));
  expect([report.status, report.errors]).toEqual([expect.stringMatching(/^(ok|unchanged)$/), []]);
  const names = from.place.keys().filter((key) => key.endsWith(".coldstore.json")).length;
  for (const { place, store } of targets) {
    expect(setsOf(place)).toEqual(setsOf(from.place));
    expect(recordsOf(place, "freeze")).toEqual(recordsOf(from.place, "freeze"));
    const proven = new Set(recordsOf(place, "proof").map((key) => key.slice(0, key.lastIndexOf("/"))));
    // What the listing itself proves needs no record.
    if (!store.traits.digests.includes("sha256")) expect(proven.size).toBe(names);
  }
  return report;
}

describe("whatever happens", () => {
  test("a run that is killed at any moment leaves nothing that looks whole and isn't, and the next one completes it", async () => {
    await fc.assert(
      fc.asyncProperty(
        someSets,
        fc.nat(160),
        fc.array(fc.constantFrom(...takings), { minLength: 1, maxLength: 2 }),
        async (sets, moment, takes) => {
          const from = sourceOf(sets);
          const targets = targetsOf(from, takes);
          const life = new Life(moment);
          const mortal = targets.map(({ store }) => mortalStore(store, life));
          await replicate(replicateDefaults, replicaPorts(mortalStore(from, life), mortal)).catch(() => undefined);
          for (const { place } of targets) expectNothingHalf(place);
          await expectWhole(from, targets, 2);
        },
      ),
      { seed, numRuns },
    );
  });

  test("calls that fail fail what they are for, and the next run completes it", async () => {
    const calls: readonly StoreCall[] = ["list", "put", "settle", "open", "read", "delete", "preflight"];
    const fault = fc.record({ call: fc.constantFrom(...calls), nth: fc.integer({ min: 1, max: 20 }), at: fc.nat(2) });
    await fc.assert(
      fc.asyncProperty(someSets, fc.array(fault, { minLength: 1, maxLength: 3 }), async (sets, faults) => {
        const from = sourceOf(sets);
        const memories = [0, 1].map(
          (i) => new MemoryStore({ name: `target-${i}`, digests: i === 0 ? [] : ["sha256"] }),
        );
        const broken = new ColdstoreError("store", "it broke");
        for (const { call, nth, at } of faults) [from, ...memories][at]!.fail(call, broken, { nth });
        const report = await replicate(replicateDefaults, replicaPorts(from, memories)).catch(() => undefined);
        const targets = memories.map(({ place, name }) => ({
          place,
          store: new MemoryStore({ place, name, digests: [] }),
        }));
        for (const { place } of targets) expectNothingHalf(place);
        if (report?.errors.length === 0)
          for (const { place } of targets) expect(setsOf(place)).toEqual(setsOf(from.place));
        const healthy = new MemoryStore({ name: "source", place: from.place, digests: [] });
        await expectWhole(healthy, targets, 2);
      }),
      { seed, numRuns },
    );
  });

  test("two runs at once don't disturb each other", async () => {
    await fc.assert(
      fc.asyncProperty(someSets, fc.constantFrom(...takings), async (sets, taking) => {
        const from = sourceOf(sets);
        const targets = targetsOf(from, [taking, "not"]);
        const stores = targets.map(({ store }) => store);
        const reports = await Promise.all(
          [1, 2].map(async (run) => replicate(replicateDefaults, replicaPorts(from, stores, run))),
        );
        for (const report of reports) {
          expect(report.errors).toEqual([]);
          for (const word of outcomesOf(report)) expect(["stored", "unchanged"]).toContain(word);
        }
        for (const { place } of targets) expectNothingHalf(place);
        await expectWhole(from, targets, 3);
      }),
      { seed, numRuns },
    );
  });

  test("a byte that changes in the source is never copied as if it were right", async () => {
    await fc.assert(
      fc.asyncProperty(
        someSets,
        fc.constantFrom(...takings, "badly" as const),
        fc.nat(),
        async (sets, taking, which) => {
          const from = sourceOf(sets);
          const keys = from.place.keys().filter((key) => !key.includes("/records/"));
          from.place.flipByte(keys[which % keys.length]!);
          const targets = targetsOf(from, [taking, "not"]);
          const stores = targets.map(({ store }) => store);
          const report = await replicate(replicateDefaults, replicaPorts(from, stores));
          expect(report.errors.map(({ failure }) => failure)).toContain("integrity");
          expect(
            report.outcomes.filter(({ store, outcome }) => store === "source" && outcome === "corrupt"),
          ).toHaveLength(1);
          for (const { place } of targets) expectNothingHalf(place);
        },
      ),
      { seed, numRuns },
    );
  });
});

test("an interrupt ends a run soon; what was done is told beside what wasn't", async () => {
  const from = sourceOf([1, 2, 3].map(() => ({ size: 10, outputs: 0, frozen: false })));
  const target = new MemoryStore({ name: "target", digests: [] });
  const stop = new AbortController();
  const put = target.put.bind(target);
  target.put = (items, io) => {
    if (target.place.keys().some((key) => key.includes("/v0/app.coldstore.json"))) stop.abort(interrupted);
    return put(items, io);
  };
  const interrupted = new ColdstoreError("interrupted", "interrupted by SIGINT");
  const report = await replicate(replicateDefaults, { ...replicaPorts(from, [target]), signal: stop.signal });
  expect(outcomesOf(report)).toEqual(["stored", "failed", "failed"]);
  expect(report.errors).toEqual([interrupted]);
  await expectWhole(from, [{ store: target, place: target.place }], 2);
});

test("stores that copy between themselves read nothing through this machine", async () => {
  const from = sourceOf([{ size: 1_100_000, outputs: 1, frozen: false }]);
  const [target] = targetsOf(from, ["well"]);
  const report = await replicate(replicateDefaults, {
    ...replicaPorts(from, [target!.store]),
    workspace: { scratch: async () => Promise.reject(new Error("none is needed")), freeBytes: async () => 0 },
  });
  expect(outcomesOf(report)).toEqual(["stored"]);
  expect(from.calls.filter(({ call }) => call === "open")).toEqual([]);
  // The source's word isn't proof.
  expect(report.outcomes[0]?.evidence).toEqual([{ by: "read", files: 4 }]);
});

test("what stores have copied wrongly between themselves is taken away again, and copied through this machine", async () => {
  const from = sourceOf([{ size: 1_100_000, outputs: 1, frozen: false }]);
  const [target] = targetsOf(from, ["badly"]);
  const report = await replicate(replicateDefaults, replicaPorts(from, [target!.store]));
  expect([outcomesOf(report), report.errors]).toEqual([["stored"], []]);
  expect(setsOf(target!.place)).toEqual(setsOf(from.place));
});
