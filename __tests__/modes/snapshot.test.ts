import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { openBuildOutputs } from "../../src/adapters/local/build-outputs.ts";
import { ColdstoreError } from "../../src/model/errors.ts";
import { parseManifest, sealManifest, serializeManifest } from "../../src/steps/seal-manifest.ts";
import { makeRepository } from "../support/git-fixture.ts";
import { MemoryPlace, MemoryStore } from "../support/memory-store.ts";
import { openFolder } from "../support/open-fixture.ts";
import {
  buildOutputs,
  bytesIn,
  errorOf,
  exitOf,
  filesIn,
  makeWorld,
  manifestIn,
  outcomesOf,
  setFolder,
  smallProject,
  stateOf,
  storedWorld,
} from "../support/world.ts";

const five = [
  "app-1.4.0.RESTORE.md",
  "app-1.4.0.SHA256SUMS",
  "app-1.4.0.coldstore.json",
  "app-1.4.0.files.jsonl.gz",
  "app-1.4.0.tar.gz",
];

test("a run in an empty store stores five files, the manifest last, and says so", async () => {
  const world = makeWorld();
  const report = await world.snapshot();
  expect(report.status).toBe("ok");
  expect(report.outcomes).toMatchObject([{ outcome: "stored", proof: "digest", set: "acme/app/snapshot/v1.4.0" }]);
  expect(filesIn(world.place)).toEqual(five);
  const puts = world.store.calls.filter(({ call, key }) => call === "put" && key.startsWith(setFolder));
  expect(puts.map(({ key }) => key.slice(setFolder.length))).toEqual([
    "app-1.4.0.tar.gz",
    "app-1.4.0.files.jsonl.gz",
    "app-1.4.0.RESTORE.md",
    "app-1.4.0.SHA256SUMS",
    "app-1.4.0.coldstore.json",
  ]);
});

test("everything stored is settled before the manifest is put", async () => {
  const { store } = await storedWorld();
  const calls = store.calls.map(({ call, key }) => `${call} ${key.slice(setFolder.length)}`);
  const manifest = calls.indexOf("put app-1.4.0.coldstore.json");
  const settled = calls.indexOf("settle ");
  expect(settled).toBeGreaterThan(calls.indexOf("put app-1.4.0.SHA256SUMS"));
  expect(settled).toBeLessThan(manifest);
});

test("the manifest tells what the store has, and its seal fits", async () => {
  const { place } = await storedWorld();
  const manifest = parseManifest(bytesIn(place, `${setFolder}app-1.4.0.coldstore.json`), "it");
  const described = Object.fromEntries(manifest.artifacts.map(({ name, sha256 }) => [setFolder + name, sha256]));
  const { [`${setFolder}app-1.4.0.coldstore.json`]: _, ...others } = stateOf(place);
  expect(described).toEqual(others);
  const tar = gunzipSync(bytesIn(place, `${setFolder}app-1.4.0.tar.gz`));
  expect(manifest.content.tar.bytes).toBe(tar.length);
});

test("two clones of a commit give equal content and the same archive bytes, and an outsider's git gives the same tar", async () => {
  using fixture = makeRepository({ files: { "a.txt": "one\n", "b/c.txt": "two\n" }, tags: { "v1.4.0": "annotated" } });
  fixture.git("clone", "-q", "--depth=1", "--branch=v1.4.0", `file://${fixture.path}`, join(fixture.around, "second"));
  const places = [];
  for (const path of [fixture.path, join(fixture.around, "second")]) {
    await using opened = await openFolder(path);
    places.push((await storedWorld({}, { repository: opened.repository })).place);
  }
  const [first, second] = places.map((place) => manifestIn(place));
  expect(second!.content).toEqual(first!.content);
  expect(second!.artifacts).toEqual(first!.artifacts);
  const tar = execFileSync("git", ["archive", "--prefix=app-1.4.0/", "v1.4.0"], { cwd: fixture.path });
  expect(gunzipSync(bytesIn(places[0]!, `${setFolder}app-1.4.0.tar.gz`)).equals(tar)).toBe(true);
});

