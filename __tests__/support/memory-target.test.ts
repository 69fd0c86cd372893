import { describe, expect, test } from "vitest";
import { ColdstoreError } from "../../src/model/errors.ts";
import { failureOf, put, restoreTargetContract } from "../contracts/restore-target-contract.ts";
import { MemoryTarget } from "./memory-target.ts";

restoreTargetContract("in memory", async () => {
  const target = new MemoryTarget();
  return { target, shown: () => target.published, [Symbol.asyncDispose]: async () => {} };
});

describe("a target in memory", () => {
  test("takes names for one as it's told to", () => {
    const folding = new MemoryTarget({ traits: { foldsCase: true } });
    put(folding, "A/x");
    expect(failureOf(() => put(folding, "a/y"))).toBe("unsafe");
    const normal = new MemoryTarget({ traits: { normalizes: true } });
    put(normal, "\xc3\xa9");
    expect(failureOf(() => put(normal, "e\xcc\x81"))).toBe("unsafe");
    const text = new MemoryTarget({ traits: { anyBytes: false } });
    expect(failureOf(() => put(text, "\xff"))).toBe("store");
  });

  test("fails as it's told to", async () => {
    const target = new MemoryTarget();
    target.fail("write", new ColdstoreError("store", "the disk is full"), "b");
    put(target, "a", "x");
    expect(failureOf(() => put(target, "b", "x"))).toBe("store");
    target.fail("publish", new ColdstoreError("settings", "something is there"));
    await expect(target.publish()).rejects.toMatchObject({ failure: "settings" });
    expect(target.published).toBeUndefined();
  });

  test("of a drill isn't published", async () => {
    await expect(new MemoryTarget({ drill: true }).publish()).rejects.toMatchObject({ failure: "bug" });
  });
});
