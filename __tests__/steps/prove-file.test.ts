import { expect, test } from "vitest";
import { setPrefix } from "../../src/model/set-name.ts";
import type { StoredObject } from "../../src/ports/store.ts";
import { evidenceOf, proveFile } from "../../src/steps/prove-file.ts";
import { proveManifest } from "../../src/steps/prove-files.ts";
import { RemoteStore } from "../support/remote-store.ts";
import { dataArtifact, testIo } from "../support/store-fixtures.ts";

const set = { project: "acme/app", mode: "snapshot", id: "v1" };
const key = `${setPrefix(set)}app.tar.gz`;
const artifact = dataArtifact("what was made", "app.tar.gz");

function storeWith(text = "what was made"): RemoteStore {
  const store = new RemoteStore();
  store.place.objects.set(key, { data: Buffer.from(text), modified: new Date(0) });
  return store;
}

async function prove(told: Partial<StoredObject>, { byReport = true, text = "what was made" } = {}) {
  const store = storeWith(text);
  const object = { key, bytes: artifact.bytes, digests: {}, ...told };
  const found = await proveFile(store, { artifact, object, byReport }, testIo());
  return { found, reads: store.calls.filter(({ call }) => call === "open").length };
}

test.each<[string, Partial<StoredObject>, Parameters<typeof prove>[1], string, number]>([
  ["a SHA-256 that the store reports", { digests: { sha256: artifact.sha256 } }, {}, "sha256", 0],
  ["another digest that the store confirmed", { confirmed: "md5" }, {}, "md5", 0],
  ["nothing but its bytes", {}, {}, "read", 1],
  ["its bytes, when no digest but SHA-256 is to count", { confirmed: "md5" }, { byReport: false }, "read", 1],
])("is proven by %s", async (_, told, how, by, reads) => {
  expect(await prove(told, how)).toEqual({ found: { kind: "proven", by }, reads });
});

test.each<[string, Partial<StoredObject>, Parameters<typeof prove>[1]]>([
  ["a confirmed digest and another size", { confirmed: "md5", bytes: 5 }, {}],
  ["another SHA-256", { digests: { sha256: "0".repeat(64) } }, {}],
  ["the right SHA-256 and another size", { digests: { sha256: artifact.sha256 }, bytes: 5 }, {}],
  ["other bytes", {}, { text: "what was mad!" }],
])("is doubted for %s", async (_, told, how) => {
  const { found } = await prove(told, how);
  expect(found).toMatchObject({ kind: "doubted", error: { failure: "integrity" } });
});

test("what lies frozen is proven by what confirmed it, and by nothing else", async () => {
  expect(await prove({ frozen: true, confirmed: "md5" }, { byReport: false })).toEqual({
    found: { kind: "proven", by: "md5" },
    reads: 0,
  });
  expect(await prove({ frozen: true })).toEqual({ found: { kind: "frozen" }, reads: 0 });
});

test("what the store has told of and then can't find is damage, not a set that doesn't exist", async () => {
  const store = new RemoteStore();
  const object = { key, bytes: artifact.bytes, digests: {} };
  const damage = { failure: "integrity", message: expect.stringContaining(`${key} isn't found in ${store.name}`) };
  expect(await proveFile(store, { artifact, object, byReport: true }, testIo())).toMatchObject({
    kind: "doubted",
    error: damage,
  });
  expect(await proveManifest(store, { key, artifact }, testIo())).toMatchObject(damage);
});

test("evidence counts each kind once", () => {
  const by = ["read", "md5", "md5"].map((each) => ({ kind: "proven", by: each }) as const);
  expect(evidenceOf([...by, { kind: "frozen" }])).toEqual([
    { by: "md5", files: 2 },
    { by: "read", files: 1 },
  ]);
});
