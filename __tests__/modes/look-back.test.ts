import { expect, test } from "vitest";
import { openFolderStore } from "../../src/adapters/local/folder-store.ts";
import type { Made, Plan } from "../../src/model/details.ts";
import { ColdstoreError } from "../../src/model/errors.ts";
import type { Report } from "../../src/model/report.ts";
import type { ArchiveSettings } from "../../src/settings/settings.ts";
import { schemaProblems } from "../support/json-schema.ts";
import { localFolder } from "../support/local-folder.ts";
import { memoryFolder } from "../support/memory-folder.ts";
import { MemoryPlace, MemoryStore } from "../support/memory-store.ts";
import { exitOf, makeWorld, manifestIn, outcomesOf, type World } from "../support/world.ts";
import { renderJson } from "../../src/render/json.ts";

/** Three commits, each of a tag whose name tells nothing of its age. */
const growing = {
  commits: [
    { files: { same: "s", gone: "gone!", "src/text": "old", "src/big": "b".repeat(900) }, tags: { c: "light" } },
    { files: { "src/text": "newer", "lib/fresh": "f".repeat(50) }, remove: ["gone"], tags: { a: "light" } },
    { files: { same: "S" }, tags: { b: "light" } },
  ],
} as const;

function madeOf(report: Report): Made {
  if (report.made === undefined) throw new Error(`nothing made: ${report.warnings.join("; ")}`);
  return report.made;
}

const idsOf = (past: Made["past"]) => past.map(({ id }) => id);
const at = (id: string, file: string) => `acme/app/snapshot/${id}/app-${id}.${file}`;

async function withTwo(world: World): Promise<World> {
  for (const ref of ["c", "a"]) await world.stored({ ref });
  return world;
}

test("a new set is told with what is big in it, those before it, and what has changed", async () => {
  const world = makeWorld({ repository: growing });
  const first = madeOf(await world.stored({ ref: "c", setsBack: 20 }));
  expect(first).not.toHaveProperty("since");
  expect(idsOf(first.past)).toEqual(["c"]);
  const report = await world.stored({ ref: "a", setsBack: 20, formats: ["tar.gz", "tar"] });
  expect([report.warnings, report.status]).toEqual([[], "ok"]);
  const manifest = manifestIn(world.place, "acme/app/snapshot/a/");
  const archives = manifest.artifacts.filter(({ role }) => role === "archive");
  const made = madeOf(report);
  expect(made).toMatchObject({ set: { id: "a" }, store: "memory", manifest });
  expect(made.biggestEntries.slice(0, 2)).toEqual([
    { path: "src/big", bytes: 900 },
    { path: "lib/fresh", bytes: 50 },
  ]);
  expect(made.biggestFolders).toEqual([
    { path: "src", bytes: 905 },
    { path: "lib", bytes: 50 },
  ]);
  expect(made.past).toEqual([
    first.past[0],
    {
      id: "a",
      made: manifest.run.started,
      tarBytes: manifest.content.tar.bytes,
      archiveBytes: archives.reduce((sum, { bytes }) => sum + bytes, 0),
    },
  ]);
  expect(made.since).toEqual({
    set: { project: "acme/app", mode: "snapshot", id: "c" },
    added: 1,
    removed: 1,
    changed: 1,
    bytes: 50 - 5 + 2,
    examples: [
      { path: "lib/fresh", change: "added", bytes: 50 },
      { path: "gone", change: "removed", bytes: 5 },
      { path: "src/text", change: "changed", bytes: 5 },
    ],
  });
  expect(schemaProblems("report", JSON.parse(renderJson(report)))).toEqual([]);
});

test("an archive in parts weighs what it does whole", async () => {
  const world = makeWorld({
    repository: { files: { noise: Buffer.from(crypto.getRandomValues(new Uint8Array(40_000))) }, tags: { c: "light" } },
  });
  const made = madeOf(await world.stored({ ref: "c", setsBack: 1, splitSize: 10_000 }));
  const [archive] = made.manifest.artifacts;
  expect(archive!.parts!.length).toBeGreaterThan(3);
  expect(made.past).toMatchObject([{ archiveBytes: archive!.bytes }]);
});

test("who isn't asked to look back reads nothing more", async () => {
  const world = await withTwo(makeWorld({ repository: growing }));
  world.store.calls.length = 0;
  const report = await world.stored({ ref: "b" });
  expect(report).not.toHaveProperty("made");
  const listed = world.store.calls.filter(({ call }) => call === "list").map(({ key }) => key);
  expect(listed).not.toContain("acme/app/snapshot/");
});

