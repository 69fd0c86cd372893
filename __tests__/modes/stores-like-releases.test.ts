import { describe, expect, test } from "vitest";
import { ColdstoreError } from "../../src/model/errors.ts";
import type { Report } from "../../src/model/report.ts";
import { renderText } from "../../src/render/text.ts";
import { MemoryPlace, MemoryStore } from "../support/memory-store.ts";
import { buildOutputs, exitOf, filesIn, makeWorld, outcomesOf, setFolder, stateOf } from "../support/world.ts";
import { memoryFolder } from "../support/memory-folder.ts";

const set = { project: "acme/app", mode: "snapshot", id: "v1.4.0" };
const url = "https://releases.example/v1.4.0";
const refused = new ColdstoreError("store", "the token may not publish; add contents: write");

const releases = (place = new MemoryPlace()) => makeWorld({ place, likeReleases: true });
const shownIn = (place: MemoryPlace) => place.shown.map(({ name }) => name.id);
const isManifest = (name: string) => name.endsWith(".coldstore.json");

describe("what a store is told of a set", () => {
  test("comes before any of it is stored, with its build outputs", async () => {
    const world = releases();
    using outputs = buildOutputs({ "app.deb": "debian" });
    await world.stored({ files: ["*.deb"] }, { outputs });
    const { needs } = world.store;
    expect(needs[0]).toEqual({ write: true, bytes: 0 });
    expect(needs[1]).toMatchObject({
      write: true,
      set: { name: set, base: "app-1.4.0", tag: "v1.4.0", files: [{ name: "app.deb", bytes: 6 }] },
    });
    expect(needs[1]?.set?.commit).toMatch(/^[0-9a-f]{40}$/);
    const words = world.store.calls.map(({ call }) => call);
    expect(words.lastIndexOf("preflight")).toBeLessThan(words.indexOf("put"));
  });

  test("a store that can't take this very set is left alone, the others get it", async () => {
    const world = releases();
    class Picky extends MemoryStore {
      override async preflight(...[need, io]: Parameters<MemoryStore["preflight"]>) {
        await super.preflight(need, io);
        return need.set === undefined ? [] : [new ColdstoreError("settings", "app.deb is empty; leave it out")];
      }
    }
    const picky = new Picky({ name: "picky", likeReleases: true });
    const report = await world.snapshot({}, { stores: [picky, world.store] });
    expect(outcomesOf(report).toSorted()).toEqual(["failed", "stored"]);
    expect(picky.place.keys()).toEqual([]);
    // What is no want of room isn't asked again with a better guess of sizes.
    expect(picky.needs).toHaveLength(2);
    expect((await world.snapshot({ dryRun: true }, { stores: [picky] })).errors).toMatchObject([
      { failure: "settings" },
    ]);
  });
});

