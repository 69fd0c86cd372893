import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { keepingWorkspace } from "../../src/adapters/local/keep-files.ts";
import { openWorkspace } from "../../src/adapters/local/workspace.ts";
import { retryingStore } from "../../src/adapters/wrappers/retrying-store.ts";
import { usualRetries } from "../../src/adapters/wrappers/retry-policy.ts";
import { ColdstoreError } from "../../src/model/errors.ts";
import type { StoreAddress } from "../../src/model/store-address.ts";
import type { Ports } from "../../src/ports/ports.ts";
import type { Io, Put, Store } from "../../src/ports/store.ts";
import type { Workspace } from "../../src/ports/workspace.ts";
import type { ArchiveSettings, SnapshotSettings } from "../../src/settings/settings.ts";
import { memoryFolder } from "../support/memory-folder.ts";
import { MemoryPlace, MemoryStore } from "../support/memory-store.ts";
import { seeded } from "../support/store-fixtures.ts";
import { bytesIn, errorOf, exitOf, filesIn, makeWorld, manifestIn, outcomesOf, setFolder } from "../support/world.ts";

const splitSize = 40_000;

/** Noise, of which every format makes several parts. */
function noise(bytes: number, seed: number): Buffer {
  const random = seeded(seed);
  return Buffer.from(Array.from({ length: bytes }, () => Math.floor(random() * 256)));
}

const files = Object.fromEntries(Array.from({ length: 6 }, (_, i) => [`f${i}`, noise(60_000, i)]));
const repository = { files, tags: { "v1.4.0": "annotated" as const } };