test("a set that is unchanged, kept or repaired is told with its past, but with no difference", async () => {
  const world = await withTwo(makeWorld({ repository: growing }));
  await world.stored({ ref: "b" });
  const unchanged = await world.snapshot({ ref: "a", setsBack: 2 });
  const kept = await world.snapshot({ ref: "a", setsBack: 2, prefix: "x/", onConflict: "keep" });
  world.place.drop(at("a", "tar.gz"));
  const repaired = await world.snapshot({ ref: "a", setsBack: 2 });
  for (const [report, word] of [
    [unchanged, "unchanged"],
    [kept, "kept"],
    [repaired, "repaired"],
  ] as const) {
    expect(outcomesOf(report)).toEqual([word]);
    expect(madeOf(report)).not.toHaveProperty("since");
    expect(madeOf(report).biggestEntries[0]).toEqual({ path: "src/big", bytes: 900 });
    expect(idsOf(madeOf(report).past)).toEqual(["a", "b"]);
  }
  const oldest = madeOf(await world.snapshot({ ref: "c", setsBack: 2 }));
  expect(idsOf(oldest.past)).toEqual(["c", "b"]);
  expect(idsOf(madeOf(await world.snapshot({ ref: "c", setsBack: 1 })).past)).toEqual(["c"]);
});

test("asked for one set, it is told alone, and still compared with the one before", async () => {
  const world = await withTwo(makeWorld({ repository: growing }));
  const made = madeOf(await world.stored({ ref: "b", setsBack: 1 }));
  expect(idsOf(made.past)).toEqual(["b"]);
  expect(made.since).toMatchObject({ set: { id: "a" }, added: 0, removed: 0, changed: 1, bytes: 0 });
});