describe("a set is shown", () => {
  test("when all of it is there and its manifest is proven, and not before", async () => {
    const world = releases();
    const report = await world.stored();
    const calls = world.store.calls.map(({ call }) => call);
    expect(calls.indexOf("show")).toBeGreaterThan(calls.lastIndexOf("put"));
    expect(calls.slice(0, calls.indexOf("show"))).toContain("read");
    expect(world.place.shown).toMatchObject([{ name: set, base: "app-1.4.0", tag: "v1.4.0", files: [] }]);
    expect(world.place.shown[0]?.commit).toBe(world.store.needs[1]?.set?.commit);
    expect(report.outcomes).toMatchObject([{ outcome: "stored", url, proof: "digest" }]);
    expect(report.outputs).toMatchObject({ "release-url": url, "release-id": 7 });
  });

  test("again by a run that finds it standing, which writes nothing", async () => {
    const world = releases();
    await world.stored();
    const before = stateOf(world.place);
    const report = await world.stored();
    expect(report).toMatchObject({ status: "unchanged", outcomes: [{ outcome: "unchanged", url, proof: "digest" }] });
    expect(report.outputs).toMatchObject({ "release-url": url });
    expect(stateOf(world.place)).toEqual(before);
    expect(shownIn(world.place)).toEqual(["v1.4.0", "v1.4.0"]);
    expect(world.store.calls.filter(({ call }) => call === "put")).toHaveLength(5);
  });

  test("with its build outputs under the names that they have there", async () => {
    const world = releases();
    using outputs = buildOutputs({ "app.deb": "debian" });
    await world.stored({ files: ["*.deb"] }, { outputs });
    expect(world.place.shown[0]?.files).toMatchObject([{ name: "app.deb", bytes: 6 }]);
  });

  test("also when it was left unproven, repaired, or kept with other content", async () => {
    const world = releases();
    await world.snapshot({ prove: "none" });
    world.place.drop(`${setFolder}app-1.4.0.tar.gz`);
    expect(outcomesOf(await world.stored())).toEqual(["repaired"]);
    expect(outcomesOf(await world.stored({ prefix: "b/", onConflict: "keep" }))).toEqual(["kept"]);
    expect(shownIn(world.place)).toEqual(["v1.4.0", "v1.4.0", "v1.4.0"]);
  });

  test("not when it's there with other content, or only half", async () => {
    const world = releases();
    await world.stored();
    expect(outcomesOf(await world.snapshot({ prefix: "b/" }))).toEqual(["conflict"]);
    expect(shownIn(world.place)).toHaveLength(1);
    const broken = releases();
    broken.store.fail("put", new ColdstoreError("store", "down"), { nth: 4 });
    expect(outcomesOf(await broken.snapshot())).toEqual(["failed"]);
    expect(shownIn(broken.place)).toEqual([]);
  });

  test("by no dry run", async () => {
    const world = releases();
    await world.stored();
    await world.snapshot({ dryRun: true });
    expect(shownIn(world.place)).toHaveLength(1);
  });

  test("of an archive that is unchanged under an earlier name, under that name", async () => {
    const folder = memoryFolder({ files: { "a.txt": "a" } });
    const world = makeWorld({ folder, likeReleases: true });
    const first = await world.archive();
    const second = await world.archive();
    expect(outcomesOf(second)).toEqual(["unchanged"]);
    expect(shownIn(world.place)).toEqual([first.outputs["set"], first.outputs["set"]]);
  });

  test("what its store thinks odd about it is a warning", async () => {
    const world = releases();
    world.store.showWarnings.push("someone else's draft isn't published");
    expect((await world.stored()).warnings).toContain("someone else's draft isn't published");
  });

  test("when that fails the run has failed, says that the set is stored, and the next run shows it", async () => {
    const world = releases();
    world.store.fail("show", refused);
    const report = await world.snapshot();
    expect(report.status).toBe("failed");
    expect(report.outcomes).toMatchObject([{ outcome: "failed" }]);
    expect(report.errors[0]?.message).toBe(
      "acme/app/snapshot/v1.4.0 is stored in memory, but isn't shown there yet: the token may not publish; add contents: write",
    );
    expect(exitOf(report)).toBe(5);
    expect(filesIn(world.place).filter(isManifest)).toHaveLength(1);
    expect(outcomesOf(await world.stored())).toEqual(["unchanged"]);
    expect(shownIn(world.place)).toEqual(["v1.4.0"]);
  });

  test("the loser of a race shows the same content, and nothing else", async () => {
    const place = new MemoryPlace();
    const second = releases(place);
    // A run of its own, by its id and time.
    await second.list();
    const same = await Promise.all([releases(place).snapshot(), second.snapshot()]);
    expect(same.flatMap(outcomesOf).toSorted()).toEqual(["stored", "unchanged"]);
    expect(place.shown).toHaveLength(2);
    const other = new MemoryPlace();
    const ends = await Promise.all([releases(other).snapshot(), releases(other).snapshot({ prefix: "b/" })]);
    expect(ends.flatMap(outcomesOf).toSorted()).toEqual(["conflict", "stored"]);
    expect(other.shown).toHaveLength(1);
  });
});

