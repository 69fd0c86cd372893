import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { keepingWorkspace } from "../../src/adapters/local/keep-files.ts";
import { openWorkspace } from "../../src/adapters/local/workspace.ts";
import { ColdstoreError } from "../../src/model/errors.ts";
import type { Workspace } from "../../src/ports/workspace.ts";
import { artifactsToDeclare } from "../../src/render/artifacts-to-declare.ts";
import { memoryFolder } from "../support/memory-folder.ts";
import { shell } from "../support/stored-set.ts";
import { buildOutputs, bytesIn, makeWorld, outcomesOf, setFolder, type World } from "../support/world.ts";

let root = "";
beforeEach(() => void (root = mkdtempSync(join(tmpdir(), "coldstore-kept-"))));
afterEach(() => rmSync(root, { recursive: true, force: true }));

async function keeping(): Promise<Workspace> {
  return keepingWorkspace(await openWorkspace({ root, signal: new AbortController().signal }), join(root, "job"));
}

const kept = () => readdirSync(join(root, "job"), { recursive: true }).map(String);

/** Each path of the outputs, with the digest that is said of it; the files are there, and are what the store has. */
function expectPaths({ place }: World, outputs: Readonly<Record<string, unknown>>, prefix = setFolder): void {
  const artifacts = outputs["artifacts"] as readonly { name: string; path: string; sha256: string }[];
  expect(artifacts.length).toBeGreaterThan(3);
  for (const { name, path, sha256 } of artifacts) {
    expect(basename(path)).toBe(name);
    expect(createHash("sha256").update(readFileSync(path)).digest("hex")).toBe(sha256);
  }
  const manifest = String(outputs["manifest"]);
  expect(readFileSync(manifest).equals(bytesIn(place, prefix + basename(manifest)))).toBe(true);
  shell(`sha256sum -c ${basename(String(outputs["checksums"]))}`, join(root, "job", kept()[0]!));
}

test("what went into a store elsewhere lies where its outputs say, until the job ends", async () => {
  const world = makeWorld({ likeReleases: true });
  using outputs = buildOutputs({ "app.deb": "debian" });
  const report = await world.stored({ files: ["*.deb"] }, { workspace: await keeping(), outputs });
  expectPaths(world, report.outputs);
  expect(report.outputs["archive"]).toMatch(/app-1\.4\.0\.tar\.gz$/);
  const declared = artifactsToDeclare(report).map(({ path }) => basename(path));
  expect(declared).toContain("app-1.4.0.tar.gz");
  expect(declared).toContain("app.deb");
  expect(kept().filter((path) => path.includes("scratch"))).toEqual([]);
});

test("an archive's files do, too", async () => {
  const world = makeWorld({ folder: memoryFolder({ files: { "a.txt": "a" } }), likeReleases: true });
  const report = await world.archive({}, { workspace: await keeping() });
  expect(report.errors).toEqual([]);
  expectPaths(world, report.outputs, `acme/app/archive/${String(report.outputs["set"])}/`);
});

test("of a set that stood already its checksums and manifest are left, for a step that attests", async () => {
  const world = makeWorld({ likeReleases: true });
  await world.stored();
  const report = await world.stored({}, { workspace: await keeping() });
  expect(outcomesOf(report)).toEqual(["unchanged"]);
  expect(report.outputs["archive"]).toBeUndefined();
  for (const output of ["manifest", "checksums"]) {
    const path = String(report.outputs[output]);
    expect(readFileSync(path).equals(bytesIn(world.place, setFolder + basename(path)))).toBe(true);
  }
  expect(artifactsToDeclare(report).map(({ path }) => basename(path))).not.toContain("app-1.4.0.tar.gz");
});

test("of a set that isn't stored nothing is left", async () => {
  const world = makeWorld({ likeReleases: true });
  world.store.fail("put", new ColdstoreError("store", "down"), { nth: 2 });
  await world.snapshot({}, { workspace: await keeping() });
  expect(readdirSync(root)).toEqual([]);
});

test("without room for it the set is stored all the same, and that is a warning", async () => {
  const world = makeWorld({ likeReleases: true });
  const workspace = await keeping();
  workspace.keep = async () => Promise.reject(new ColdstoreError("store", "the disk is full"));
  const report = await world.stored({}, { workspace });
  expect(report.status).toBe("ok");
  expect(report.warnings).toEqual(["later steps don't get the files of app-1.4.0: the disk is full"]);
  expect(report.outputs["archive"]).toBeUndefined();
});
