import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { ColdstoreError } from "../../src/model/errors.ts";
import type { Report } from "../../src/model/report.ts";
import { MemoryPlace, MemoryStore } from "../support/memory-store.ts";
import {
  bytesIn,
  errorOf,
  exitOf,
  filesIn,
  makeWorld,
  manifestIn,
  outcomesOf,
  setFolder,
  smallProject,
  storedWorld,
  type World,
} from "../support/world.ts";

const levels = ["list", "digest", "read"] as const;

/** What no more than names and sizes speak for isn't proven. */
const soundWord = (level: string) => (level === "list" ? "unproven" : "ok");
const formats = ["tar.gz", "tar.zst", "tar", "zip"] as const;

/** One stored set that tests copy and then damage. */
const sound = await storedWorld({ formats });
const names = filesIn(sound.place);
const payload = names.filter((name) => !name.endsWith(".coldstore.json"));

function copied(digests: readonly "sha256"[] = []): World {
  const place = new MemoryPlace();
  for (const [key, object] of sound.place.objects) place.objects.set(key, object);
  return makeWorld({ place, digests });
}

const facts = (report: Report) => report.outcomes.map(({ outcome, file }) => `${outcome} ${file}`);

test.each(levels)("a sound set is told as proven as level %s proves it", async (level) => {
  const report = await copied().verify({ level });
  expect(report.outcomes).toMatchObject([
    { outcome: soundWord(level), set: "acme/app/snapshot/v1.4.0", proof: level === "list" ? "none" : level },
  ]);
  expect(exitOf(report)).toBe(0);
  expect(report.status).toBe(level === "list" ? "unproven" : "ok");
});

test("it's told whether a proof by digest rests on the store's own digests or on reading back", async () => {
  const files = payload.length;
  const read = await copied().verify({ level: "digest" });
  expect(read.outcomes).toMatchObject([{ proof: "digest", evidence: [{ by: "read", files }] }]);
  const reported = await copied(["sha256"]).verify({ level: "digest" });
  expect(reported.outcomes).toMatchObject([{ proof: "digest", evidence: [{ by: "sha256", files }] }]);
  const [deeper] = (await copied(["sha256"]).verify({ level: "read" })).outcomes;
  expect(deeper).not.toHaveProperty("evidence");
});

const places = [0, 0.1, 0.5, 0.9, 1] as const;

test.each(payload)("a flipped byte anywhere in %s is corrupt at levels digest and read", async (name) => {
  for (const level of ["digest", "read"] as const)
    for (const share of places)
      for (const digests of [[], ["sha256"]] as const) {
        const world = copied(digests);
        const { length } = bytesIn(world.place, setFolder + name);
        world.place.flipByte(setFolder + name, Math.round(share * (length - 1)));
        const report = await world.verify({ level });
        expect(exitOf(report)).toBe(6);
        expect(new Set(outcomesOf(report))).toEqual(new Set(["corrupt"]));
        for (const { file } of report.outcomes) expect(file!.split(": ")[0]).toBe(name);
      }
});

test.each(formats)("damage in the midst of a %s names the entry that it hits", async (format) => {
  const name = `app-1.4.0.${format}`;
  for (const level of ["digest", "read"] as const) {
    const world = copied();
    const bytes = bytesIn(world.place, setFolder + name);
    const at = placeIn(format, bytes);
    world.place.flipByte(setFolder + name, at);
    const report = await world.verify({ level });
    const entries = report.outcomes.flatMap(({ file }) => file?.split(": ")[1] ?? []);
    expect(entries.length).toBeGreaterThan(0);
    if (format === "tar" || format === "zip") expect(entries).toEqual(["src/data.txt"]);
    for (const { message } of report.errors) expect(message).toMatch(/^acme\/app\/snapshot\/v1\.4\.0 in memory: /);
  }
});

