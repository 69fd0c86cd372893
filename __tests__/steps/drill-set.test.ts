import { expect, test } from "vitest";
import { ColdstoreError } from "../../src/model/errors.ts";
import type { RestoreTarget } from "../../src/ports/restore-target.ts";
import { type Drill, drillSet } from "../../src/steps/drill-set.ts";
import { MemoryTarget } from "../support/memory-target.ts";
import { keysOf, packedSet, setInWorld, type RestorableSet } from "../support/restorable-set.ts";
import { testIo } from "../support/store-fixtures.ts";
import { buildTar, type TarSpec } from "../support/tar-builder.ts";
import { buildOutputs, bytesIn, errorOf, makeWorld, storedWorld } from "../support/world.ts";

const tree: readonly TarSpec[] = [
  { name: "p/" },
  { name: "p/a", data: "a\n" },
  { name: "p/empty", data: "" },
  { name: "p/large", data: Buffer.alloc(9 * 1024 * 1024, "text ") },
  { name: "p/out", flag: "2", link: "../../etc", mode: 0o777 },
];

/** Drills a set in memory. */
async function drilled(
  { source }: RestorableSet,
  remakeTar?: Drill["remakeTar"],
  prepare: (target: MemoryTarget) => void = () => undefined,
  io = testIo(),
) {
  const targets: MemoryTarget[] = [];
  const openDrill = async (): Promise<RestoreTarget> => {
    const target = new MemoryTarget({ drill: true });
    prepare(target);
    targets.push(target);
    return target;
  };
  try {
    const { errors, note } = await drillSet(source, { openDrill, ...(remakeTar && { remakeTar }) }, io);
    return [...errors.map(({ failure, message }) => [failure, message]), ...(note === undefined ? [] : [note])];
  } finally {
    expect(targets.map(({ disposed }) => disposed)).toEqual(targets.map(() => true));
  }
}

test("a sound set is proven, and nothing of the drill is left", async () => {
  expect(await drilled(await packedSet(buildTar(tree)))).toEqual([]);
});

test("a set with build outputs is proven with them", async () => {
  using outputs = buildOutputs({ "app.whl": "a wheel" });
  const world = makeWorld();
  await world.stored({ files: ["app.whl"] }, { outputs });
  expect(await drilled(setInWorld(world))).toEqual([]);
});

test("a damaged archive is named, also where the set has another one", async () => {
  const set = await packedSet(buildTar(tree), { formats: ["tar.gz", "tar"] });
  set.place.flipByte(keysOf(set, "tar.gz")[0] ?? "", 1000);
  expect(await drilled(set)).toEqual([["integrity", expect.stringMatching(/^app\.tar\.gz: /u)]]);
  set.place.flipByte(keysOf(set, "tar")[0] ?? "", 100_000);
  expect(await drilled(set)).toEqual([
    ["integrity", expect.stringMatching(/^app\.tar\.gz: /u)],
    ["integrity", expect.stringMatching(/^app\.tar: /u)],
  ]);
});

test("files that read otherwise than they were written are named, whatever their size", async () => {
  const lie = (target: MemoryTarget): void => {
    const read = target.read.bind(target);
    target.read = (path, range) => {
      const data = Buffer.from(read(path, range));
      if (path !== "empty" && (range?.start ?? 0) > 0 === (path === "large")) data[0] = (data[0] ?? 0) ^ 1;
      return data;
    };
  };
  expect(await drilled(await packedSet(buildTar(tree)), undefined, lie)).toEqual([
    ["store", expect.stringMatching(/from app\.tar\.gz reads otherwise than it was written: a, large;/u)],
  ]);
});

test("a disk that is full is the error of the drill", async () => {
  const full = (target: MemoryTarget): void => target.fail("write", new ColdstoreError("store", "no room"), "large");
  expect(await drilled(await packedSet(buildTar(tree)), undefined, full)).toEqual([["store", "app.tar.gz: no room"]]);
});

test("a snapshot is compared with the tar of its commit, where that can be had", async () => {
  const world = await storedWorld({ formats: ["tar", "zip"] });
  const set = setInWorld(world);
  const [key = ""] = keysOf(set, "tar");
  const tar = bytesIn(world.place, key);
  async function* chunks(bytes: Uint8Array) {
    yield bytes.subarray(0, 700);
    yield bytes.subarray(700);
  }
  const remade = (bytes: Uint8Array) => async () => ({ kind: "tar", tar: chunks(bytes) }) as const;
  expect(await drilled(set, remade(tar))).toEqual(["compared with git archive of the commit, too"]);
  expect(await drilled(set)).toEqual([]);
  expect(await drilled(set, async () => ({ kind: "none", why: "no clone" }))).toEqual([
    "not compared with git archive: no clone",
  ]);
  const other = Buffer.concat([tar, Buffer.alloc(512)]);
  expect(await drilled(set, remade(other))).toEqual([
    ["integrity", expect.stringMatching(/^git archive of [0-9a-f]{40} gives a tar with the digest [0-9a-f]{64} here/u)],
  ]);
});

test("a clone that can't make the tar is nothing against a sound set", async () => {
  const set = await packedSet(buildTar(tree));
  const broken = async (): Promise<never> => Promise.reject(new ColdstoreError("source", "git is gone"));
  expect(await drilled(set, broken)).toEqual(["not compared with git archive: git is gone"]);
  async function* cutOff(): AsyncGenerator<Uint8Array> {
    yield Buffer.alloc(512);
    throw new ColdstoreError("source", "invalid object");
  }
  expect(await drilled(set, async () => ({ kind: "tar", tar: cutOff() }))).toEqual([
    "not compared with git archive: invalid object",
  ]);
  const bug = async (): Promise<never> => Promise.reject(new ColdstoreError("store", "no pipe"));
  expect(await drilled(set, bug)).toEqual([["store", "no pipe"]]);
});

test("each archive of a set is restored, and the one that gives something else is named", async () => {
  const set = await packedSet(buildTar(tree), { formats: ["tar.gz", "tar", "zip"] });
  const [zip = ""] = keysOf(set, "zip");
  set.place.flipByte(zip, bytesIn(set.place, zip).indexOf("p/large") + 2000);
  expect(await drilled(set)).toEqual([["integrity", expect.stringMatching(/^app\.zip: /u)]]);
});

test("an abort ends a drill with its reason, and leaves nothing", async () => {
  const set = await packedSet(buildTar(tree));
  for (const call of ["file", "read"] as const) {
    const io = testIo();
    const stop = (target: MemoryTarget): void => {
      const original = target[call].bind(target) as (...args: readonly unknown[]) => never;
      target[call] = (...args: readonly unknown[]) => {
        if (args[0] === "large") io.abort();
        return original(...args);
      };
    };
    expect(await errorOf(drilled(set, undefined, stop, io))).toBe(io.reason);
  }
});
