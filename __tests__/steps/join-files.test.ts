import { expect, test } from "vitest";
import { assertApart, assertUnsplit } from "../../src/steps/join-files.ts";

const found = (name: string) => ({ name, path: `/build/${name}`, bytes: 1 });

test.each([
  "app.tar",
  "app.tar.gz",
  "app.tar.zst",
  "app.zip",
  "app.zip.part-001",
  "app.tar.gz.part-012",
  "app.files.jsonl.gz",
  "app.SHA256SUMS",
  "app.RESTORE.md",
  "other.coldstore.json",
])("a joining file can't be called %s in the set app", (name) => {
  expect(() => assertApart([found("fine"), found(name)], "app")).toThrow(`/build/${name} can't join the set`);
});

test.each(["app.exe", "app", "apple.zip", "app.zip.asc", "app.part-001"])("a joining file may be called %s", (name) => {
  assertApart([found(name)], "app");
});

test("a joining file over split-size is an error that names it; one of just that size isn't", () => {
  const file = { ...found("setup.exe"), bytes: 2_000_001, sha256: "" };
  expect(() => assertUnsplit([file], 2_000_000)).toThrow(/setup\.exe is .* more than split-size/);
  assertUnsplit([file], 2_000_001);
  assertUnsplit([file], undefined);
});