/** A byte of a file's content, or in the midst of a block. */
function placeIn(format: (typeof formats)[number], bytes: Buffer): number {
  if (format === "tar") return bytes.indexOf("some data") + 700;
  return format === "zip" ? bytes.indexOf("src/data.txt") + 16 : Math.floor(bytes.length / 2);
}

test("a flipped byte anywhere in the manifest is corrupt at every level", async () => {
  for (const level of levels)
    for (const share of places) {
      const world = copied();
      const { length } = bytesIn(world.place, `${setFolder}app-1.4.0.coldstore.json`);
      world.place.flipByte(`${setFolder}app-1.4.0.coldstore.json`, Math.round(share * (length - 1)));
      const report = await world.verify({ level });
      expect([exitOf(report), facts(report)]).toEqual([6, ["corrupt app-1.4.0.coldstore.json"]]);
    }
});

test.each(payload)("a lost %s is missing at every level", async (name) => {
  for (const level of levels) {
    const world = copied();
    world.place.drop(setFolder + name);
    const report = await world.verify({ level });
    expect([exitOf(report), facts(report)]).toEqual([6, [`missing ${name}`]]);
  }
});

test.each(payload)("a truncated and an extended %s are corrupt at every level", async (name) => {
  for (const level of levels)
    for (const change of [-1, -40, 1, 600]) {
      const world = copied();
      const bytes = bytesIn(world.place, setFolder + name);
      const data = change < 0 ? bytes.subarray(0, change) : Buffer.concat([bytes, Buffer.alloc(change)]);
      world.place.objects.set(setFolder + name, { data, modified: new Date(0) });
      const report = await world.verify({ level });
      expect(exitOf(report)).toBe(6);
      expect(report.outcomes).toContainEqual(
        expect.objectContaining({
          outcome: "corrupt",
          file: name,
          detail: expect.stringMatching(`${data.length} bytes, not ${bytes.length}`),
        }),
      );
      for (const { file } of report.outcomes) expect(file!.split(": ")[0]).toBe(name);
    }
});

test.each(["stray.txt", "folder/stray.txt", "app-1.4.0.tar.gz.part-001"])(
  "an extra %s is named at every level",
  async (name) => {
    for (const level of levels) {
      const world = copied();
      world.place.objects.set(setFolder + name, { data: Buffer.from("x"), modified: new Date(0) });
      const report = await world.verify({ level });
      expect([exitOf(report), facts(report)]).toEqual([6, [`corrupt ${name}`]]);
      expect(report.outcomes[0]!.detail).toMatch(/^extra/);
    }
  },
);

test.each(["app-1.4.0-r2.tar.gz", "app-1.4.0-r3.files.jsonl.gz"])(
  "%s, of a replace that isn't through, takes nothing from a sound set, and is told of",
  async (name) => {
    for (const level of levels) {
      const world = copied();
      world.place.objects.set(setFolder + name, { data: Buffer.from("x"), modified: new Date(0) });
      const report = await world.verify({ level });
      expect(report).toMatchObject({ errors: [], outcomes: [{ outcome: soundWord(level) }] });
      expect(report.outcomes[0]!.detail).toContain(`has left ${name} beside it`);
    }
  },
);

test("two files that were swapped are both named at every level", async () => {
  for (const level of levels)
    for (const [one, other] of [
      [0, 1],
      [2, 3],
      [3, 4],
    ] as const) {
      const world = copied();
      const [a, b] = [setFolder + payload[one], setFolder + payload[other]];
      const [first, second] = [world.place.objects.get(a)!, world.place.objects.get(b)!];
      world.place.objects.set(a, second).set(b, first);
      const report = await world.verify({ level });
      expect(exitOf(report)).toBe(6);
      for (const name of [payload[one], payload[other]])
        expect(report.outcomes.map(({ file }) => file)).toContain(name);
    }
});

