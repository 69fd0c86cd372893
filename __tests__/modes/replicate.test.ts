import { existsSync, readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { ColdstoreError } from "../../src/model/errors.ts";
import { verifySet } from "../../src/steps/verify-set.ts";
import { selectSets } from "../../src/steps/select-sets.ts";
import type { MemoryStore } from "../support/memory-store.ts";
import { plainScratch } from "../support/open-fixture.ts";
import { plainSet, putPlainSet } from "../support/plain-set.ts";
import { recordsOf, replicas, setsOf } from "../support/replicas.ts";
import { testIo } from "../support/store-fixtures.ts";
import { errorOf, exitOf, outcomesOf } from "../support/world.ts";

const large = Buffer.alloc(1_500_000, "large ");

async function faultsIn(store: MemoryStore): Promise<string[]> {
  const sets = await selectSets(store, { sets: [] }, testIo());
  const faults = await Promise.all(sets.map(async (set) => verifySet(store, set, "digest", testIo())));
  return faults.flat().map(({ file, detail }) => `${file}: ${detail}`);
}

function record(store: MemoryStore, key: string): Record<string, unknown> {
  return JSON.parse(store.place.text(key)) as Record<string, unknown>;
}

describe("copying", () => {
  test("all sets come to lie in every store byte for byte, each proven, its manifest last", async () => {
    const world = replicas({ targets: 2 });
    putPlainSet(world.source, { id: "v2", archive: large, started: "2026-11-22T05:00:00Z" });
    putPlainSet(world.source, { id: "v1", files: { "tool.bin": "tool" }, started: "2026-11-22T04:00:00Z" });
    putPlainSet(world.source, { project: "acme/lib", mode: "archive", id: "20261122T030000Z-0123456" });
    const report = await world.replicate();
    expect([report.status, exitOf(report)]).toEqual(["ok", 0]);
    expect(report.outcomes.map(({ outcome, store, set, proof }) => [outcome, store, set, proof])).toEqual(
      ["acme/lib/archive/20261122T030000Z-0123456", "acme/app/snapshot/v1", "acme/app/snapshot/v2"].flatMap((set) =>
        ["target-1", "target-2"].map((store) => ["stored", store, set, "digest"]),
      ),
    );
    for (const { place, calls } of world.targets) {
      expect(setsOf(place)).toEqual(setsOf(world.source));
      const puts = calls.filter(({ call, key }) => call === "put" && key.startsWith("acme/app/snapshot/v1/"));
      expect(puts.at(-1)?.key).toBe("acme/app/snapshot/v1/app.coldstore.json");
      expect(calls.filter(({ call }) => call === "settle").length).toBeGreaterThan(0);
      expect(recordsOf(place, "proof")).toHaveLength(3);
    }
    const opened = world.from.calls.filter(({ call, key }) => call === "open" && key.endsWith("v2/app.tar"));
    expect(opened).toHaveLength(1);
  });

  test("a second run finds all of it there, reads none of it, and adds only a line of history", async () => {
    const world = replicas();
    putPlainSet(world.source, { id: "v1" });
    putPlainSet(world.source, { id: "v2" });
    await world.replicate();
    const before = new Set(world.targets[0]!.place.keys());
    world.from.calls.length = 0;
    const report = await world.replicate();
    expect([report.status, outcomesOf(report)]).toEqual(["unchanged", ["unchanged", "unchanged"]]);
    expect(report.outcomes[0]).toMatchObject({ proven: "2026-11-23T03:00:01Z" });
    const news = world.targets[0]!.place.keys().filter((key) => !before.has(key));
    expect(news).toEqual(["acme/app/history/20261123T030002Z-copy-2.json"]);
    expect(record(world.targets[0]!, news[0]!)).toMatchObject({ mode: "replicate", exit: 0, unchanged: 2, sets: [] });
    expect(world.from.calls.filter(({ call }) => call === "open")).toEqual([]);
  });

  test("a store that fails doesn't keep the others from theirs, and a later run brings it what it lacks", async () => {
    const world = replicas({ targets: 3 });
    putPlainSet(world.source, { id: "v1" });
    world.targets[0]!.problems.push(new ColdstoreError("store", "it is down"));
    world.targets[1]!.fail("put", new ColdstoreError("store", "no room"), { nth: 2 });
    const report = await world.replicate();
    expect([report.status, exitOf(report)]).toEqual(["failed", 5]);
    expect(report.outcomes.map(({ outcome, store, detail }) => [outcome, store, detail])).toEqual([
      ["failed", "target-2", "no room"],
      ["stored", "target-3", undefined],
      ["failed", "target-1", "it is down"],
    ]);
    world.targets[0]!.problems.length = 0;
    const again = await world.replicate();
    expect(outcomesOf(again)).toEqual(["stored", "stored", "unchanged"]);
    for (const { place } of world.targets) expect(setsOf(place)).toEqual(setsOf(world.source));
  });

  test("nothing is kept on this machine", async () => {
    const world = replicas();
    const files = { "one.bin": Buffer.alloc(1_200_000, "1"), "two.bin": Buffer.alloc(1_200_000, "2") };
    putPlainSet(world.source, { id: "v1", archive: large, files });
    const scratch = plainScratch();
    const seen: string[][] = [];
    const [target] = world.targets;
    const put = target!.put.bind(target!);
    target!.put = (items, io) => {
      seen.push(existsSync(scratch.path) ? readdirSync(scratch.path) : []);
      return put(items, io);
    };
    const workspace = { scratch: async () => scratch, freeBytes: async () => 10_000_000 };
    expect(outcomesOf(await world.replicate({}, { workspace }))).toEqual(["stored"]);
    // Of the files, then of the manifest, of records, and of history.
    expect(seen.map((names) => names.length)).toEqual([3, 0, 0, 0]);
    expect(existsSync(scratch.path)).toBe(false);
  });

  test("a set with a file that this machine's disk can't hold fails with how much is missing", async () => {
    const world = replicas();
    putPlainSet(world.source, { id: "v1", archive: large });
    const workspace = { scratch: async () => plainScratch(), freeBytes: async () => 1_000_000 };
    const report = await world.replicate({}, { workspace });
    expect([outcomesOf(report), exitOf(report)]).toEqual([["failed"], 5]);
    expect(report.outcomes[0]?.detail).toMatch(/1\.0 MB free where a file of it needs 1\.5 MB: 500 kB are missing/);
  });

  test.each(["read", "none"] as const)("prove: %s is said as it is", async (prove) => {
    const world = replicas();
    putPlainSet(world.source, { id: "v1" });
    const report = await world.replicate({ prove });
    // Its archive is no tar.
    if (prove === "read") expect([outcomesOf(report), exitOf(report)]).toEqual([["failed"], 6]);
    else expect([report.status, outcomesOf(report)]).toEqual(["unproven", ["unproven"]]);
    if (prove === "none") expect(recordsOf(world.targets[0]!.place, "proof")).toEqual([]);
  });

  test("a copy that a run was told not to prove is proven by the next one that wasn't", async () => {
    const world = replicas();
    putPlainSet(world.source, { id: "v1" });
    await world.replicate({ prove: "none" });
    expect(await world.replicate({ prove: "none" })).toMatchObject({
      status: "unproven",
      outcomes: [{ outcome: "unchanged" }],
    });
    const proving = await world.replicate();
    expect(proving).toMatchObject({ status: "unchanged", outcomes: [{ outcome: "unchanged", proof: "digest" }] });
    expect(recordsOf(world.targets[0]!.place, "proof")).toHaveLength(1);
    world.targets[0]!.place.flipByte("acme/app/snapshot/v1/app.tar");
    expect(await world.replicate()).toMatchObject({ outcomes: [{ outcome: "unchanged", proven: expect.any(String) }] });
  });

  test("what a store lacks or has cut off is put back", async () => {
    const world = replicas();
    putPlainSet(world.source, { id: "v1", archive: large });
    await world.replicate();
    const { place } = world.targets[0]!;
    place.drop("acme/app/snapshot/v1/app.SHA256SUMS");
    place.truncate("acme/app/snapshot/v1/app.tar", 7);
    const report = await world.replicate();
    expect(report).toMatchObject({ status: "ok", outcomes: [{ outcome: "repaired", proof: "digest" }] });
    expect(setsOf(place)).toEqual(setsOf(world.source));
  });
});

describe("choosing", () => {
  const three = () => {
    const world = replicas();
    putPlainSet(world.source, { id: "v1", started: "2026-11-01T00:00:00Z" });
    putPlainSet(world.source, { id: "v2", started: "2026-11-20T00:00:00Z" });
    putPlainSet(world.source, { mode: "archive", id: "20261122T030000Z-0123456" });
    return world;
  };
  const copied = (report: { outcomes: readonly { set?: string }[] }) =>
    report.outcomes.map(({ set = "" }) => set.split("/").at(-1));

  test("sets are chosen by name, by mode, and by when they were made", async () => {
    for (const [settings, sets] of [
      [{ sets: [{ id: "v2" }] }, ["v2"]],
      [{ onlyModes: ["archive"] }, ["20261122T030000Z-0123456"]],
      [{ since: { ago: 4 * 86_400_000 } }, ["v2", "20261122T030000Z-0123456"]],
      [{ since: { time: Date.UTC(2026, 10, 21) } }, ["20261122T030000Z-0123456"]],
      [{ onlyModes: ["snapshot"], since: { ago: 4 * 86_400_000 } }, ["v2"]],
    ] as const)
      expect(copied(await three().replicate(settings))).toEqual(sets);
  });

  test("that there is nothing to copy is an error that says what was looked for", async () => {
    const nothing = await errorOf(three().replicate({ project: "acme/other", onlyModes: ["backup"] }));
    expect([nothing.failure, nothing.message]).toEqual([
      "not-found",
      "there are no sets of acme/other of mode backup in source, so there is nothing to copy; give with from the store that they are in",
    ]);
    expect((await errorOf(three().replicate({ sets: [{ id: "v9" }] }))).failure).toBe("not-found");
    expect((await errorOf(replicas().replicate())).failure).toBe("not-found");
  });

  test("broken sets of the source are named and make the run red, the others are copied", async () => {
    const world = three();
    const { source } = world;
    source.truncate("acme/app/snapshot/v2/app.tar", 3);
    source.objects.set("acme/app/snapshot/v3/app.tar", { data: Buffer.from("x"), modified: new Date(0) });
    putPlainSet(source, { id: "v4" });
    source.flipByte("acme/app/snapshot/v4/app.coldstore.json", 30);
    const report = await world.replicate();
    expect([report.status, exitOf(report)]).toEqual(["failed", 6]);
    expect(report.outcomes.map(({ outcome, store, set }) => [outcome, store, set?.split("/").at(-1)])).toEqual([
      ["corrupt", "source", "v2"],
      ["missing", "source", "v3"],
      ["corrupt", "source", "v4"],
      ["stored", "target-1", "v1"],
      ["stored", "target-1", "20261122T030000Z-0123456"],
    ]);
    expect(Object.keys(setsOf(world.targets[0]!.place)).some((key) => /v[234]/.test(key))).toBe(false);
  });

  test("a dry run says what would be copied and writes nothing", async () => {
    const world = three();
    await world.replicate({ sets: [{ id: "v1" }] });
    world.targets[0]!.place.drop("acme/app/snapshot/v1/app.tar");
    const before = world.targets[0]!.place.keys();
    const report = await world.replicate({ dryRun: true });
    expect([report.status, outcomesOf(report)]).toEqual(["planned", ["would-store", "would-store", "would-store"]]);
    expect(report.outcomes[0]).toMatchObject({ bytes: 9, detail: "puts back a file that the set there lacks" });
    expect(world.targets[0]!.place.keys()).toEqual(before);
  });

  test("a store can't be copied to itself", async () => {
    const world = three();
    expect((await errorOf(world.replicate({}, { stores: [world.from] }))).failure).toBe("settings");
  });
});

describe("damage in the source", () => {
  test("a file that isn't what its manifest says is named there, and isn't copied", async () => {
    for (const [archive, name] of [
      ["small", "app.tar"],
      [large, "app.tar"],
    ] as const) {
      const world = replicas({ targets: 2 });
      putPlainSet(world.source, { id: "v1", archive });
      putPlainSet(world.source, { id: "v2" });
      world.source.flipByte(`acme/app/snapshot/v1/${name}`, 3);
      const report = await world.replicate();
      expect([report.status, exitOf(report), report.errors.length]).toEqual(["failed", 6, 1]);
      expect(report.outcomes.map(({ outcome, store, set, file }) => [outcome, store, set?.at(-1), file])).toEqual([
        ["corrupt", "source", "1", name],
        ["failed", "target-1", "1", undefined],
        ["failed", "target-2", "1", undefined],
        ["stored", "target-1", "2", undefined],
        ["stored", "target-2", "2", undefined],
      ]);
      for (const { place } of world.targets) expect(place.keys().join()).not.toMatch(/v1\/app\.(tar|coldstore)/);
    }
  });

  test("a set that goes away while it's copied is named, whatever size it has", async () => {
    for (const archive of ["small", large]) {
      const world = replicas();
      putPlainSet(world.source, { id: "v1", archive });
      const stop = world.from;
      const preflight = world.targets[0]!.preflight.bind(world.targets[0]!);
      let asked = 0;
      world.targets[0]!.preflight = async (need, io) => {
        asked += 1;
        if (asked === 2) for (const key of world.source.keys()) world.source.drop(key);
        return preflight(need, io);
      };
      const report = await world.replicate();
      expect([stop.name, exitOf(report), report.outcomes[0]?.detail]).toEqual([
        "source",
        3,
        "acme/app/snapshot/v1 was removed from source while it was copied; let what does that end, then run again",
      ]);
    }
  });
});

describe("a set that is there with other content", () => {
  const old = { id: "v1", archive: "old", prefix: "old/" };
  const conflicting = (base = "app") => {
    const world = replicas();
    const { name, objects } = plainSet({
      id: "v1",
      base,
      archive: "new",
      superseded: ["app.tar", "app.files.jsonl.gz", "app.SHA256SUMS"],
    });
    for (const [key, data] of objects)
      world.source.objects.set(key.replace(`${base}.coldstore.json`, "app.coldstore.json"), {
        data,
        modified: new Date(0),
      });
    putPlainSet(world.targets[0]!.place, old);
    return { world, name };
  };

  test("it's a conflict, unless it's to be kept", async () => {
    const { world } = conflicting("app-r2");
    const before = setsOf(world.targets[0]!.place);
    const report = await world.replicate();
    expect([report.status, outcomesOf(report), exitOf(report)]).toEqual(["conflict", ["conflict"], 10]);
    expect(report.outcomes[0]?.detail).toMatch(/with other content .*on-conflict: replace .* on-conflict: keep/);
    const kept = await world.replicate({ onConflict: "keep" });
    expect([outcomesOf(kept), exitOf(kept)]).toEqual([["kept"], 0]);
    expect(setsOf(world.targets[0]!.place)).toEqual(before);
  });

  test("it's replaced by a set that lies beside it, as it does in the source, and nothing of it is lost", async () => {
    const { world } = conflicting("app-r2");
    const { place } = world.targets[0]!;
    const before = place.text("acme/app/snapshot/v1/app.tar");
    const report = await world.replicate({ onConflict: "replace" });
    expect([report.status, outcomesOf(report)]).toEqual(["ok", ["stored"]]);
    expect(place.text("acme/app/snapshot/v1/app.tar")).toBe(before);
    expect(setsOf(place)).toMatchObject(setsOf(world.source));
    expect(place.keys().filter((key) => key.includes("app.replaced-"))).toHaveLength(1);
    expect(await faultsIn(world.targets[0]!)).toEqual([]);
    expect(outcomesOf(await world.replicate())).toEqual(["unchanged"]);
  });

  test("it isn't replaced where that would overwrite its files, or where it's frozen", async () => {
    const { world } = conflicting();
    const report = await world.replicate({ onConflict: "replace" });
    expect([outcomesOf(report), exitOf(report)]).toEqual([["conflict"], 10]);
    const told = report.outcomes[0]?.detail ?? "";
    expect(told).toMatch(/has other bytes as app\.tar.*move that set away.*or use on-conflict: keep to leave it$/);
    const asked = await world.replicate();
    expect([outcomesOf(asked), asked.outcomes[0]?.detail]).toEqual([
      ["conflict"],
      `acme/app/snapshot/v1 is there with other content (in target-1), and can't be replaced: ${told}`,
    ]);
    expect(outcomesOf(await world.replicate({ onConflict: "keep" }))).toEqual(["kept"]);
    const { world: frozen } = conflicting("app-r2");
    const key = "acme/app/records/snapshot/v1/freeze-20261122T030000Z-x.json";
    frozen.targets[0]!.place.objects.set(key, { data: Buffer.from("{}"), modified: new Date(0) });
    for (const onConflict of ["fail", "replace"] as const) {
      const refused = await frozen.replicate({ onConflict });
      expect([outcomesOf(refused), refused.outcomes[0]?.detail]).toEqual([
        ["conflict"],
        expect.stringContaining("is frozen and is never replaced; use on-conflict: keep to leave it"),
      ]);
    }
    expect(outcomesOf(await frozen.replicate({ onConflict: "keep" }))).toEqual(["kept"]);
  });

  test("a damaged manifest is a failure, and is replaced where that's wanted", async () => {
    const world = replicas();
    putPlainSet(world.source, { id: "v1" });
    await world.replicate();
    world.targets[0]!.place.flipByte("acme/app/snapshot/v1/app.coldstore.json", 40);
    const report = await world.replicate();
    expect([outcomesOf(report), exitOf(report)]).toEqual([["failed"], 6]);
    expect(report.outcomes[0]?.detail).toMatch(/in target-1 is no sound set: .*use on-conflict: replace/);
    expect(outcomesOf(await world.replicate({ onConflict: "replace" }))).toEqual(["stored"]);
    expect(setsOf(world.targets[0]!.place)).toMatchObject(setsOf(world.source));
    expect(await faultsIn(world.targets[0]!)).toEqual([]);
  });

  test("what a run of another kind has left is a conflict, and stays as it is", async () => {
    for (const [key, data, told] of [
      ["app.tar", "something else", "other bytes as app.tar"],
      ["app.tar", "tar of vX", "other bytes as app.tar"],
      ["app.zip", "stray", "app.zip beside them"],
    ] as const) {
      const world = replicas();
      putPlainSet(world.source, { id: "v1" });
      const { place } = world.targets[0]!;
      place.objects.set(`acme/app/snapshot/v1/${key}`, { data: Buffer.from(data), modified: new Date(0) });
      const report = await world.replicate();
      expect([outcomesOf(report), exitOf(report)]).toEqual([["conflict"], 10]);
      expect(report.outcomes[0]?.detail).toContain(told);
      expect(Object.keys(setsOf(place))).toEqual([`acme/app/snapshot/v1/${key}`]);
    }
  });

  test("a set of the same content in other files is there already", async () => {
    const world = replicas();
    putPlainSet(world.source, { id: "v1" });
    putPlainSet(world.targets[0]!.place, { id: "v1", started: "2026-11-21T00:00:00Z" });
    expect(outcomesOf(await world.replicate())).toEqual(["unchanged"]);
  });
});
