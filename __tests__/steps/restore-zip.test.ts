import * as fc from "fast-check";
import { createHash } from "node:crypto";
import { beforeAll, expect, test } from "vitest";
import type { Entry } from "../../src/model/entry.ts";
import { ColdstoreError } from "../../src/model/errors.ts";
import type { ArchiveContent, ManifestArtifact, ManifestContent, NamedDigest } from "../../src/model/manifest.ts";
import type { ListedEntry } from "../../src/steps/restore-list.ts";
import { restoreZip } from "../../src/steps/restore-zip.ts";
import { MemoryStore } from "../support/memory-store.ts";
import { MemoryTarget } from "../support/memory-target.ts";
import { quiet, sweep } from "../support/packed-archive.ts";
import { buildZip, zipEntries, type ZipSpec } from "../support/zip-builder.ts";

const large = Buffer.from("0123456789abcdef".repeat(200_000));
const specs: readonly ZipSpec[] = [
  { name: "p/" },
  { name: "p/a.txt", data: "alpha" },
  { name: "p/big", data: large },
  { name: "p/d/" },
  { name: "p/d/run", data: "#!/bin/sh\n".repeat(20), mode: 0o775 },
  { name: "p/empty" },
  { name: "p/link", link: "d/run" },
  { name: "p/ü.txt", data: "umlaut", stored: true },
];
const entries = zipEntries(specs, "p/");
const listed = entries.map(listedOf);
let zip: Buffer;

beforeAll(async () => {
  zip = await buildZip(specs);
});

function listedOf(entry: Entry): ListedEntry {
  const latin1 = (text: string): string => Buffer.from(text).toString("latin1");
  return { path: latin1(entry.path), entry, ...(entry.link !== undefined && { link: latin1(entry.link) }) };
}

const digest = (name: string, bytes: Uint8Array): NamedDigest => ({
  name,
  bytes: bytes.length,
  sha256: createHash("sha256").update(bytes).digest("hex"),
});

interface Restoring {
  /** What lies in the store, if not what the manifest names. */
  readonly lies?: Uint8Array;
  readonly parts?: number;
  readonly list?: readonly ListedEntry[];
  readonly skipped?: readonly string[];
  readonly mtime?: ArchiveContent["mtime"];
  readonly target?: MemoryTarget;
}

/** Restores a zip out of a store; `calls` tells how often the store was asked. */
async function restored(made: Uint8Array, how: Restoring = {}) {
  const { lies = made, parts = 1, list = listed, skipped = [], mtime = "keep", target = new MemoryTarget() } = how;
  const store = new MemoryStore();
  const bytes = Math.ceil(made.length / parts);
  const pieces = Array.from({ length: parts }, (_, i) =>
    digest(`app.zip.part-${i}`, made.subarray(i * bytes, (i + 1) * bytes)),
  );
  const put = (name: string, data: Uint8Array): void =>
    void store.place.objects.set(`x/${name}`, { data, modified: new Date(0) });
  if (parts === 1) put("app.zip", lies);
  else for (const [i, { name }] of pieces.entries()) put(name, lies.subarray(i * bytes, (i + 1) * bytes));
  const artifact: ManifestArtifact = {
    ...digest("app.zip", made),
    role: "archive",
    format: "zip",
    ...(parts > 1 && { parts: pieces }),
  };
  const content = { mode: "archive", prefix: "p/", mtime } as ManifestContent;
  const order = { listed: list, skipped: new Set(list.filter(({ entry }) => skipped.includes(entry.path))), target };
  await restoreZip({ store, prefix: "x/", content, artifacts: [artifact] }, artifact, order, quiet);
  await target.publish();
  const tree = new Map([...target.published!].filter(([path]) => path !== ""));
  return { tree, calls: store.calls };
}

test("a zip comes back as the file list has it: contents, modes, folders, links and times", async () => {
  const { tree } = await restored(zip);
  const mtime = Date.parse("2026-11-22T02:15:00Z") / 1000;
  const text = (path: string): string => {
    const entry = tree.get(path);
    return entry?.type === "file" ? Buffer.from(entry.data).toString() : "";
  };
  expect([...tree.keys()]).toEqual(listed.map(({ path }) => path));
  expect(text("a.txt")).toBe("alpha");
  expect(text("big") === large.toString()).toBe(true);
  expect(tree.get("d/run")).toMatchObject({ type: "file", mode: 0o755, mtime });
  expect(tree.get("d")).toMatchObject({ type: "dir", mode: 0o755, mtime });
  expect(tree.get("a.txt")).toMatchObject({ mode: 0o644 });
  expect(tree.get("empty")).toMatchObject({ type: "file", data: new Uint8Array() });
  expect(tree.get("link")).toEqual({ type: "symlink", link: "d/run" });
});