test("several faults are all named", async () => {
  const world = copied();
  world.place.drop(`${setFolder}app-1.4.0.RESTORE.md`);
  world.place.flipByte(`${setFolder}app-1.4.0.SHA256SUMS`);
  world.place.flipByte(`${setFolder}app-1.4.0.tar`, 3000);
  world.place.objects.set(`${setFolder}stray`, { data: Buffer.from("x"), modified: new Date(0) });
  const report = await world.verify();
  const files = new Set(report.outcomes.map(({ file = "" }) => file.replace(/: .*/, "")));
  expect([...files].sort()).toEqual(["app-1.4.0.RESTORE.md", "app-1.4.0.SHA256SUMS", "app-1.4.0.tar", "stray"]);
});

test.each(payload)("a %s that can't be read is unknown, with the store's reason and exit code", async (name) => {
  for (const level of ["digest", "read"] as const) {
    const world = copied();
    world.store.fail("open", new ColdstoreError("store", "input/output error"), { key: setFolder + name, times: 99 });
    const report = await world.verify({ level });
    expect(exitOf(report)).toBe(5);
    expect(report.outcomes).toContainEqual(expect.objectContaining({ outcome: "unknown", file: name }));
    expect(outcomesOf(report)).not.toContain("ok");
  }
});

test("a manifest that can't be read is unknown, not corrupt", async () => {
  const world = copied();
  world.store.fail("read", new ColdstoreError("store", "input/output error"));
  const report = await world.verify();
  expect([exitOf(report), outcomesOf(report)]).toEqual([5, ["unknown"]]);
});

test("a listing that fails is unknown", async () => {
  const world = copied();
  world.store.fail("list", new ColdstoreError("store", "it is down"));
  const report = await world.verify();
  expect([exitOf(report), outcomesOf(report)]).toEqual([5, ["unknown"]]);
});

test("a set without a manifest is missing it", async () => {
  const world = copied();
  world.place.drop(`${setFolder}app-1.4.0.coldstore.json`);
  const report = await world.verify();
  expect([exitOf(report), outcomesOf(report)]).toEqual([6, ["missing"]]);
  expect(report.errors[0]!.message).toMatch(/no manifest.*run its snapshot again/);
});

test("a newer manifest is refused with the advice to update", async () => {
  const world = copied();
  const key = `${setFolder}app-1.4.0.coldstore.json`;
  const newer = bytesIn(world.place, key).toString().replace("manifest/1", "manifest/2");
  world.place.objects.set(key, { data: Buffer.from(newer), modified: new Date(0) });
  const report = await world.verify();
  expect(exitOf(report)).toBe(6);
  const says = "was written by a newer Coldstore (coldstore/manifest/2); update Coldstore to read it";
  const file = "app-1.4.0.coldstore.json";
  expect(report.errors[0]!.message).toBe(`acme/app/snapshot/v1.4.0 in memory: ${file}: ${says}`);
  expect(report.outcomes).toMatchObject([{ outcome: "corrupt", file, detail: says }]);
});

test("of two manifests both are named, and neither is blamed", async () => {
  const world = copied();
  world.place.objects.set(`${setFolder}b.coldstore.json`, { data: Buffer.from("{}"), modified: new Date(0) });
  const report = await world.verify();
  expect(report.errors[0]!.message).toBe(
    "acme/app/snapshot/v1.4.0 in memory: has two manifests, app-1.4.0.coldstore.json and b.coldstore.json; move the wrong one away",
  );
  expect(facts(report)).toEqual(["corrupt undefined"]);
});

test("ids that fit no set are all named", async () => {
  const report = await copied().verify({ sets: [{ id: "v8" }, { id: "v9" }] });
  expect([exitOf(report), report.errors[0]!.message]).toEqual([7, expect.stringMatching(/no set v8 and no set v9 in/)]);
});

const manySets = { ...smallProject, tags: { v1: "light", v2: "light" } } as const;

async function storeOfFour(): Promise<World> {
  const world = makeWorld({ repository: manySets });
  for (const project of ["acme/app", "acme/lib"]) for (const ref of ["v1", "v2"]) await world.stored({ project, ref });
  return world;
}

