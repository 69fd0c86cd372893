import * as fc from "fast-check";
import { expect, test } from "vitest";
import { keepsName, keyText, parseReleaseKey, reachOf } from "../../../src/adapters/github/release-keys.ts";
import { assetName } from "../../support/github-server/asset-name.ts";

const numRuns = Number(process.env["COLDSTORE_TEST_COUNT"] ?? 300);

const word = fc
  .stringMatching(/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,8}[A-Za-z0-9_-]$/)
  .filter((text) => !text.includes(".."));
const keys = fc.record({
  project: fc.tuple(word, word).map((parts) => parts.join("/")),
  mode: fc.constantFrom("snapshot", "archive", "backup", "raw", "working"),
  id: word,
  file: word,
});

test("a key is read as it was written", () => {
  fc.assert(
    fc.property(keys, (key) => {
      expect(parseReleaseKey(keyText(key))).toEqual(key);
    }),
    { numRuns },
  );
});

test("every prefix of a key reaches it, and says nothing else of it", () => {
  const property = fc.property(keys, fc.nat(60), (key, length) => {
    const reach = reachOf(keyText(key).slice(0, length));
    expect(reach).toBeDefined();
    expect(key).toMatchObject(reach ?? {});
  });
  fc.assert(property, { numRuns });
});

test("keys of other layouts are no release's, and no prefix of them reaches anything", () => {
  for (const key of [
    "acme/app/history/20261122T030001Z-run-1.json",
    "acme/app/records/snapshot/v1/proof-20261122T030001Z-run-1.json",
    "acme/app/raw/v1/data/a/b",
    "acme/app/objects/aa/0123",
    "acme/app/snapshot/v1/.hidden",
    "acme/app/snapshot/v1/dot.",
    "acme/app/snapshot/v1/a b",
    "acme/app/snapshot/v1/a..b.txt",
    "acme",
  ])
    expect([key, parseReleaseKey(key)]).toEqual([key, undefined]);
  for (const prefix of ["acme/app/history/", "acme/app/h", "acme/app/records/snapshot/v1/", "acme/app/raw/v1/data/"])
    expect([prefix, reachOf(prefix)]).toEqual([prefix, undefined]);
});

test("any text is read, or refused as what can't be a key", () => {
  const property = fc.property(fc.string({ unit: "binary", maxLength: 40 }), (text) => {
    try {
      const parsed = parseReleaseKey(text);
      if (parsed !== undefined) expect(keyText(parsed)).toBe(text);
    } catch (error) {
      expect(error).toMatchObject({ failure: "bug" });
    }
    reachOf(text);
  });
  fc.assert(property, { numRuns });
});

test("a name is taken for one that GitHub keeps just when GitHub keeps it", () => {
  for (const name of ["app.exe", "-app_1.0.tar.gz", "_", "app"]) expect([name, keepsName(name)]).toEqual([name, true]);
  const odd = ["a..b.txt", "...", ".exe", "app.", "app...", "a b", "ä", "", "a/b"];
  for (const name of odd) expect([name, keepsName(name)]).toEqual([name, false]);
  const names = fc.stringMatching(/^[A-Za-z0-9._ ä-]{1,8}$/);
  fc.assert(
    fc.property(names, (name) => {
      expect(keepsName(name)).toBe(assetName(name) === name);
    }),
    { numRuns },
  );
});