test("a second run stores nothing new, packs nothing, and says when the set was proven", async () => {
  const world = await storedWorld();
  const before = stateOf(world.place);
  const report = await world.snapshot(
    {},
    { workspace: { scratch: async () => expect.fail("it packed"), freeBytes: async () => 0 } },
  );
  expect(report.status).toBe("unchanged");
  expect(report.outcomes).toMatchObject([{ outcome: "unchanged", proven: "2026-11-22T03:00:01Z" }]);
  expect(stateOf(world.place)).toEqual(before);
});

test("several formats share one tar", async () => {
  const { place } = await storedWorld({ formats: ["tar.gz", "tar"] });
  const tar = bytesIn(place, `${setFolder}app-1.4.0.tar`);
  expect(gunzipSync(bytesIn(place, `${setFolder}app-1.4.0.tar.gz`)).equals(tar)).toBe(true);
  expect(manifestIn(place).artifacts.flatMap(({ format }) => format ?? [])).toEqual(["tar.gz", "tar"]);
});

test.each(five.filter((name) => !name.endsWith(".coldstore.json")))(
  "a missing %s is put back with the very bytes",
  async (name) => {
    const world = await storedWorld();
    const before = stateOf(world.place);
    world.place.drop(setFolder + name);
    const report = await world.snapshot();
    expect(report.outcomes).toMatchObject([{ outcome: "repaired", proof: "digest" }]);
    expect(stateOf(world.place)).toEqual(before);
  },
);

test.each(five.filter((name) => !name.endsWith(".coldstore.json")))("a truncated %s is put right", async (name) => {
  const world = await storedWorld();
  const before = stateOf(world.place);
  world.place.truncate(setFolder + name, 10);
  expect(outcomesOf(await world.snapshot())).toEqual(["repaired"]);
  expect(stateOf(world.place)).toEqual(before);
});

test("a file that can't be made again with the same bytes is an integrity failure that says with what it was made", async () => {
  const world = await storedWorld({ compressionLevel: 9 });
  // As one that another zlib has made.
  const { content, run, artifacts } = manifestIn(world.place);
  const unlike = artifacts.map((each) => (each.role === "archive" ? { ...each, sha256: "0".repeat(64) } : each));
  const data = serializeManifest(sealManifest({ content, run, artifacts: unlike }));
  world.place.objects.set(`${setFolder}app-1.4.0.coldstore.json`, { data, modified: new Date(0) });
  world.place.drop(`${setFolder}app-1.4.0.tar.gz`);
  const report = await world.snapshot({ compressionLevel: 1 });
  expect(exitOf(report)).toBe(6);
  expect(report.errors[0]!.message).toMatch(/app-1\.4\.0\.tar\.gz .*compression-level 9, zlib/);
  expect(filesIn(world.place)).not.toContain("app-1.4.0.tar.gz");
});

describe("what a set has lost is put back as its manifest says, whatever the run is told to make", () => {
  const made = { formats: ["tar", "tar.gz"], compressionLevel: 9, name: "early", prefix: "p/" } as const;
  const files = ["early.tar", "early.tar.gz", "early.RESTORE.md", "early.SHA256SUMS", "early.files.jsonl.gz"];

  test.each(files)("%s", async (name) => {
    const world = await storedWorld(made);
    const before = stateOf(world.place);
    world.place.drop(setFolder + name);
    expect(outcomesOf(await world.snapshot({ prefix: "p/" }))).toEqual(["repaired"]);
    expect(stateOf(world.place)).toEqual(before);
  });

  test("also all of it, of a set that was replaced with a build output in it", async () => {
    using outputs = buildOutputs({ "app.bin": "built" });
    const world = makeWorld();
    await world.stored({ files: ["app.bin"], prefix: "p/" }, { outputs });
    await world.stored(
      { ...made, files: ["app.bin"], name: "app-1.4.0", prefix: "b/", onConflict: "replace" },
      { outputs },
    );
    const before = stateOf(world.place);
    for (const { name } of manifestIn(world.place).artifacts) world.place.drop(setFolder + name);
    expect(outcomesOf(await world.snapshot({ files: ["app.bin"], prefix: "b/" }, { outputs }))).toEqual(["repaired"]);
    expect(stateOf(world.place)).toEqual(before);
  });

  test("in several stores at once, beside one that gets the set as the run is told", async () => {
    const worlds = [await storedWorld(made), await storedWorld({ prefix: "p/" }), makeWorld()];
    const before = worlds.map(({ place }) => stateOf(place));
    worlds[0]!.place.drop(`${setFolder}early.tar`);
    worlds[1]!.place.drop(`${setFolder}app-1.4.0.tar.gz`);
    const stores = worlds.map(({ place }, i) => new MemoryStore({ place, name: `store-${i}`, digests: [] }));
    const report = await makeWorld().snapshot({ prefix: "p/" }, { stores });
    expect(report.outcomes.map(({ store, outcome }) => [store, outcome])).toEqual([
      ["store-0", "repaired"],
      ["store-1", "repaired"],
      ["store-2", "stored"],
    ]);
    expect(worlds.slice(0, 2).map(({ place }) => stateOf(place))).toEqual(before.slice(0, 2));
    expect(filesIn(worlds[2]!.place)).toEqual(five);
  });
});