test("parts are joined, and the zip is read once behind its directory, however many entries it has", async () => {
  const many = [{ name: "p/" }, ...Array.from({ length: 300 }, (_, i) => ({ name: `p/${1000 + i}`, data: `${i}` }))];
  const list = zipEntries(many, "p/").map(listedOf);
  const { tree, calls } = await restored(await buildZip(many), { list });
  expect([tree.size, calls.filter(({ call }) => call === "open").length <= 4]).toEqual([300, true]);
  const split = await restored(zip, { parts: 7 });
  expect(split.tree).toEqual((await restored(zip)).tree);
});

test("the time that all entries of a set were given comes back to the second", async () => {
  const odd = Date.parse("2026-11-22T02:15:01Z") / 1000;
  expect((await restored(zip, { mtime: odd })).tree.get("a.txt")).toMatchObject({ mtime: odd });
  expect((await restored(zip, { mtime: odd + 1 })).tree.get("a.txt")).toMatchObject({ mtime: odd - 1 });
});

test("what is left out is proven, and not made", async () => {
  const { tree } = await restored(zip, { skipped: ["link", "big"] });
  expect([tree.has("link"), tree.has("big"), tree.has("a.txt")]).toEqual([false, false, true]);
  const others = listed.map((each) =>
    each.entry.path === "link" ? { ...each, link: "d/other", entry: { ...each.entry, link: "d/other" } } : each,
  );
  await expect(restored(zip, { list: others, skipped: ["link"] })).rejects.toMatchObject({ failure: "integrity" });
});

const changes: Record<string, (specs: ZipSpec[]) => ZipSpec[]> = {
  "other content of the same size": (all) => all.map((s) => (s.name === "p/a.txt" ? { ...s, data: "aleph" } : s)),
  "other content of a large file": (all) =>
    all.map((s) => (s.name === "p/big" ? { ...s, data: Buffer.from(large).fill(0x41, 9, 10) } : s)),
  "more content": (all) => all.map((s) => (s.name === "p/a.txt" ? { ...s, data: "alpha beta" } : s)),
  "another mode": (all) => all.map((s) => (s.name === "p/a.txt" ? { ...s, mode: 0o775 } : s)),
  "another target": (all) => all.map((s) => (s.name === "p/link" ? { ...s, link: "d/ran" } : s)),
  "a link for a file": (all) => all.map((s) => (s.name === "p/a.txt" ? { name: s.name, link: "alpha" } : s)),
  "one entry less": (all) => all.filter(({ name }) => name !== "p/empty"),
  "no last entry": (all) => all.slice(0, -1),
  "one entry more": (all) => [...all, { name: "p/zzz", data: "" }],
  "an entry twice": (all) => all.flatMap((s) => (s.name === "p/a.txt" ? [s, s] : [s])),
  "an entry outside of the folder": (all) => [...all, { name: "q/a", data: "" }],
  "another order": (all) => [...all.slice(0, 1), ...all.slice(1).reverse()],
};

test.each(Object.keys(changes))("a zip with %s is refused, whatever its own digest is", async (change) => {
  const other = await buildZip(changes[change]!([...specs]));
  const failing = restored(other);
  await expect(failing).rejects.toThrow(ColdstoreError);
  await expect(failing).rejects.toMatchObject({ failure: "integrity", message: expect.stringMatching(/^app\.zip: /) });
});

test("any changed, lost or added byte is refused, and no more is written than the file list has", async () => {
  const small = specs.filter(({ name }) => name !== "p/big");
  const list = zipEntries(small, "p/").map(listedOf);
  const made = await buildZip(small);
  const most = list.reduce((sum, { entry }) => sum + entry.size, 0);
  await fc.assert(
    fc.asyncProperty(fc.nat(made.length - 1), fc.constantFrom("flip", "cut", "add"), async (at, how) => {
      const lies = Buffer.from(made);
      lies[at] = lies[at]! ^ 0x20;
      const other =
        how === "flip" ? lies : how === "cut" ? made.subarray(0, at) : Buffer.concat([made, lies.subarray(at)]);
      const target = new MemoryTarget();
      await expect(restored(made, { lies: other, list, target })).rejects.toMatchObject({ failure: "integrity" });
      expect(target.written).toBeLessThanOrEqual(most);
    }),
    sweep(60),
  );
});

test("a store that fails and an abort come out as they are", async () => {
  const store = new MemoryStore();
  const artifact: ManifestArtifact = { ...digest("app.zip", zip), role: "archive", format: "zip" };
  const source = {
    store,
    prefix: "",
    content: { mode: "archive", prefix: "p/", mtime: 0 } as ManifestContent,
    artifacts: [],
  };
  const order = { listed, skipped: new Set<ListedEntry>(), target: new MemoryTarget() };
  store.fail("open", new ColdstoreError("store", "it is down"));
  await expect(restoreZip(source, artifact, order, quiet)).rejects.toMatchObject({ failure: "store" });
  const reason = new ColdstoreError("interrupted", "stopped");
  const io = { ...quiet, signal: AbortSignal.abort(reason) };
  await expect(restoreZip(source, artifact, order, io)).rejects.toBe(reason);
});
