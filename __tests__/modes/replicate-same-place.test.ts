import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { openFolderStore } from "../../src/adapters/local/folder-store.ts";
import { ColdstoreError } from "../../src/model/errors.ts";
import { replicate } from "../../src/modes/replicate.ts";
import type { Store } from "../../src/ports/store.ts";
import { headlineOf } from "../../src/render/headline.ts";
import { MemoryPlace, MemoryStore } from "../support/memory-store.ts";
import { plainSet, putPlainSet } from "../support/plain-set.ts";
import { replicaPorts, replicateDefaults } from "../support/replicas.ts";
import { outcomesOf } from "../support/world.ts";

async function copy(from: Store, stores: readonly Store[], run = 1) {
  return replicate(replicateDefaults, replicaPorts(from, stores, run));
}

const sentence = (store: string, from: string) => `store ${store} and from ${from} are one place under two names`;

test("a store that is the source under another name is red, and the other stores get their copies", async () => {
  const place = new MemoryPlace();
  putPlainSet(place, { id: "v1" });
  const from = new MemoryStore({ name: "./cold", place, digests: [] });
  const same = new MemoryStore({ name: "loc:/srv/cold", place, digests: [] });
  const other = new MemoryStore({ name: "other", digests: [] });
  const report = await copy(from, [same, other]);
  expect([outcomesOf(report), report.status]).toEqual([["unchanged", "stored", "failed"], "failed"]);
  expect(report.errors.map(({ failure, message }) => [failure, message])).toEqual([
    ["settings", expect.stringContaining(sentence("loc:/srv/cold", "./cold"))],
  ]);
  expect(headlineOf(await copy(from, [same], 2)).text).toContain(sentence("loc:/srv/cold", "./cold"));
  // Copies that are really there stay green.
  expect((await copy(from, [other], 3)).status).toBe("unchanged");
});

test("nothing is held against a store when the source can't be asked", async () => {
  const place = new MemoryPlace();
  putPlainSet(place, { id: "v1" });
  const from = new MemoryStore({ name: "from", place, digests: [] });
  const to = new MemoryStore({ name: "to", digests: [] });
  await copy(from, [to]);
  from.fail("stat", new ColdstoreError("store", "it broke"));
  expect((await copy(from, [to], 2)).status).toBe("unchanged");
});

test("a folder that a link leads to is the folder", async () => {
  const top = await mkdtemp(join(tmpdir(), "coldstore-same-"));
  try {
    const [path, link] = [join(top, "cold"), join(top, "link")];
    for (const [key, data] of plainSet({ id: "v1" }).objects) {
      await mkdir(dirname(join(path, key)), { recursive: true });
      await writeFile(join(path, key), data);
    }
    await symlink(path, link, "junction");
    const [from, to] = [openFolderStore({ path, name: "./cold" }), openFolderStore({ path: link, name: "./link" })];
    const report = await copy(from, [to]);
    expect(report.errors[0]?.message).toContain(sentence("./link", "./cold"));
  } finally {
    await rm(top, { recursive: true, force: true });
  }
});