test("a set before that is damaged costs the run nothing: the one before that is compared, and it is said", async () => {
  const world = await withTwo(makeWorld({ repository: growing }));
  world.place.flipByte(at("a", "coldstore.json"), 40);
  const report = await world.stored({ ref: "b", setsBack: 20 });
  expect([report.status, exitOf(report)]).toEqual(["ok", 0]);
  expect(madeOf(report).since).toMatchObject({ set: { id: "c" }, added: 1, removed: 1, changed: 2 });
  expect(idsOf(madeOf(report).past)).toEqual(["c", "b"]);
  expect(report.warnings).toEqual([
    expect.stringMatching(/^not every set before acme\/app\/snapshot\/b in memory is told of: .*snapshot\/a\//),
  ]);
});

test.each([
  ["missing", (place: MemoryPlace) => place.drop(at("a", "files.jsonl.gz"))],
  ["cut off", (place: MemoryPlace) => place.truncate(at("a", "files.jsonl.gz"), 70)],
  ["damaged", (place: MemoryPlace) => place.flipByte(at("a", "files.jsonl.gz"), 60)],
  [
    "another set's",
    (place: MemoryPlace) => place.objects.set(at("a", "files.jsonl.gz"), place.objects.get(at("c", "files.jsonl.gz"))!),
  ],
])("a list of the set before that is %s costs the difference alone, and that is said", async (_, spoil) => {
  const world = await withTwo(makeWorld({ repository: growing }));
  spoil(world.place);
  const report = await world.stored({ ref: "b", setsBack: 20 });
  expect([report.status, exitOf(report)]).toEqual(["ok", 0]);
  const made = madeOf(report);
  expect(made).not.toHaveProperty("since");
  expect(idsOf(made.past)).toEqual(["c", "a", "b"]);
  expect(made.biggestEntries[0]).toEqual({ path: "src/big", bytes: 900 });
  expect(made.biggestFolders).toHaveLength(2);
  expect(report.warnings).toEqual([
    expect.stringMatching(
      /^what has changed from a to acme\/app\/snapshot\/b in memory isn't told: .*app-a\.files\.jsonl\.gz/,
    ),
  ]);
});

test("a set whose own list can't be read is told without what is big in it", async () => {
  const world = await withTwo(makeWorld({ repository: growing }));
  world.place.truncate(at("a", "files.jsonl.gz"), 70);
  // It has the length that it should, so that the run takes it for unchanged.
  const data = Buffer.concat([world.place.objects.get(at("a", "files.jsonl.gz"))!.data, Buffer.alloc(1000)]);
  const bytes = manifestIn(world.place, "acme/app/snapshot/a/").artifacts.find(
    ({ role }) => role === "file-list",
  )!.bytes;
  world.place.objects.set(at("a", "files.jsonl.gz"), { data: data.subarray(0, bytes), modified: new Date() });
  const report = await world.snapshot({ ref: "a", setsBack: 20 });
  expect([outcomesOf(report), exitOf(report)]).toEqual([["unchanged"], 0]);
  expect(madeOf(report)).toMatchObject({ biggestEntries: [], biggestFolders: [], past: [{ id: "c" }, { id: "a" }] });
  expect(report.warnings).toEqual([
    expect.stringMatching(/^what is biggest in acme\/app\/snapshot\/a in memory isn't told: /),
  ]);
});

test("a set that was replaced is new: it is compared with the one before, not with what it was", async () => {
  const world = await withTwo(makeWorld({ repository: growing }));
  const report = await world.stored({ ref: "a", setsBack: 20, prefix: "x/", onConflict: "replace" });
  expect(madeOf(report)).toMatchObject({ since: { set: { id: "c" }, added: 1, removed: 1, changed: 1 } });
  expect(idsOf(madeOf(report).past)).toEqual(["c", "a"]);
});

test("a store that is gone when the set is in it costs the past, and nothing else", async () => {
  const world = await withTwo(makeWorld({ repository: growing }));
  const down = new ColdstoreError("store", "the store is down");
  world.store.fail("list", down, { key: "acme/app/snapshot/" });
  const report = await world.stored({ ref: "b", setsBack: 20 });
  expect([report.status, outcomesOf(report)]).toEqual(["ok", ["stored"]]);
  expect(idsOf(madeOf(report).past)).toEqual(["b"]);
  expect(report.warnings).toEqual([
    "which sets were before acme/app/snapshot/b in memory isn't told: the store is down",
  ]);
});

test("it looks into the first store in which the run ended well", async () => {
  const places = [new MemoryPlace(), new MemoryPlace(), new MemoryPlace()];
  const stores = places.map((place, i) => new MemoryStore({ name: `store-${i}`, place, digests: [] }));
  const world = makeWorld({ repository: growing });
  await world.stored({ ref: "c" }, { stores: stores.slice(1) });
  stores[0]!.problems.push(new ColdstoreError("store", "store-0 is full"));
  const report = await world.snapshot({ ref: "a", setsBack: 20 }, { stores });
  expect([report.status, report.errors.length]).toEqual(["failed", 1]);
  expect(madeOf(report)).toMatchObject({
    store: "store-1",
    since: { set: { id: "c" } },
    past: [{ id: "c" }, { id: "a" }],
  });
  const none = await world.snapshot({ ref: "b", setsBack: 20 }, { stores: [stores[0]!] }).catch(() => undefined);
  expect(none?.made).toBeUndefined();
});

test("a run that is ended while it looks back keeps its outcomes, and ends as one that was", async () => {
  const world = await withTwo(makeWorld({ repository: growing }));
  const controller = new AbortController();
  const interrupted = new ColdstoreError("interrupted", "interrupted");
  const progress = {
    start: (title: string) => {
      if (title === "looking back in memory") controller.abort(interrupted);
      return { add: () => {}, done: () => {} };
    },
  };
  const report = await world.snapshot({ ref: "b", setsBack: 20 }, { signal: controller.signal, progress });
  expect([outcomesOf(report), report.errors, report.status]).toEqual([["stored"], [interrupted], "failed"]);
  expect(report.outputs).toMatchObject({ status: "failed", set: "b" });
  expect(report).not.toHaveProperty("made");
});

test("in a folder it is the same, and only sets of the mode and the project are looked at", async () => {
  using folder = localFolder();
  const stores = [openFolderStore({ path: folder.path, name: "./cold" })];
  const world = makeWorld({ repository: growing });
  await world.stored({ ref: "c" }, { stores });
  await world.stored({ ref: "b", project: "acme/other" }, { stores });
  const { store, since, past } = madeOf(await world.stored({ ref: "a", setsBack: 20 }, { stores }));
  expect([store, since?.added, since?.bytes, idsOf(past)]).toEqual(["./cold", 1, 47, ["c", "a"]]);
});

test("archives are told likewise, also one that stands under an earlier id", async () => {
  const place = new MemoryPlace();
  const asked: Partial<ArchiveSettings> = { setsBack: 20 };
  const first = makeWorld({ place, folder: memoryFolder({ files: { a: "1", "d/b": "22" } }) });
  const { past } = madeOf(await first.archive(asked));
  const folder = memoryFolder({ files: { a: "1", "d/b": "333", "d/c": { link: "b" } } });
  const second = makeWorld({ place, folder });
  const now = () => new Date(Date.UTC(2026, 10, 23));
  const made = madeOf(await second.archive(asked, { now }));
  expect(made.since).toMatchObject({ set: { id: past[0]!.id }, added: 1, removed: 0, changed: 1, bytes: 1 });
  expect(made.past).toEqual([...past, { ...made.past[1]!, id: made.set.id }]);
  const again = await second.archive(asked, { now: () => new Date(Date.UTC(2026, 10, 24)) });
  expect([outcomesOf(again), madeOf(again).set, madeOf(again).past]).toEqual([["unchanged"], made.set, made.past]);
});

test("a dry run tells the sizes of the last sets when it is asked to look back", async () => {
  const planOf = ({ details }: Report): Plan => {
    if (details?.kind !== "plan") throw new Error("it has no plan");
    return details.plan;
  };
  const world = await withTwo(makeWorld({ repository: growing }));
  const { past } = madeOf(await world.stored({ ref: "b", setsBack: 20 }));
  expect(planOf(await world.snapshot({ ref: "b", dryRun: true, setsBack: 2 })).past).toEqual(past.slice(-2));
  expect(planOf(await world.snapshot({ ref: "b", dryRun: true }))).not.toHaveProperty("past");
  const empty = await makeWorld().snapshot({ dryRun: true, setsBack: 2 });
  expect(planOf(empty)).not.toHaveProperty("past");
  const folder = makeWorld({ folder: memoryFolder({ files: { a: "1" } }) });
  const archived = madeOf(await folder.archive({ setsBack: 20 }));
  expect(planOf(await folder.archive({ dryRun: true, setsBack: 20 })).past).toEqual(archived.past);
  expect(planOf(await folder.archive({ dryRun: true }))).not.toHaveProperty("past");
});