test("the archive is put back also by a run with another compression that can't make the others again", async () => {
  const world = await storedWorld({ formats: ["tar"] });
  const before = stateOf(world.place);
  world.place.drop(`${setFolder}app-1.4.0.tar`);
  expect(outcomesOf(await world.snapshot({ formats: ["tar"], compressionLevel: 1 }))).toEqual(["repaired"]);
  expect(stateOf(world.place)).toEqual(before);
});

test("a format that the set lacks is a conflict that names it, and nothing changes", async () => {
  const world = await storedWorld();
  const before = stateOf(world.place);
  const report = await world.snapshot({ formats: ["tar.gz", "tar"] });
  expect(report.status).toBe("conflict");
  expect(exitOf(report)).toBe(10);
  expect(report.errors[0]!.message).toMatch(/is there as tar\.gz and can't get tar added/);
  expect(stateOf(world.place)).toEqual(before);
});

test("fewer formats than the set has are unchanged", async () => {
  const world = await storedWorld({ formats: ["tar.gz", "tar"] });
  expect(outcomesOf(await world.snapshot({ formats: ["tar"] }))).toEqual(["unchanged"]);
});

test("other content under the same id is a conflict that names what differs and the ways out", async () => {
  const world = await storedWorld();
  const before = stateOf(world.place);
  const report = await world.snapshot({ prefix: "other/" });
  expect(outcomesOf(report)).toEqual(["conflict"]);
  expect(report.errors[0]!.message).toMatch(/another prefix.*on-conflict: replace.*on-conflict: keep/);
  expect(stateOf(world.place)).toEqual(before);
});

test("a tag that was moved is a conflict that names both commits", async () => {
  const world = await storedWorld();
  const moved = makeWorld({ place: world.place, repository: { ...smallProject, files: { a: "other\n" } } });
  const report = await moved.snapshot();
  expect(report.errors[0]!.message).toMatch(/commit [0-9a-f]{40}, not [0-9a-f]{40}/);
});

test("on-conflict keep leaves the other content and is green", async () => {
  const world = await storedWorld();
  const before = stateOf(world.place);
  const report = await world.snapshot({ prefix: "other/", onConflict: "keep" });
  expect(outcomesOf(report)).toEqual(["kept"]);
  expect(report.errors).toEqual([]);
  expect(stateOf(world.place)).toEqual(before);
});

test("on-conflict replace stores new files beside the old, swaps the manifest last, and the result verifies clean", async () => {
  const world = await storedWorld();
  const before = stateOf(world.place);
  const calls = world.store.calls.length;
  const report = await world.snapshot({ prefix: "other/", onConflict: "replace" });
  expect(outcomesOf(report)).toEqual(["stored"]);
  const { [`${setFolder}app-1.4.0.coldstore.json`]: old, ...files } = before;
  expect(stateOf(world.place)).toMatchObject(files);
  const kept = `app-1.4.0.replaced-${old!.slice(0, 16)}.json`;
  expect(stateOf(world.place)[setFolder + kept]).toBe(old);
  const writes = world.store.calls
    .slice(calls)
    .filter(({ call, key }) => (call === "put" || call === "replace") && key.startsWith(setFolder));
  expect(writes.at(-1)).toEqual({ call: "replace", key: `${setFolder}app-1.4.0.coldstore.json` });
  const manifest = manifestIn(world.place);
  expect(manifest.content.prefix).toBe("other/");
  expect(manifest.run.superseded).toEqual([...five.filter((name) => !name.includes("coldstore")), kept].sort());
  expect((await world.verify()).outcomes).toMatchObject([{ outcome: "ok" }]);
});

test("a set is replaced again and again, and every state stays", async () => {
  const world = await storedWorld();
  for (const prefix of ["b/", "c/", "d/"]) await world.stored({ prefix, onConflict: "replace" });
  expect(filesIn(world.place).filter((name) => name.endsWith(".tar.gz"))).toHaveLength(4);
  expect(filesIn(world.place).filter((name) => name.includes(".replaced-"))).toHaveLength(3);
  expect(outcomesOf(await world.verify())).toEqual(["ok"]);
  expect(outcomesOf(await world.snapshot({ prefix: "d/" }))).toEqual(["unchanged"]);
});

test("what a replaced set has lost is put back under its names", async () => {
  const world = await storedWorld();
  await world.stored({ prefix: "b/", onConflict: "replace" });
  const before = stateOf(world.place);
  for (const { name } of manifestIn(world.place).artifacts) world.place.drop(setFolder + name);
  expect(outcomesOf(await world.snapshot({ prefix: "b/" }))).toEqual(["repaired"]);
  expect(stateOf(world.place)).toEqual(before);
});

test("a frozen set is never replaced", async () => {
  const world = await storedWorld({ freeze: true });
  const before = stateOf(world.place);
  const report = await world.snapshot({ prefix: "b/", onConflict: "replace" });
  expect(exitOf(report)).toBe(10);
  expect(report.errors[0]!.message).toMatch(/frozen/);
  expect(stateOf(world.place)).toEqual(before);
});

test("freeze writes one marker, and none on the next run", async () => {
  const world = await storedWorld({ freeze: true });
  const markers = () => world.place.keys().filter((key) => key.includes("/freeze-"));
  expect(markers()).toEqual(["acme/app/records/snapshot/v1.4.0/freeze-20261122T030001Z-run-1.json"]);
  await world.stored({ freeze: true });
  expect(markers()).toHaveLength(1);
});

test("freeze marks a set that was there unmarked", async () => {
  const world = await storedWorld();
  await world.stored({ freeze: true });
  expect(world.place.keys().filter((key) => key.includes("/freeze-"))).toHaveLength(1);
});

test("a freeze marker that the store doesn't take makes the run red", async () => {
  const world = makeWorld();
  world.store.fail("put", new ColdstoreError("store", "no room"), {
    key: "acme/app/records/snapshot/v1.4.0/freeze-20261122T030001Z-run-1.json",
  });
  const report = await world.snapshot({ freeze: true });
  expect(exitOf(report)).toBe(5);
  expect(report.status).toBe("failed");
});

test("leftovers of a broken run that are equal are taken up", async () => {
  const world = await storedWorld();
  const before = stateOf(world.place);
  world.place.drop(`${setFolder}app-1.4.0.coldstore.json`);
  world.place.drop(`${setFolder}app-1.4.0.RESTORE.md`);
  expect(outcomesOf(await world.snapshot())).toEqual(["stored"]);
  expect(Object.keys(stateOf(world.place))).toEqual(Object.keys(before));
  expect(outcomesOf(await world.verify())).toEqual(["ok"]);
});

test("leftovers that are different are a conflict with a way out, and the way works", async () => {
  const world = await storedWorld({ compressionLevel: 9 });
  world.place.drop(`${setFolder}app-1.4.0.coldstore.json`);
  const before = stateOf(world.place);
  const report = await world.snapshot({ compressionLevel: 1 });
  expect(exitOf(report)).toBe(10);
  expect(report.errors[0]!.message).toMatch(
    /unfinished and has other bytes as app-1\.4\.0\.tar\.gz.*on-conflict: replace \(keep leaves only whole sets alone\)/,
  );
  expect(stateOf(world.place)).toEqual(before);
  expect(outcomesOf(await world.snapshot({ compressionLevel: 1, onConflict: "replace" }))).toEqual(["stored"]);
  expect(stateOf(world.place)).toMatchObject(before);
  expect(outcomesOf(await world.verify())).toEqual(["ok"]);
});

test("leftovers under other names don't make the set that is stored beside them unsound", async () => {
  const world = await storedWorld({ name: "early" });
  world.place.drop(`${setFolder}early.coldstore.json`);
  await world.stored();
  expect(outcomesOf(await world.verify())).toEqual(["ok"]);
  expect(manifestIn(world.place).run.superseded).toContain("early.tar.gz");
});

test("a damaged manifest is an integrity failure, and replace stores beside it", async () => {
  const world = await storedWorld();
  world.place.flipByte(`${setFolder}app-1.4.0.coldstore.json`, 40);
  const report = await world.snapshot();
  expect(exitOf(report)).toBe(6);
  expect(report.errors[0]!.message).toMatch(/app-1\.4\.0\.coldstore\.json/);
  expect(outcomesOf(await world.snapshot({ onConflict: "replace" }))).toEqual(["stored"]);
  expect(outcomesOf(await world.verify())).toEqual(["ok"]);
});

test("a manifest of a newer Coldstore is never replaced, whatever is asked for", async () => {
  const world = await storedWorld();
  const key = `${setFolder}app-1.4.0.coldstore.json`;
  const newer = bytesIn(world.place, key).toString().replace("manifest/1", "manifest/2");
  world.place.objects.set(key, { data: Buffer.from(newer), modified: new Date(0) });
  const before = stateOf(world.place);
  for (const onConflict of ["fail", "replace", "keep"] as const) {
    const report = await world.snapshot({ onConflict, prefix: "b/" });
    expect(exitOf(report)).toBe(6);
    expect(report.errors[0]!.message).toMatch(/newer Coldstore .*update Coldstore/);
  }
  expect(stateOf(world.place)).toEqual(before);
});

test("two manifests are an integrity failure that names both, also with replace", async () => {
  const world = await storedWorld();
  const [kept] = [...world.place.objects]
    .filter(([key]) => key.endsWith(".coldstore.json"))
    .map(([, object]) => object);
  world.place.objects.set(`${setFolder}twin.coldstore.json`, kept!);
  const before = stateOf(world.place);
  for (const onConflict of ["fail", "replace", "keep"] as const) {
    const report = await world.snapshot({ onConflict });
    expect(exitOf(report)).toBe(6);
    expect(report.errors[0]!.message).toMatch(/app-1\.4\.0\.coldstore\.json and twin\.coldstore\.json/);
  }
  expect(stateOf(world.place)).toEqual(before);
});

test("the manifest of another set in its place is refused", async () => {
  const world = makeWorld({ repository: { ...smallProject, tags: { "v1.4.0": "light", "v2.0.0": "light" } } });
  await world.stored({ ref: "v2.0.0", name: "app-1.4.0" });
  const foreign = world.place.objects.get("acme/app/snapshot/v2.0.0/app-1.4.0.coldstore.json")!;
  world.place.objects.set(`${setFolder}app-1.4.0.coldstore.json`, foreign);
  const report = await world.snapshot();
  expect(exitOf(report)).toBe(6);
  expect(report.errors[0]!.message).toMatch(
    /manifest of another set, v2\.0\.0; move it aside or use on-conflict: replace/,
  );
});

test("prove none says unproven, not ok, and records no proof", async () => {
  const world = makeWorld();
  const report = await world.snapshot({ prove: "none" });
  expect(report.status).toBe("unproven");
  expect(report.outcomes).toMatchObject([{ outcome: "unproven", proof: "none" }]);
  expect(world.place.keys().some((key) => key.includes("/proof-"))).toBe(false);
  const again = await world.snapshot();
  expect(again.outcomes).toMatchObject([{ outcome: "unchanged", detail: "never proven since it was made" }]);
  expect([again.status, exitOf(again)]).toEqual(["unproven", 0]);
});

test("a set that was never proven stays unproven, whatever a later run finds to do, until it is verified", async () => {
  const world = makeWorld();
  await world.snapshot({ prove: "none", exportSubst: "git" });
  expect((await world.snapshot({ exportSubst: "git" })).status).toBe("unproven");
  expect((await world.snapshot({ prefix: "b/", onConflict: "keep" })).status).toBe("unproven");
  world.place.drop(`${setFolder}app-1.4.0.RESTORE.md`);
  expect((await world.snapshot({ exportSubst: "git" })).status).toBe("unproven");
  expect(world.place.keys().some((key) => key.includes("/proof-"))).toBe(false);
  await world.verify();
  expect((await world.snapshot({ exportSubst: "git" })).status).toBe("unchanged");
});

test("a set that is proven in one store and not in another is unproven, and the row says where", async () => {
  const world = await storedWorld();
  const other = makeWorld({ place: new MemoryPlace() });
  await other.snapshot({ prove: "none" });
  const report = await world.snapshot({}, { stores: [world.store, other.store] });
  expect(report.status).toBe("unproven");
  expect(report.outcomes.map(({ proven, detail }) => proven ?? detail)).toEqual([
    "2026-11-22T03:00:01Z",
    "never proven since it was made",
  ]);
});

test.each(["digest", "read"] as const)(
  "prove %s reads every file back from a store that reports no digests",
  async (prove) => {
    const { store } = await storedWorld({ prove });
    const opened = store.calls.filter(({ call }) => call === "open").map(({ key }) => key.slice(setFolder.length));
    expect([...new Set(opened)].sort()).toEqual(five.filter((name) => !name.includes("coldstore")));
  },
);

test.each(["digest", "read"] as const)(
  "a store whose bytes flip behind its back fails with integrity under prove %s, and no manifest is placed",
  async (prove) => {
    for (const name of five.filter((file) => !file.includes("coldstore"))) {
      const world = makeWorld();
      const fickle = new MemoryStore({ place: world.place, digests: [] });
      const settle = fickle.settle.bind(fickle);
      let flipped = false;
      fickle.settle = async (io) => {
        await settle(io);
        if (!flipped) world.place.flipByte(setFolder + name, 20);
        flipped = true;
      };
      const report = await world.snapshot({ prove }, { stores: [fickle] });
      expect(exitOf(report)).toBe(6);
      expect(report.errors[0]!.message).toContain(name);
      expect(filesIn(world.place).filter((file) => file.endsWith(".coldstore.json"))).toEqual([]);
    }
  },
);

test("one of two stores failing leaves the other complete, and the next run only completes what is missing", async () => {
  const world = makeWorld();
  const other = new MemoryStore({ name: "other", place: new MemoryPlace(), digests: [] });
  other.fail("put", new ColdstoreError("store", "the disk is full"), { key: `${setFolder}app-1.4.0.SHA256SUMS` });
  const stores = [world.store, other];
  const report = await world.snapshot({}, { stores });
  expect(report.outcomes).toMatchObject([
    { outcome: "stored", store: "memory" },
    { outcome: "failed", store: "other", detail: "the disk is full" },
  ]);
  expect([report.status, exitOf(report)]).toEqual(["failed", 5]);
  expect(filesIn(other.place)).not.toContain("app-1.4.0.coldstore.json");
  const before = stateOf(world.place);
  const again = await world.snapshot({}, { stores });
  expect(outcomesOf(again)).toEqual(["unchanged", "stored"]);
  expect(stateOf(world.place)).toEqual(before);
  expect(manifestIn(other.place).content).toEqual(manifestIn(world.place).content);
});

test("a store that can't be used is named with all that stands against it; the others get the set", async () => {
  const world = makeWorld();
  const down = new MemoryStore({ name: "down" });
  down.problems.push(new ColdstoreError("store", "it is read-only"), new ColdstoreError("store", "the clock is off"));
  const report = await world.snapshot({}, { stores: [down, world.store] });
  expect(report.outcomes).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ store: "down", outcome: "failed" }),
      expect.objectContaining({ store: "memory", outcome: "stored" }),
    ]),
  );
  expect(report.errors.map(({ message }) => message)).toEqual(
    expect.arrayContaining(["it is read-only", "the clock is off"]),
  );
});