let root = "";
beforeEach(() => void (root = mkdtempSync(join(tmpdir(), "coldstore-bounded-"))));
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Scratch that is looked into whenever something happens. */
async function watched(free?: number) {
  const workspace = await openWorkspace({ root, signal: new AbortController().signal });
  const most = { parts: 0, files: 0 };
  const look = () => {
    const found = readdirSync(root, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
    // The first part bears the archive's own name until it is whole.
    const parts = found.filter(({ name }) => /\.(tar|tar\.gz|tar\.zst|zip)(\.part-\d+)?$/.test(name));
    const bytes = parts.map(({ parentPath, name }) => sizeOf(join(parentPath, name)));
    most.parts = Math.max(
      most.parts,
      bytes.reduce((sum, each) => sum + each, 0),
    );
    most.files = Math.max(most.files, parts.length);
  };
  const seen: Workspace = { scratch: async () => workspace.scratch(), freeBytes: async () => free };
  const meter = { add: look, done: look };
  const ports: Partial<Ports> = { workspace: seen, progress: { start: () => meter } };
  return { ports, most, look };
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** A store that takes its time with each file, and looks around meanwhile. */
function slow(store: Store, turns: number, look: () => void): Store {
  async function* put(items: AsyncIterable<Put> | Iterable<Put>, io: Io) {
    for await (const item of items) {
      for (let left = turns; left > 0; left -= 1) {
        await turn();
        look();
      }
      yield* store.put([item], io);
    }
  }
  return new Proxy<Store>(store, { get: (target, key) => (key === "put" ? put : memberOf(target, key)) });
}

function memberOf(target: object, key: string | symbol): unknown {
  const member: unknown = Reflect.get(target, key, target);
  return typeof member === "function" ? (...args: unknown[]): unknown => Reflect.apply(member, target, args) : member;
}

const somewhere: StoreAddress = { kind: "folder", text: "./cold", path: "/nowhere/cold" };

/** The set as scratch without a bound makes it. */
async function unbounded(settings: Partial<SnapshotSettings> = {}): Promise<MemoryPlace> {
  const world = makeWorld({ repository });
  await world.stored({ splitSize, ...settings, stores: [somewhere] });
  return world.place;
}

function expectSame(place: MemoryPlace, other: MemoryPlace, folder = setFolder, otherFolder = folder): void {
  const [manifest, expected] = [manifestIn(place, folder), manifestIn(other, otherFolder)];
  expect(manifest.content).toEqual(expected.content);
  expect(manifest.artifacts).toEqual(expected.artifacts);
  for (const name of filesIn(other, otherFolder).filter((each) => !each.endsWith(".coldstore.json")))
    expect(bytesIn(place, folder + name).equals(bytesIn(other, otherFolder + name))).toBe(true);
}

test.each([[["tar.gz"]], [["tar.zst"]], [["tar"]], [["zip"]], [["tar.gz", "zip", "tar"]]] as const)(
  "of %j no more than two parts each lie in scratch, however slow a store is, and the set is the same",
  async (formats) => {
    const { ports, most, look } = await watched();
    const world = makeWorld({ repository });
    const stores = [slow(world.store, 3, look), slow(new MemoryStore({ name: "slower" }), 9, look)];
    const report = await world.stored({ splitSize, formats }, { ...ports, stores });
    expect(outcomesOf(report)).toEqual(["stored", "stored"]);
    const parts = manifestIn(world.place).artifacts.flatMap((artifact) => artifact.parts ?? []);
    expect(parts.length).toBeGreaterThan(6 * formats.length);
    expect(most.parts).toBeGreaterThan(splitSize);
    expect(most.parts).toBeLessThanOrEqual(2 * splitSize * formats.length);
    expect(most.files).toBeLessThanOrEqual(2 * formats.length);
    expectSame(world.place, await unbounded({ formats }));
    expect(readdirSync(root)).toEqual([]);
  },
);

test("with a store on this machine all parts stay until the end, as what lies there is linked", async () => {
  const { ports, most, look } = await watched();
  const world = makeWorld({ repository });
  const stores = [slow(world.store, 2, look)];
  await world.stored({ splitSize, stores: [somewhere] }, { ...ports, stores });
  expect(most.files).toBeGreaterThan(6);
});

test("an archive of a folder is read twice, and no more than two of its parts lie in scratch", async () => {
  const folder = memoryFolder({ files });
  const other = makeWorld({ folder });
  const whole = await other.archive({ splitSize, stores: [somewhere] });
  const { ports, most, look } = await watched();
  const world = makeWorld({ folder });
  const report = await world.archive({ splitSize }, { ...ports, stores: [slow(world.store, 3, look)] });
  expect(outcomesOf(report)).toEqual(["stored"]);
  expect(most.parts).toBeLessThanOrEqual(2 * splitSize);
  const [mine, theirs] = [report, whole].map((each) => `acme/app/archive/${String(each.outputs["set"])}/`);
  expectSame(world.place, other.place, mine, theirs);
  expect(readdirSync(root)).toEqual([]);
  expect(outcomesOf(await world.archive({ splitSize }, ports))).toEqual(["unchanged"]);
});

test("a folder that changes between the two readings is red, and nothing of it stays in the store", async () => {
  const changing = { ...files };
  const world = makeWorld({ folder: memoryFolder({ files: changing }) });
  const { ports } = await watched();
  const settings: Partial<ArchiveSettings> = { splitSize };
  let reads = 0;
  const start: Ports["progress"]["start"] = (title) => {
    reads += Number(title.startsWith("packing"));
    return { add: () => undefined, done: () => undefined };
  };
  const before = world.archive(settings, {
    ...ports,
    progress: { start },
    openFolder: async () => changingFolder(() => reads > 0),
  });
  const report = await before;
  expect(outcomesOf(report)).toEqual(["failed"]);
  expect(exitOf(report)).toBe(3);
  expect(report.errors[0]!.message).toMatch(/has changed while it was being archived/);
  expect(world.place.keys().filter((key) => key.includes("/archive/") && !key.includes("/records/"))).toEqual([]);
});

/** A folder whose files are of other bytes once it is told to have changed. */
function changingFolder(hasChanged: () => boolean) {
  const [folder, later] = [memoryFolder({ files }), memoryFolder({ files: { ...files, f5: noise(60_000, 99) } })];
  const disk = new Proxy(folder.disk, {
    get: (target, key) => memberOf(hasChanged() && (key === "read" || key === "stream") ? later.disk : target, key),
  });
  return new Proxy(folder, { get: (target, key) => (key === "disk" ? disk : memberOf(target, key)) });
}

test("a store that fails for good halfway doesn't hold up the other, and the next run completes it", async () => {
  for (const nth of [1, 2, 5, 9]) {
    const { ports, most, look } = await watched();
    const world = makeWorld({ repository });
    const broken = new MemoryStore({ name: "broken" });
    broken.fail("put", new ColdstoreError("store", "the quota is used up"), { nth });
    const stores = [slow(world.store, 2, look), slow(broken, 1, look)];
    const report = await world.snapshot({ splitSize }, { ...ports, stores });
    expect(outcomesOf(report)).toEqual(["stored", "failed"]);
    expect(exitOf(report)).toBe(5);
    expect(most.parts).toBeLessThanOrEqual(2 * splitSize);
    const next = await world.snapshot({ splitSize }, { ...ports, stores });
    expect(outcomesOf(next)).toEqual(["unchanged", "stored"]);
    expectSame(broken.place, world.place);
  }
});

test("a part is there as long as its store tries again", async () => {
  const { ports, most, look } = await watched();
  const world = makeWorld({ repository });
  const broken = new MemoryStore({ name: "broken" });
  for (const nth of [1, 3, 8])
    broken.fail("put", new ColdstoreError("store", "try again", { transient: true }), { nth, times: 2 });
  const retries = { ...usualRetries(), sleep: async () => turn() };
  const stores = [slow(world.store, 1, look), retryingStore(slow(broken, 1, look), retries)];
  expect(outcomesOf(await world.stored({ splitSize }, { ...ports, stores }))).toEqual(["stored", "stored"]);
  expect(most.parts).toBeLessThanOrEqual(2 * splitSize);
  expectSame(broken.place, world.place);
});

test("a run that is stopped at any moment ends, leaves scratch empty, and the next one completes the set", async () => {
  const reason = new ColdstoreError("interrupted", "stopped");
  for (const looks of [1, 5, 12, 30, 60]) {
    const stop = new AbortController();
    const { ports, look } = await watched();
    let left = looks;
    const count = () => {
      look();
      left -= 1;
      if (left === 0) stop.abort(reason);
    };
    const world = makeWorld({ repository });
    const stores = [slow(world.store, 2, count)];
    const end = await world
      .snapshot({ splitSize }, { ...ports, stores, signal: stop.signal })
      .then(exitOf, (error: unknown) => (error === reason ? 130 : String(error)));
    expect(stop.signal.aborted ? [130, 0] : [0]).toContain(end);
    expect(readdirSync(root)).toEqual([]);
    await world.snapshot({ splitSize }, ports);
    expect(outcomesOf(await world.verify())).toEqual(["ok"]);
  }
});

test("where later steps could get everything but for want of room, they get all but the parts", async () => {
  const { ports, most, look } = await watched(200_000);
  const workspace = keepingWorkspace(
    await openWorkspace({ root, signal: new AbortController().signal }),
    join(root, "job"),
  );
  const world = makeWorld({ repository });
  const own = { ...ports, workspace: { ...workspace, freeBytes: async () => 200_000 } };
  const report = await world.stored({ splitSize }, { ...own, stores: [slow(world.store, 2, look)] });
  expect(report.warnings).toEqual([]);
  expect(most.parts).toBeLessThanOrEqual(2 * splitSize);
  expect(world.lines).toContainEqual(
    expect.stringMatching(/^parts of app-1\.4\.0 leave scratch as soon as they are stored/),
  );
  const artifacts = report.outputs["artifacts"] as readonly { readonly name: string; readonly path?: string }[];
  const unkept = artifacts.filter(({ path }) => path === undefined).map(({ name }) => name);
  expect(unkept).toEqual(manifestIn(world.place).artifacts[0]!.parts!.map(({ name }) => name));
  for (const output of ["manifest", "checksums"]) expect(sizeOf(String(report.outputs[output]))).toBeGreaterThan(0);
});

test("of two runs at once with bounded scratch no more than one stores, and none is green that hasn't", async () => {
  const place = new MemoryPlace();
  const { ports, look } = await watched();
  const reports = await Promise.all(
    [{}, { prefix: "b/" }].map(async (settings, i) => {
      const world = makeWorld({ place, repository });
      return world.snapshot({ splitSize, ...settings }, { ...ports, stores: [slow(world.store, 1 + i, look)] });
    }),
  );
  const [first, second] = reports.flatMap(outcomesOf).sort();
  expect(first).toBe("conflict");
  expect(["failed", "stored"]).toContain(second);
  if (second === "stored") expect(outcomesOf(await makeWorld({ place }).verify())).toEqual(["ok"]);
});

test("a set that lost parts gets just these back", async () => {
  const place = await unbounded();
  const parts = manifestIn(place).artifacts[0]!.parts!.map(({ name }) => name);
  const lost = [parts[0]!, parts[3]!, parts.at(-1)!];
  for (const name of lost) place.drop(setFolder + name);
  const { ports, most, look } = await watched();
  const world = makeWorld({ place, repository });
  const report = await world.stored({ splitSize }, { ...ports, stores: [slow(world.store, 2, look)] });
  expect(outcomesOf(report)).toEqual(["repaired"]);
  expect(most.parts).toBeLessThanOrEqual(2 * splitSize);
  expect(world.lines.filter((line) => line.startsWith("stored")).map((line) => line.split(" ")[1])).toEqual(lost);
});

test("what only packing tells is known before a store has the first part", async () => {
  const { ports } = await watched();
  const world = makeWorld({ repository: { ...repository, files: { ...files, "odd\\name": "x" } } });
  const report = await world.snapshot({ splitSize, formats: ["tar", "zip"] }, ports);
  expect(report.errors).toMatchObject([{ failure: "source", message: expect.stringMatching(/a zip can't hold/) }]);
  expect(filesIn(world.place)).toEqual([]);
});

test("what is expanded is compared before a store has the first part", async () => {
  const { ports, most } = await watched();
  const world = makeWorld({ repository });
  await world.stored({ splitSize, exportSubst: "git" }, ports);
  const before = most.parts;
  most.parts = 0;
  expect(outcomesOf(await world.snapshot({ splitSize, exportSubst: "git" }, ports))).toEqual(["unchanged"]);
  expect([before > 0, most.parts]).toEqual([true, 0]);
});

test.each(["snapshot", "archive"] as const)("without room for it a %s stops before any work", async (mode) => {
  const { ports, most } = await watched(300_000);
  const world = makeWorld({ repository, folder: memoryFolder({ files }) });
  const error = await errorOf(world[mode]({}, ports));
  expect(error).toMatchObject({
    failure: "store",
    message: expect.stringMatching(/missing: .* set TMPDIR .* to a disk with more$/),
  });
  expect([most.parts, world.place.keys()]).toEqual([0, []]);
  expect(outcomesOf(await world[mode]({ splitSize }, ports))).toEqual(["stored"]);
});
