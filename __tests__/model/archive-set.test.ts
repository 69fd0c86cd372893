import { expect, test } from "vitest";
import {
  isProven,
  isProvenByListing,
  lastProof,
  lastProofRow,
  missingFiles,
  type ListedSet,
} from "../../src/model/archive-set.ts";
import { storedFiles } from "../../src/model/manifest.ts";
import { schemaProblems } from "../support/json-schema.ts";
import { filesIn, manifestIn, setFolder, storedWorld } from "../support/world.ts";

const { place } = await storedWorld();
const manifest = manifestIn(place);
const files = filesIn(place).map((name) => ({ name, bytes: place.objects.get(setFolder + name)!.data.length }));
const set: ListedSet = {
  name: { project: "acme/app", mode: "snapshot", id: "v1.4.0" },
  prefix: setFolder,
  files,
  manifests: ["app-1.4.0.coldstore.json"],
  proofs: [],
  frozen: false,
};

test("what the manifest names and the listing lacks, or has in another size, is missing", () => {
  expect(missingFiles(set, manifest)).toEqual([]);
  const short = files.map((file) => (file.name.endsWith(".tar.gz") ? { ...file, bytes: 1 } : file));
  expect(missingFiles({ ...set, files: short.filter(({ name }) => !name.endsWith(".md")) }, manifest)).toEqual([
    "app-1.4.0.tar.gz",
    "app-1.4.0.RESTORE.md",
  ]);
});

const digests = new Map(storedFiles(manifest).map(({ name, sha256 }) => [name, sha256]));
const told = files.map((file) => ({ ...file, ...(digests.has(file.name) && { sha256: digests.get(file.name)! }) }));

test("what the listing has with another digest is missing, too", () => {
  const changed = told.map((file) => (file.name.endsWith(".md") ? { ...file, sha256: "0".repeat(64) } : file));
  expect(missingFiles({ ...set, files: told }, manifest)).toEqual([]);
  expect(missingFiles({ ...set, files: changed }, manifest)).toEqual(["app-1.4.0.RESTORE.md"]);
});

test("a listing proves a set by the digests of all its files, and by nothing less", () => {
  const listed = { ...set, files: told };
  expect(isProvenByListing(listed, manifest)).toBe(true);
  expect(lastProofRow(listed, manifest)).toEqual({ proof: "digest" });
  expect(isProven(listed, manifest)).toBe(true);
  for (const left of digests.keys()) {
    const without = told.map((file) => (file.name === left ? { name: left, bytes: file.bytes } : file));
    const other = told.map((file) => (file.name === left ? { ...file, sha256: "0".repeat(64) } : file));
    const lost = told.filter(({ name }) => name !== left);
    for (const some of [without, other, lost]) {
      expect(isProvenByListing({ ...set, files: some }, manifest)).toBe(false);
      expect(isProvenByListing({ ...set, files: some }, manifest, [left])).toBe(true);
      expect(isProven({ ...set, files: some }, manifest)).toBe(false);
    }
  }
  expect(isProven({ ...set, proofs: ["20261122T030001Z"] }, manifest)).toBe(true);
});

test("the last proof counts only when the manifest that is there now was made before it", () => {
  expect(manifest.run.started).toBe("2026-11-22T03:00:01Z");
  const proven = (...proofs: string[]) => lastProof({ ...set, proofs }, manifest);
  expect(proven()).toBeUndefined();
  expect(proven("20261122T030000Z")).toBeUndefined();
  expect(proven("20261122T030000Z", "20261122T030001Z")).toBe("2026-11-22T03:00:01Z");
  expect(proven("20261122T030001Z", "20270101T000000Z")).toBe("2027-01-01T00:00:00Z");
});

test("a stored manifest follows the schema in docs, with everything that a run can record", async () => {
  const full = await storedWorld({
    formats: ["tar.gz", "tar"],
    recordEnvironment: true,
    notes: ["n"],
    contacts: ["c"],
    milestone: "m",
  });
  await full.stored({ prefix: "b/", onConflict: "replace" });
  for (const each of [manifest, manifestIn(full.place)]) expect(schemaProblems("manifest", each)).toEqual([]);
});