test("build outputs join the set and its checksums, under their own names", async () => {
  using outputs = buildOutputs({ "app.bin": "binary", "notes.txt": "text" });
  const world = makeWorld();
  await world.stored({ files: ["dist/*"] }, { outputs });
  expect(bytesIn(world.place, `${setFolder}app.bin`).toString()).toBe("binary");
  expect(bytesIn(world.place, `${setFolder}app-1.4.0.SHA256SUMS`).toString()).toMatch(
    / {2}app\.bin\n.* {2}notes\.txt\n/,
  );
  expect(manifestIn(world.place).content.files.map(({ name }) => name)).toEqual(["app.bin", "notes.txt"]);
  expect(outcomesOf(await world.snapshot({ files: ["dist/*"] }, { outputs }))).toEqual(["unchanged"]);
});

test("other build outputs are other content; replace keeps the old ones and gives the new ones a name beside", async () => {
  using outputs = buildOutputs({ "app.bin": "binary" });
  using rebuilt = buildOutputs({ "app.bin": "rebuilt" });
  const world = makeWorld();
  await world.stored({ files: ["dist/*"] }, { outputs });
  const conflict = await world.snapshot({ files: ["dist/*"] }, { outputs: rebuilt });
  expect(conflict.errors[0]!.message).toMatch(/another list of files/);
  await world.stored({ files: ["dist/*"], onConflict: "replace" }, { outputs: rebuilt });
  expect(bytesIn(world.place, `${setFolder}app.bin`).toString()).toBe("binary");
  expect(bytesIn(world.place, `${setFolder}app-r2.bin`).toString()).toBe("rebuilt");
  expect(outcomesOf(await world.verify())).toEqual(["ok"]);
  world.place.drop(`${setFolder}app-r2.bin`);
  expect(outcomesOf(await world.snapshot({ files: ["dist/*"] }, { outputs: rebuilt }))).toEqual(["repaired"]);
  expect(outcomesOf(await world.verify())).toEqual(["ok"]);
});

