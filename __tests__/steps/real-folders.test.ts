import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { realFolders } from "../../src/steps/real-folders.ts";
import { localFolder } from "../support/local-folder.ts";

test("a folder's real place is told as far as it is there, and what is missing of it stays as it was written", () => {
  using local = localFolder();
  const at = (...parts: readonly string[]) => join(local.path, ...parts);
  mkdirSync(at("real", "cold"), { recursive: true });
  symlinkSync(at("real"), at("via"), "junction");
  const asked = [at("via", "cold"), at("via", "not", "yet"), at("real"), at("nowhere", "x")];
  expect(realFolders(asked, local.disk).map((path) => join(path))).toEqual([
    at("real", "cold"),
    at("real", "not", "yet"),
    at("real"),
    at("nowhere", "x"),
  ]);
});
