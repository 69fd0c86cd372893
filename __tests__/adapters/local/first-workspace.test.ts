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

const inStore = (store: string, root: string) => ({ store, workspace: new ScratchRoot(root) });

test("scratch lies in none of the stores that aren't named", async () => {
  const folder = await newFolder();
  const workspace = firstWorkspace([
    inStore("a", join(folder, "a/.tmp")),
    inStore("b", join(folder, "b/.tmp")),
    inStore("c", join(folder, "c/.tmp")),
  ]);
  await using scratch = await workspace.scratch(["b", "c"]);
  expect(scratch.path).toContain(join(folder, "b/.tmp"));
});

test("scratch lies in the first place that takes it, and goes with its disposal", async () => {
  const folder = await newFolder();
  await writeFile(join(folder, "file"), "");
  const workspace = firstWorkspace([
    inStore("a", join(folder, "file/.tmp")),
    inStore("b", join(folder, "b/.tmp")),
    inStore("c", join(folder, "c/.tmp")),
  ]);
  const scratch = await workspace.scratch();
  expect(scratch.path).toContain(join(folder, "b/.tmp"));
  await scratch[Symbol.asyncDispose]();
  expect(await readdir(folder)).toEqual(["file"]);
});

test("where none takes it the first one says why", async () => {
  const folder = await newFolder();
  await writeFile(join(folder, "file"), "");
  const workspace = firstWorkspace([inStore("a", join(folder, "file/a")), inStore("b", join(folder, "file/b"))]);
  await expect(workspace.scratch()).rejects.toMatchObject({
    failure: "store",
    message: expect.stringContaining("can't make a scratch folder in") as string,
  });
});

test("all of it can be removed at once", async () => {
  const folder = await newFolder();
  const workspace = firstWorkspace([inStore("a", join(folder, "a")), inStore("b", join(folder, "b"))]);
  await workspace.scratch();
  workspace.removeScratchNow();
  expect(await readdir(folder)).toEqual([]);
  expect(await workspace.freeBytes()).toBeGreaterThan(0);
});