test("a build output that changes while it is read stores nothing", async () => {
  using outputs = buildOutputs({ "app.bin": "binary" });
  using later = buildOutputs({ "app.bin": "later!" });
  const [found] = await outputs.find([]);
  const [changed] = await later.find([]);
  // Taken for what is beside the commit, then for its digest, then for the set.
  const reads = [found!.path, found!.path, changed!.path];
  const shifting = {
    ...found!,
    get path() {
      return reads.length > 1 ? reads.shift()! : reads[0]!;
    },
  };
  const world = makeWorld();
  const report = await world.snapshot({ files: ["dist/*"] }, { outputs: { find: async () => [shifting] } });
  expect(exitOf(report)).toBe(3);
  expect(filesIn(world.place)).toEqual([]);
});

test.each([
  ["app-1.4.0.tar.gz", /a name that the set uses itself/],
  ["other.coldstore.json", /a name that the set uses itself/],
  [".hidden", /use \[A-Za-z0-9._-\] only/],
  ["über.bin", /use \[A-Za-z0-9._-\] only/],
])("a build output called %s can't join", async (name, why) => {
  using outputs = buildOutputs({ [name]: "x" });
  const error = await errorOf(makeWorld().snapshot({ files: ["*"] }, { outputs }));
  expect(error.failure).toBe("source");
  expect(error.message).toMatch(why);
});