describe("a set in a store that tells digests", () => {
  const archiveKey = `${setFolder}app-1.4.0.tar.gz`;

  test("is proven by them each time it's found, though no record says so", async () => {
    const world = releases();
    await world.stored({ prove: "none" });
    const report = await world.stored();
    expect(report).toMatchObject({ status: "unchanged", outcomes: [{ outcome: "unchanged", proof: "digest" }] });
    expect(textOf(report)).not.toContain("never proven");
    const dry = await world.snapshot({ dryRun: true });
    expect(dry.outcomes).toMatchObject([{ outcome: "unchanged", proof: "digest" }]);
    expect(world.place.keys().filter((key) => !key.startsWith(setFolder))).toEqual([]);
  });

  test("is repaired where a digest is wrong, and is proven then as a whole", async () => {
    const world = releases();
    await world.stored();
    const before = stateOf(world.place);
    world.place.flipByte(archiveKey, 30);
    expect((await world.list()).warnings).toEqual([
      "acme/app/snapshot/v1.4.0: app-1.4.0.tar.gz has other bytes than it should; run its snapshot again to put that right",
    ]);
    const report = await world.stored();
    expect(report).toMatchObject({ status: "ok", outcomes: [{ outcome: "repaired", proof: "digest" }] });
    expect(report.outcomes[0]?.proven).toMatch(/^2026-11-22T03:00:0\dZ$/);
    expect(stateOf(world.place)).toEqual(before);
  });

  test("of another state than its records tell is repaired, too, where there are records", async () => {
    const world = makeWorld({ digests: ["sha256"] });
    await world.stored();
    world.place.flipByte(archiveKey, 30);
    expect(outcomesOf(await world.stored())).toEqual(["repaired"]);
    expect((await world.stored()).outcomes).toMatchObject([{ outcome: "unchanged", proof: "digest" }]);
  });

  test("is verified by them, without being read", async () => {
    const world = releases();
    await world.stored();
    const before = world.store.calls.length;
    expect(outcomesOf(await world.verify({ level: "digest" }))).toEqual(["ok"]);
    expect(world.store.calls.slice(before).filter(({ call }) => call === "open")).toEqual([]);
    world.place.flipByte(archiveKey, 30);
    const { outcomes } = await world.verify({ level: "digest" });
    expect(outcomes.map(({ outcome, file }) => [outcome, file?.split(":")[0]])).toContainEqual([
      "corrupt",
      "app-1.4.0.tar.gz",
    ]);
  });

  test("is read back in full where every byte is to be read", async () => {
    const world = releases();
    await world.stored();
    const before = world.store.calls.length;
    expect(outcomesOf(await world.verify({ level: "read" }))).toEqual(["ok"]);
    const read = new Set(world.store.calls.slice(before).flatMap(({ call, key }) => (call === "open" ? key : [])));
    expect(read.size).toBe(4);
  });

  test("is the newest proven one for a restore, and proven now in a list", async () => {
    const world = releases();
    await world.stored({ prove: "none" });
    const report = await world.restore({ dryRun: true });
    expect(report.errors).toEqual([]);
    expect(report.warnings.filter((warning) => warning.includes("proven"))).toEqual([]);
    const { details } = await world.list();
    expect(details).toMatchObject({ kind: "sets", rows: [{ state: "complete", proven: "2026-11-22T03:00:03Z" }] });
    const one = await world.list({ sets: [{ id: "v1.4.0" }] });
    expect(one.details).toMatchObject({ kind: "set", proven: "2026-11-22T03:00:04Z" });
  });
});

describe("a store without records", () => {
  test("is told of no proof, history or failure, and nobody is told that it wasn't", async () => {
    const world = releases();
    expect((await world.stored()).warnings).toEqual([]);
    const before = world.store.calls.length;
    await world.snapshot({ ref: "no-such-tag" }).catch(() => undefined);
    expect(world.store.calls.slice(before).map(({ call }) => call)).toEqual(["preflight"]);
  });

  test("says of a set that was to be frozen that it isn't, unless the place keeps it by itself", async () => {
    const world = releases();
    const report = await world.stored({ freeze: true });
    expect(report.status).toBe("ok");
    expect(report.warnings).toEqual([expect.stringContaining("isn't frozen in memory, which takes no freeze markers")]);
    world.place.lock(set);
    expect((await world.stored({ freeze: true })).warnings).toEqual([]);
    expect((await world.list()).details).toMatchObject({ rows: [{ frozen: true }] });
  });

  test("is listed a handful of times for a set, and less for one that stands", async () => {
    const world = releases();
    const lists = () => world.store.calls.filter(({ call }) => call === "list").length;
    await world.stored({ setsBack: 20 });
    expect(lists()).toBeLessThanOrEqual(5);
    const before = lists();
    await world.stored({ setsBack: 20 });
    expect(lists() - before).toBeLessThanOrEqual(2);
  });

  test("is listed a handful of times for an archive", async () => {
    const world = makeWorld({ folder: memoryFolder({ files: { "a.txt": "a" } }), likeReleases: true });
    expect(outcomesOf(await world.archive({ setsBack: 20 }))).toEqual(["stored"]);
    expect(world.store.calls.filter(({ call }) => call === "list").length).toBeLessThanOrEqual(6);
  });
});