test("all sets are verified, or those of a project, or those that were named", async () => {
  const world = await storeOfFour();
  const sets = async (settings: Parameters<World["verify"]>[0]) =>
    (await world.verify(settings)).outcomes.map(({ set }) => set);
  const all = ["acme/app/snapshot/v1", "acme/app/snapshot/v2", "acme/lib/snapshot/v1", "acme/lib/snapshot/v2"];
  expect(await sets({})).toEqual(all);
  expect(await sets({ project: "acme/lib" })).toEqual(all.slice(2));
  expect(await sets({ project: "acme/lib", sets: [{ id: "v2" }] })).toEqual(all.slice(3));
  expect(
    await sets({
      sets: [
        { project: "acme/lib", mode: "snapshot", id: "v1" },
        { project: "acme/app", id: "v2" },
      ],
    }),
  ).toEqual([all[2], all[1]]);
});

test("an id that fits several sets lists them; one that fits none says what is there", async () => {
  const world = await storeOfFour();
  const ambiguous = await world.verify({ sets: [{ id: "v1" }] });
  expect([exitOf(ambiguous), ambiguous.errors[0]!.message]).toEqual([
    2,
    expect.stringMatching(/acme\/app\/snapshot\/v1, acme\/lib\/snapshot\/v1/),
  ]);
  const unknown = await world.verify({ sets: [{ mode: "snapshot", id: "v9" }] });
  expect([exitOf(unknown), unknown.errors[0]!.message]).toEqual([
    7,
    expect.stringMatching(/no set snapshot\/v9.*acme\/lib\/snapshot\/v2/),
  ]);
});

test("one broken set among several doesn't hide the others", async () => {
  const world = await storeOfFour();
  world.place.drop("acme/app/snapshot/v2/app-2.tar.gz");
  const report = await world.verify();
  expect(outcomesOf(report)).toEqual(["ok", "missing", "ok", "ok"]);
  expect(exitOf(report)).toBe(6);
});

test("a store without sets proves nothing, and that is a failure", async () => {
  const report = await makeWorld().verify();
  expect([exitOf(report), outcomesOf(report)]).toEqual([7, ["unknown"]]);
  expect(report.outcomes[0]?.detail).toMatch(/give the store that they are in$/);
  const releases = await makeWorld().verify({}, { stores: [new MemoryStore({ likeReleases: true })] });
  expect(releases.outcomes[0]?.detail).toMatch(/are in \(drafts are seen only with a token that may write contents\)$/);
});

test("what can't be reached is unknown, with every reason, and other stores are verified", async () => {
  const world = copied();
  const down = new MemoryStore({ name: "down" });
  down.problems.push(new ColdstoreError("store", "it is down"), new ColdstoreError("store", "and late"));
  const report = await world.verify({}, { stores: [down, world.store] });
  expect(outcomesOf(report)).toEqual(["unknown", "ok"]);
  expect(report.outcomes[0]!.detail).toBe("whether its sets are sound\nit is down\nand late");
});

test("a proof is recorded for each sound set whose bytes were read, and the run in the project's history", async () => {
  const world = await storeOfFour();
  world.place.drop("acme/app/snapshot/v2/app-2.tar.gz");
  const before = new Set(world.place.keys());
  await world.verify();
  const added = world.place.keys().filter((key) => !before.has(key));
  expect(added).toEqual([
    "acme/app/history/20261122T030005Z-run-5.json",
    "acme/app/records/snapshot/v1/proof-20261122T030005Z-run-5.json",
    "acme/lib/history/20261122T030005Z-run-5.json",
    "acme/lib/records/snapshot/v1/proof-20261122T030005Z-run-5.json",
    "acme/lib/records/snapshot/v2/proof-20261122T030005Z-run-5.json",
  ]);
  const { seal, content_sha256 } = manifestIn(world.place, "acme/app/snapshot/v1/");
  expect(JSON.parse(world.place.text(added[1]!))).toEqual({
    schema: "coldstore/record/1",
    kind: "proof",
    level: "read",
    seal,
    content_sha256,
  });
  expect(JSON.parse(world.place.text(added[0]!))).toMatchObject({
    mode: "verify",
    exit: 6,
    sets: [
      { set: "snapshot/v1", faults: [] },
      { set: "snapshot/v2", faults: [{ kind: "missing", file: "app-2.tar.gz" }] },
    ],
  });
});