test("submodules and LFS pointers stop the run with the lines that leave them out; nothing is stored", async () => {
  const submodule = makeWorld({
    repository: { ...smallProject, files: { "lib/x y": { submodule: "a".repeat(40) }, a: "a" } },
  });
  const first = await errorOf(submodule.snapshot());
  expect(first.message).toMatch(/lib\/x y.*"\/lib\/x y" export-ignore/);
  const lfs = makeWorld({
    repository: { ...smallProject, files: { "big.bin": { lfs: "content" }, "two.bin": { lfs: "more" }, a: "a" } },
  });
  const second = await lfs.snapshot();
  expect(exitOf(second)).toBe(3);
  expect(second.errors.map(({ message }) => message).join()).toMatch(/big\.bin.*two\.bin.*\/big\.bin export-ignore/);
  expect([...filesIn(submodule.place), ...filesIn(lfs.place)]).toEqual([]);
});

test("uncommitted changes warn, fail or are ignored, as told", async () => {
  const changes = { modified: 2, deleted: 0, untracked: 1, paths: ["a.txt", "b.txt", "c.txt"] };
  const warned = await makeWorld({ repository: { ...smallProject, changes } }).stored();
  expect(warned.warnings).toEqual([
    "uncommitted changes are left out of the snapshot (2 modified, 1 untracked): a.txt, b.txt, c.txt",
  ]);
  const failed = await errorOf(makeWorld({ repository: { ...smallProject, changes } }).snapshot({ dirty: "fail" }));
  expect([failed.failure, failed.message]).toEqual(["source", expect.stringMatching(/commit or stash them/)]);
  expect((await makeWorld({ repository: { ...smallProject, changes } }).stored({ dirty: "ignore" })).warnings).toEqual(
    [],
  );
});

