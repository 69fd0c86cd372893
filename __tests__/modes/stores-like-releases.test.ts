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
    expect(world.place.shown[0]?.files).toEqual([{ name: "app.deb", bytes: 6 }]);
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