const textOf = (report: Report) => renderText(report, { color: false });

describe("a set that is locked", () => {
  async function lockedWorld() {
    const world = releases();
    await world.stored();
    world.place.lock(set);
    return world;
  }
  const made = (world: ReturnType<typeof makeWorld>) => world.lines.filter((line) => line.startsWith("packing")).length;

  test("is unchanged where it's whole and equal", async () => {
    const world = await lockedWorld();
    expect(outcomesOf(await world.stored())).toEqual(["unchanged"]);
  });

  test.each([
    ["its content is another", { prefix: "b/" }],
    ["it's to be replaced", { prefix: "b/", onConflict: "replace" }],
    ["it's to get another format", { formats: ["tar.gz", "zip"] }],
  ] as const)("is immutable, with a way out, when %s; nothing is built for it", async (_, settings) => {
    const world = await lockedWorld();
    const before = made(world);
    const report = await world.snapshot(settings);
    expect(report).toMatchObject({ status: "immutable", outcomes: [{ outcome: "immutable" }] });
    expect(report.outputs["status"]).toBe("immutable");
    expect(exitOf(report)).toBe(10);
    expect(report.errors[0]?.message).toContain("store it elsewhere");
    expect(textOf(report)).toContain("immutable acme/app/snapshot/v1.4.0");
    expect(made(world)).toBe(before);
    expect(await world.snapshot({ ...settings, dryRun: true })).toMatchObject({
      status: "immutable",
      outcomes: [{ outcome: "immutable" }],
    });
  });

  test("is kept with other content when that is asked for", async () => {
    const world = await lockedWorld();
    expect(outcomesOf(await world.stored({ prefix: "b/", onConflict: "keep" }))).toEqual(["kept"]);
  });

  test("isn't repaired", async () => {
    const world = await lockedWorld();
    world.place.drop(`${setFolder}app-1.4.0.RESTORE.md`);
    expect(outcomesOf(await world.snapshot())).toEqual(["immutable"]);
  });

  test("isn't begun where nothing of it is there yet", async () => {
    const world = releases();
    world.place.lock(set);
    expect(outcomesOf(await world.snapshot())).toEqual(["immutable"]);
    expect(made(world)).toBe(0);
  });

  test("is compared before it's called immutable where only the content tells", async () => {
    const world = releases();
    await world.stored({ exportSubst: "git" });
    world.place.lock(set);
    expect(outcomesOf(await world.stored({ exportSubst: "git" }))).toEqual(["unchanged"]);
  });

  test("is something else than a store that failed, which counts for more", async () => {
    const world = await lockedWorld();
    const down = new MemoryStore({ name: "down" });
    down.fail("put", new ColdstoreError("store", "down"), { times: 9 });
    const report = await world.snapshot({ prefix: "b/" }, { stores: [world.store, down] });
    expect(outcomesOf(report)).toEqual(["immutable", "failed"]);
    expect(report.status).toBe("failed");
  });

  test("that can't be told whether it is one, fails", async () => {
    const world = releases();
    world.store.fail("locked", new ColdstoreError("store", "GitHub doesn't answer"));
    expect(outcomesOf(await world.snapshot())).toEqual(["failed"]);
  });

  test("that is locked while it's stored is immutable, too", async () => {
    const world = releases();
    world.store.fail("put", new ColdstoreError("immutable", "v1.4.0 was published meanwhile"), { nth: 3, times: 9 });
    const report = await world.snapshot();
    expect(report).toMatchObject({ status: "immutable", outcomes: [{ outcome: "immutable" }] });
    expect(world.place.shown).toEqual([]);
  });
});