test("an unknown ref and an empty tree are source failures, and leave nothing", async () => {
  const world = makeWorld();
  expect((await errorOf(world.snapshot({ ref: "v9" }))).failure).toBe("source");
  const empty = makeWorld({ repository: { ...smallProject, exportIgnored: ["README.md", "src", "link"] } });
  expect((await errorOf(empty.snapshot())).message).toMatch(/no files to archive/);
  expect([...world.place.keys(), ...empty.place.keys()]).toEqual([]);
});

test("records and history say what happened: stored, unchanged, failed", async () => {
  const world = await storedWorld();
  await world.snapshot();
  await world.snapshot({ prefix: "other/" });
  const keys = world.place.keys().filter((key) => !key.startsWith(setFolder));
  expect(keys).toEqual([
    "acme/app/history/20261122T030001Z-run-1.json",
    "acme/app/history/20261122T030002Z-run-2.json",
    "acme/app/history/20261122T030003Z-run-3.json",
    "acme/app/records/snapshot/v1.4.0/proof-20261122T030001Z-run-1.json",
  ]);
  const lines = keys.map((key) => JSON.parse(world.place.text(key)) as Record<string, unknown>);
  const { seal, content_sha256 } = manifestIn(world.place);
  expect(lines[0]).toMatchObject({
    schema: "coldstore/history/1",
    mode: "snapshot",
    set: "v1.4.0",
    run: "run-1",
    outcome: "stored",
    exit: 0,
    content_sha256,
  });
  expect(lines[1]).toMatchObject({ outcome: "unchanged", exit: 0 });
  expect(lines[2]).toMatchObject({ outcome: "conflict", exit: 10, failure: "conflict" });
  const evidence = [{ by: "read", files: 4 }];
  expect(lines[3]).toEqual({
    schema: "coldstore/record/1",
    kind: "proof",
    level: "digest",
    seal,
    content_sha256,
    evidence,
  });
});

