import { expect, test } from "vitest";
import { recordKey } from "../../src/model/keys.ts";
import type { Io, StoredObject } from "../../src/ports/store.ts";
import { recentSets } from "../../src/steps/recent-sets.ts";
import { sealManifest, serializeManifest } from "../../src/steps/seal-manifest.ts";
import { MemoryPlace, MemoryStore } from "../support/memory-store.ts";
import { testIo } from "../support/store-fixtures.ts";
import { manifestIn, storedWorld } from "../support/world.ts";

const { schema: _, seal: __, content_sha256: ___, ...manifest } = manifestIn((await storedWorld()).place);

const start = Date.UTC(2026, 0, 1);
const timeOf = (second: number) => new Date(start + second * 1000).toISOString().slice(0, 19);
const compact = (second: number) => `${timeOf(second).replaceAll(/[-:]/g, "")}Z`;
const key = (id: string) => `acme/app/snapshot/${id}/app.coldstore.json`;

/** Puts a set there that has nothing but its manifest: made, and touched, so many seconds after the start. */
function putSet(place: MemoryPlace, id: string, { made, touched = made }: { made: number; touched?: number }): void {
  const run = { ...manifest.run, set: id, started: `${timeOf(made)}Z` };
  const modified = new Date(start + touched * 1000);
  place.objects.set(key(id), { data: serializeManifest(sealManifest({ ...manifest, run })), modified });
}

function putProof(place: MemoryPlace, id: string, second: number): void {
  const set = { project: "acme/app", mode: "snapshot", id };
  const stamp = { time: compact(second), run: "run" };
  place.objects.set(recordKey(set, "proof", stamp), { data: Buffer.from("{}"), modified: new Date(0) });
}

class TimelessStore extends MemoryStore {
  override async *list(prefix: string, io: Io): AsyncGenerator<StoredObject> {
    for await (const { modified: _, ...object } of super.list(prefix, io)) yield object;
  }
}

async function idsOf(store: MemoryStore, count: number): Promise<readonly string[]> {
  const { sets } = await recentSets(store, { project: "acme/app", mode: "snapshot" }, count, testIo());
  return sets.map(({ name }) => name.id);
}

const readsOf = ({ calls }: MemoryStore) => calls.filter(({ call }) => call === "read" || call === "open").length;
const seconds = Array.from({ length: 30 }, (_, n) => n);
// 7 and 30 have no divisor in common: names in another order than the sets were made in.
const tagOf = (second: number) => `v${String((second * 7) % 30).padStart(2, "0")}`;
const newest = seconds.slice(-20).map(tagOf);

test("of 30 tags out of order the newest are found by the files' times, the oldest first", async () => {
  const place = new MemoryPlace();
  for (const second of seconds) putSet(place, tagOf(second), { made: second });
  const store = new MemoryStore({ place });
  expect(await idsOf(store, 20)).toEqual(newest);
  expect(readsOf(store)).toBe(20);
});

test.each(["no times", "the time of a copy"])(
  "in a store whose files have %s they are found by their first proofs",
  async (times) => {
    const place = new MemoryPlace();
    for (const second of seconds) {
      putSet(place, tagOf(second), { made: second, touched: 1e6 - second });
      putProof(place, tagOf(second), second + 5);
      putProof(place, tagOf(second), 5000 - second);
    }
    const store = times === "no times" ? new TimelessStore({ place }) : new MemoryStore({ place });
    expect(await idsOf(store, 20)).toEqual(newest);
    expect(readsOf(store)).toBeLessThanOrEqual(30);
  },
);

test("in a store that tells no times, ids that begin with one are gone by; the manifests then tell", async () => {
  const place = new MemoryPlace();
  const idOf = (second: number) => `${compact(second)}-abcdef0`;
  for (const second of seconds) putSet(place, idOf(second), { made: second === 25 ? 900 : second + 10 });
  putSet(place, "no-time", { made: 1000 });
  const store = new TimelessStore({ place });
  expect(await idsOf(store, 6)).toEqual([...[26, 27, 28, 29, 25].map(idOf), "no-time"]);
});

test("of 5,000 sets a few manifests are read, whatever the clocks of the store say, and no history is listed", async () => {
  for (const disorder of ["none", "all"]) {
    const place = new MemoryPlace();
    for (let n = 0; n < 5000; n++) {
      const time = disorder === "none" ? n : (n * 1237) % 5000;
      const id = n % 2 === 0 ? `v${n}` : `${compact(n)}-abcdef0`;
      if (n < 4900) place.objects.set(key(id), { data: Buffer.from("{}"), modified: new Date(start + time * 1000) });
      else putSet(place, id, { made: n, touched: time });
      putProof(place, id, disorder === "none" ? n : (n * 3001) % 5000);
    }
    const store = new MemoryStore({ place, digests: [] });
    await recentSets(store, { project: "acme/app", mode: "snapshot" }, 20, testIo());
    expect(readsOf(store)).toBeLessThanOrEqual(disorder === "none" ? 30 : 60);
    const listed = store.calls.filter(({ call }) => call === "list").map((call) => call.key);
    expect(listed).toEqual(["acme/app/snapshot/", "acme/app/records/snapshot/"]);
  }
});

test("damaged ones are named, and those without a manifest aren't sets yet", async () => {
  const place = new MemoryPlace();
  for (const second of [0, 1, 2]) putSet(place, `v${second}`, { made: second });
  place.objects.set("acme/app/snapshot/v3/app.tar.gz", { data: Buffer.from("x"), modified: new Date() });
  place.flipByte(key("v1"), 40);
  const store = new MemoryStore({ place });
  const { sets, unreadable } = await recentSets(store, { project: "acme/app", mode: "snapshot" }, 9, testIo());
  expect(sets.map(({ name }) => name.id)).toEqual(["v0", "v2"]);
  expect(unreadable).toEqual([expect.stringContaining("acme/app/snapshot/v1/")]);
});
