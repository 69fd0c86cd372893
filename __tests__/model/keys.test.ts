import { expect, test } from "vitest";
import { historyKey, meaningOf, recordKey } from "../../src/model/keys.ts";
import { setPrefix, setText } from "../../src/model/set-name.ts";

const set = { project: "acme/app", mode: "snapshot", id: "v1.4.0" };
const stamp = { time: "20261122T021500Z", run: "123-1" };

test("keys are laid out as documented", () => {
  expect(setPrefix(set)).toBe("acme/app/snapshot/v1.4.0/");
  expect(setText(set)).toBe("acme/app/snapshot/v1.4.0");
  expect(recordKey(set, "proof", stamp)).toBe("acme/app/records/snapshot/v1.4.0/proof-20261122T021500Z-123-1.json");
  expect(historyKey(set.project, stamp)).toBe("acme/app/history/20261122T021500Z-123-1.json");
});

test("a key that was made is read back as what it stands for", () => {
  expect(meaningOf(`${setPrefix(set)}app.tar.gz`)).toEqual({ kind: "set-file", set, file: "app.tar.gz" });
  expect(meaningOf(`${setPrefix(set)}folder/stray`)).toEqual({ kind: "set-file", set, file: "folder/stray" });
  for (const kind of ["proof", "freeze", "unfreeze"] as const)
    expect(meaningOf(recordKey(set, kind, stamp))).toEqual({ kind: "record", set, record: kind, time: stamp.time });
  expect(meaningOf(historyKey(set.project, stamp))).toEqual({ kind: "history", project: "acme/app", time: stamp.time });
});

test("projects and ids that are called like our folders don't confuse it", () => {
  for (const project of ["records/history", "history/records", "snapshot/snapshot"])
    for (const id of ["history", "records", "snapshot"]) {
      const odd = { project, mode: "snapshot", id };
      expect(meaningOf(`${setPrefix(odd)}f`)).toEqual({ kind: "set-file", set: odd, file: "f" });
      expect(meaningOf(recordKey(odd, "proof", stamp))).toMatchObject({ kind: "record", set: odd });
      expect(meaningOf(historyKey(project, stamp))).toMatchObject({ kind: "history", project });
    }
});

test.each([
  "",
  "README.md",
  "acme/app",
  "acme/app/snapshot/v1",
  "acme/app/other/v1/file",
  "acme/app/objects/aa/00",
  "acme/app/history/deep/er.json",
])("%j is no key of ours", (key) => expect(meaningOf(key)).toBeUndefined());
