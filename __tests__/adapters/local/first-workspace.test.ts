import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { firstWorkspace } from "../../../src/adapters/local/first-workspace.ts";
import { ScratchRoot } from "../../../src/adapters/local/workspace.ts";

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "coldstore-first-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

test("scratch lies in the first place that takes it, and goes with its disposal", async () => {
  const folder = await newFolder();
  await writeFile(join(folder, "file"), "");
  const workspace = firstWorkspace(new ScratchRoot(join(folder, "file/.tmp")), [
    new ScratchRoot(join(folder, "b/.tmp")),
    new ScratchRoot(join(folder, "c/.tmp")),
  ]);
  const scratch = await workspace.scratch();
  expect(scratch.path).toContain(join(folder, "b/.tmp"));
  await scratch[Symbol.asyncDispose]();
  expect(await readdir(folder)).toEqual(["file"]);
});

test("where none takes it the first one says why", async () => {
  const folder = await newFolder();
  await writeFile(join(folder, "file"), "");
  const [first, ...others] = ["a", "b"].map((name) => new ScratchRoot(join(folder, "file", name))) as [
    ScratchRoot,
    ScratchRoot,
  ];
  await expect(firstWorkspace(first, others).scratch()).rejects.toMatchObject({
    failure: "store",
    message: expect.stringContaining("can't make a scratch folder in") as string,
  });
});

test("all of it can be removed at once", async () => {
  const folder = await newFolder();
  const workspace = firstWorkspace(new ScratchRoot(join(folder, "a")), [new ScratchRoot(join(folder, "b"))]);
  await workspace.scratch();
  workspace.removeScratchNow();
  expect(await readdir(folder)).toEqual([]);
  expect(await workspace.freeBytes()).toBeGreaterThan(0);
});
