import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { keepingWorkspace } from "../../../src/adapters/local/keep-files.ts";
import { openWorkspace } from "../../../src/adapters/local/workspace.ts";
import { dataArtifact, fileArtifact } from "../../support/store-fixtures.ts";

const { signal } = new AbortController();
let root = "";
beforeEach(() => void (root = mkdtempSync(join(tmpdir(), "coldstore-kept-"))));
afterEach(() => rmSync(root, { recursive: true, force: true }));

async function workspace() {
  return keepingWorkspace(await openWorkspace({ root, signal }), join(root, "job"));
}

test("what was made outlives its scratch, without room of its own", async () => {
  const opened = await workspace();
  const scratch = await opened.scratch();
  const packed = await fileArtifact(scratch.path, "packed", "archive");
  const inode = statSync(scratch.file("packed")).ino;
  const folder = await opened.keep?.([{ ...packed, name: "app.tar.gz" }, dataArtifact("{}", "app.coldstore.json")]);
  await scratch[Symbol.asyncDispose]();
  expect(dirname(folder!)).toBe(join(root, "job"));
  expect(readdirSync(folder!)).toEqual(["app.coldstore.json", "app.tar.gz"]);
  expect(readFileSync(join(folder!, "app.tar.gz"), "utf8")).toBe("archive");
  expect(readFileSync(join(folder!, "app.coldstore.json"), "utf8")).toBe("{}");
  expect(statSync(join(folder!, "app.tar.gz")).ino).toBe(inode);
});

test("sets of the same file names lie apart", async () => {
  const opened = await workspace();
  const [first, second] = [
    await opened.keep?.([dataArtifact("1", "a")]),
    await opened.keep?.([dataArtifact("2", "a")]),
  ];
  expect(readFileSync(join(first!, "a"), "utf8") + readFileSync(join(second!, "a"), "utf8")).toBe("12");
});

test("when one file can't be kept, none is", async () => {
  const opened = await workspace();
  mkdirSync(join(root, "job"));
  const lost = { ...dataArtifact("1", "a"), body: { file: join(root, "gone") } };
  await expect(opened.keep?.([dataArtifact("2", "b"), lost])).rejects.toMatchObject({ failure: "store" });
  expect(readdirSync(join(root, "job"))).toEqual([]);
});