test("a run that its source stops is told to a store that knows the project, and to no other", async () => {
  const changes = { modified: 1, deleted: 0, untracked: 0, paths: ["a"] };
  const world = makeWorld({ repository: { ...smallProject, changes } });
  await errorOf(world.snapshot({ dirty: "fail" }));
  expect(world.place.keys()).toEqual([]);
  await world.stored();
  await errorOf(world.snapshot({ dirty: "fail" }));
  const history = world.place.keys().filter((key) => key.includes("/history/"));
  expect(JSON.parse(world.place.text(history.at(-1)!))).toMatchObject({
    outcome: "failed",
    exit: 3,
    failure: "source",
  });
});

test("a store that takes no records is warned of, and the set is stored", async () => {
  const world = makeWorld();
  world.store.fail("put", new ColdstoreError("store", "no records here"), { nth: 6, times: 9 });
  const report = await world.snapshot();
  expect(outcomesOf(report)).toEqual(["stored"]);
  expect(report.warnings).toEqual(
    expect.arrayContaining([expect.stringMatching(/took no record of this run: no records here/)]),
  );
  expect(report.errors).toEqual([]);
});

test("export-subst git compares the built content before it says unchanged", async () => {
  const world = await storedWorld({ exportSubst: "git" });
  const before = stateOf(world.place);
  expect(outcomesOf(await world.snapshot({ exportSubst: "git" }))).toEqual(["unchanged"]);
  expect(stateOf(world.place)).toEqual(before);
});

test("no absolute path, host name or credential gets into what is stored", async () => {
  const origin = "/home/someone/secret-host/repo.git";
  const world = makeWorld({ repository: { ...smallProject, facts: { origin } } });
  await world.stored({ recordEnvironment: true });
  const text = world.place
    .keys()
    .filter((key) => !key.endsWith(".gz"))
    .map((key) => world.place.text(key))
    .join("\n");
  expect(text).not.toMatch(/\/home|\/tmp|\/memory|secret-host/);
});

test("build outputs that join the set are no changes left out of it, even where changes aren't allowed", async () => {
  using fixture = makeRepository({ files: { a: "1" }, tags: { "v1.4.0": "annotated" } });
  fixture.write({ "dist/out.bin": "built" });
  await using opened = await openFolder(fixture.path);
  const outputs = openBuildOutputs(fixture.path);
  const report = await makeWorld({ repository: opened.repository }).stored(
    { dirty: "fail", files: ["dist/*"] },
    { outputs },
  );
  expect(report.warnings).toEqual([]);
});