test("level list records no proof, and a dry run records nothing", async () => {
  const world = copied();
  const before = world.place.keys();
  await world.verify({ dryRun: true });
  expect(world.place.keys()).toEqual(before);
  await world.verify({ level: "list" });
  expect(world.place.keys().filter((key) => !before.includes(key))).toEqual([
    "acme/app/history/20261122T030002Z-run-2.json",
  ]);
});

test("a later snapshot run tells of the proof that verify recorded", async () => {
  const world = await storedWorld();
  await world.verify({ level: "digest" });
  expect((await world.snapshot()).outcomes).toMatchObject([{ outcome: "unchanged", proven: "2026-11-22T03:00:02Z" }]);
});

test("a store that refuses records doesn't fail verify", async () => {
  const world = copied();
  world.store.fail("put", new ColdstoreError("store", "read-only"), { times: 9 });
  const report = await world.verify();
  expect([exitOf(report), outcomesOf(report), report.warnings]).toEqual([0, ["ok"], []]);
  expect(world.lines.join()).toMatch(/took no record of this verification: read-only/);
});

test("a stopped verification is interrupted, not sound", async () => {
  const stop = new AbortController();
  const meter = { add: () => stop.abort(new ColdstoreError("interrupted", "stopped")), done: () => {} };
  const report = await copied().verify({}, { signal: stop.signal, progress: { start: () => meter } });
  expect(exitOf(report)).toBe(130);
  expect(outcomesOf(report)).not.toContain("ok");
});

/** A folder that holds what a set's folder does, without the folders around it. */
function looseFolder(): World {
  const place = new MemoryPlace();
  for (const name of names) place.objects.set(name, sound.place.objects.get(setFolder + name)!);
  return makeWorld({ place });
}

const sha256 = (data: Uint8Array) => createHash("sha256").update(data).digest("hex");

test.each(names)("a single %s is verified with the manifest beside it", async (name) => {
  for (const level of levels) {
    const world = looseFolder();
    expect(outcomesOf(await world.verify({ file: `/here/${name}`, level }))).toEqual([soundWord(level)]);
    world.place.truncate(name, 5);
    expect(exitOf(await world.verify({ file: `/here/${name}`, level }))).toBe(6);
  }
});

test("a single archive's damage names the entry when the file list lies beside it, and the file when not", async () => {
  const world = looseFolder();
  world.place.flipByte("app-1.4.0.tar", bytesIn(world.place, "app-1.4.0.tar").indexOf("some data"));
  const named = await world.verify({ file: "app-1.4.0.tar" });
  expect(named.outcomes.map(({ file }) => file)).toContain("app-1.4.0.tar: src/data.txt");
  world.place.drop("app-1.4.0.files.jsonl.gz");
  const alone = await world.verify({ file: "app-1.4.0.tar" });
  expect([exitOf(alone), facts(alone)]).toEqual([6, ["corrupt app-1.4.0.tar"]]);
});

test("a single file is verified with a checksum file alone", async () => {
  const world = looseFolder();
  world.place.drop("app-1.4.0.coldstore.json");
  expect((await world.verify({ file: "app-1.4.0.tar.gz" })).outcomes).toMatchObject([
    { outcome: "ok", detail: "as app-1.4.0.SHA256SUMS says" },
  ]);
  world.place.flipByte("app-1.4.0.tar.gz", 99);
  const report = await world.verify({ file: "app-1.4.0.tar.gz" });
  expect([exitOf(report), facts(report)]).toEqual([6, ["corrupt app-1.4.0.tar.gz"]]);
});

