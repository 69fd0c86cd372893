import { expect, test } from "vitest";
import type { Io, Seen } from "../../src/ports/store.ts";
import { awaitWholeSet } from "../../src/steps/await-other-run.ts";
import { MemoryStore } from "../support/memory-store.ts";
import { dataArtifact, testIo } from "../support/store-fixtures.ts";

const set = { project: "acme/app", mode: "snapshot", id: "v1" };

class PausingStore extends MemoryStore {
  readonly seen: Seen[] = [];
  /** What happens in a pause. */
  during: (pause: number) => Promise<void> = async () => {};

  async lookAgain(seen: Seen, io: Io): Promise<boolean> {
    io.signal.throwIfAborted();
    this.seen.push(seen);
    await this.during(this.seen.length);
    return seen.looks < 3;
  }
}

async function put(store: MemoryStore, name: string): Promise<string> {
  const key = `acme/app/snapshot/v1/${name}`;
  await Array.fromAsync(store.put([{ key, artifact: dataArtifact(name, name) }], testIo()));
  return key;
}

test("a store that wants pauses is looked at once a pause, until nothing has come for as long as it says", async () => {
  const store = new PausingStore();
  const own = [await put(store, "app.tar.part-001")];
  store.during = async (pause) => {
    if (pause === 2) await put(store, "app.tar.part-002");
    if (pause === 3) own.push(await put(store, "app.tar.part-003"));
  };
  expect(await awaitWholeSet({ store, set, own }, undefined, testIo())).toBeUndefined();
  expect(store.seen.map(({ looks, newest }) => [looks, newest !== undefined])).toEqual([
    [1, false],
    [2, false],
    [1, true],
    [2, true],
    [3, true],
  ]);
});

test("an abort ends the waiting", async () => {
  const store = new PausingStore();
  const stop = new AbortController();
  store.during = async () => stop.abort(new Error("enough"));
  const waiting = awaitWholeSet({ store, set }, undefined, { ...testIo(), signal: stop.signal });
  await expect(waiting).rejects.toThrow("enough");
});

test("a store without pauses is looked at a few times", async () => {
  const store = new MemoryStore();
  expect(await awaitWholeSet({ store, set }, undefined, testIo())).toBeUndefined();
});
