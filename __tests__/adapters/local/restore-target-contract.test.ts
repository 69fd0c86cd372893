import { existsSync } from "node:fs";
import { mkdtemp, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect } from "vitest";
import { removeTree } from "../../../src/adapters/local/remove-tree.ts";
import { openRestoreTarget } from "../../../src/adapters/local/restore-target.ts";
import { restoreTargetContract, type TargetUnderTest } from "../../contracts/restore-target-contract.ts";
import { lookAtTree } from "../../support/look-at-tree.ts";
import { testIo } from "../../support/store-fixtures.ts";

beforeEach(() => {
  const before = process.umask(0o022);
  return () => void process.umask(before);
});

async function targetIn(folder: string, into: string): Promise<TargetUnderTest> {
  const target = await openRestoreTarget({ into, signal: testIo().signal });
  return {
    target,
    shown: () => lookAtTree(into),
    [Symbol.asyncDispose]: async () => {
      const left = (await readdir(folder)).filter((name) => name !== "into");
      removeTree(folder);
      expect(left).toEqual([]);
    },
  };
}

const newFolder = () => mkdtemp(join(tmpdir(), "coldstore-target-"));

restoreTargetContract("a folder that isn't there yet", async () => {
  const folder = await newFolder();
  return targetIn(folder, join(folder, "into"));
});

restoreTargetContract("a folder below others that aren't there yet", async () => {
  const folder = await newFolder();
  const under = await targetIn(folder, join(folder, "into/deep/er"));
  return {
    ...under,
    [Symbol.asyncDispose]: async () => {
      expect(existsSync(join(folder, "into"))).toBe(existsSync(join(folder, "into/deep/er")));
      await under[Symbol.asyncDispose]();
    },
  };
});