test("checksum lines in coreutils' other forms count too", async () => {
  for (const line of ["HASH *my file.bin", "HASH  ./my file.bin", "# note\nHASH  my file.bin"]) {
    const place = new MemoryPlace();
    const data = Buffer.from("content");
    place.objects.set("my file.bin", { data, modified: new Date(0) });
    place.objects.set("SHA256SUMS", {
      data: Buffer.from(`${line.replace("HASH", sha256(data).toUpperCase())}\n`),
      modified: new Date(0),
    });
    expect(outcomesOf(await makeWorld({ place }).verify({ file: "my file.bin" }))).toEqual(["ok"]);
  }
});

test("a single archive with nothing beside it is looked through, and stays unproven", async () => {
  for (const format of formats) {
    const place = new MemoryPlace();
    place.objects.set("it", sound.place.objects.get(`${setFolder}app-1.4.0.${format}`)!);
    const report = await makeWorld({ place }).verify({ file: "it" });
    expect([exitOf(report), outcomesOf(report)]).toEqual([7, ["unproven"]]);
    expect(report.outcomes[0]!.detail).toMatch(/readable (tar.*|zip) of commit [0-9a-f]{40} with 6 entries/);
    place.truncate("it", 300);
    expect(exitOf(await makeWorld({ place }).verify({ file: "it" }))).toBe(6);
  }
});

test("a damaged manifest beside a single file is what is reported", async () => {
  const world = looseFolder();
  world.place.flipByte("app-1.4.0.coldstore.json", 50);
  const report = await world.verify({ file: "app-1.4.0.tar.gz" });
  expect(exitOf(report)).toBe(6);
  expect(report.errors[0]!.message).toMatch(/app-1\.4\.0\.coldstore\.json/);
  expect(facts(report)).toEqual(["corrupt app-1.4.0.coldstore.json", "unknown app-1.4.0.tar.gz"]);
  const own = await world.verify({ file: "app-1.4.0.coldstore.json" });
  expect([exitOf(own), facts(own)]).toEqual([6, ["corrupt app-1.4.0.coldstore.json"]]);
});

test.each([
  ["an empty file", ""],
  ["a short text", "hello\n"],
  ["a long text", "a".repeat(2000)],
  ["zeros too few for a tar", "\u0000".repeat(511)],
])("%s with nothing beside it is said to be no archive", async (_, text) => {
  const place = new MemoryPlace();
  for (const name of ["a.txt", "a.tar"]) place.objects.set(name, { data: Buffer.from(text), modified: new Date(0) });
  const report = await makeWorld({ place }).verify({ file: "a.txt" });
  expect([exitOf(report), facts(report)]).toEqual([7, ["unknown a.txt"]]);
  expect(report.errors[0]!.message).toMatch(
    /^a\.txt isn't a tar, tar\.gz, tar\.zst or zip, and nothing beside it says/,
  );
  const archive = await makeWorld({ place }).verify({ file: "a.tar" });
  expect([exitOf(archive), facts(archive)]).toEqual([6, ["corrupt a.tar"]]);
  expect(archive.errors[0]!.message).toBe("a.tar: it isn't a tar, tar.gz, tar.zst or zip");
});

test("a manifest of another set that lies beside a single file doesn't vouch for it", async () => {
  const world = looseFolder();
  world.place.objects.set("other.bin", { data: Buffer.from("x"), modified: new Date(0) });
  const report = await world.verify({ file: "other.bin" });
  expect(exitOf(report)).not.toBe(0);
  expect(outcomesOf(report)).not.toContain("ok");
});

test("a single file that isn't there is not found", async () => {
  expect((await errorOf(looseFolder().verify({ file: "/here/nothing.tar" }))).failure).toBe("not-found");
});
