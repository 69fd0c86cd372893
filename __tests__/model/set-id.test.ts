import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Revision } from "../../src/model/revision.ts";
import { safeName, snapshotId } from "../../src/model/set-id.ts";
import { compactTime, rfc3339 } from "../../src/model/timestamps.ts";
import { sweep } from "../support/packed-archive.ts";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const revision: Revision = {
  commit: "1a2b3c4".padEnd(40, "0"),
  tree: "b".repeat(40),
  committed: Date.UTC(2026, 10, 22, 2, 15) / 1000,
  objectFormat: "sha1",
};
const idOf = (name: string) => snapshotId({ ...revision, tag: { name } }, sha256);

test("without a tag the id is the commit's time and its first seven digits", () => {
  expect(snapshotId(revision, sha256)).toBe("20261122T021500Z-1a2b3c4");
});

test.each([
  ["v1.4.0", "v1.4.0"],
  ["_a-b.c", "_a-b.c"],
  ["a".repeat(80), "a".repeat(80)],
])("the tag %s is an id as it is", (tag, id) => expect(idOf(tag)).toBe(id));

// The digits are those that `printf %s TAG | sha256sum` begins with.
test.each([
  ["release/1.0", "release-1.0-05c07dbf"],
  ["v1@beta", "v1-beta-41fecc6a"],
  [".hidden", "-hidden-16924190"],
  ["v1 +meta", "v1--meta-f6945065"],
  ["größe", "gr--e-d353a267"],
  ["😀", "--f0443a34"],
])("the tag %s becomes the safe id %s", (tag, id) => expect(idOf(tag)).toBe(id));

test("a tag of 300 characters is cut to 80 and told apart by its digest", () => {
  const tag = "x".repeat(300);
  expect(idOf(tag)).toBe(`${"x".repeat(80)}-${sha256(tag).slice(0, 8)}`);
  expect(idOf(`${tag}y`)).not.toBe(idOf(tag));
});

test("every text becomes one name of a folder, and different texts different names", () => {
  const text = fc.string({ unit: "binary", minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(text, text, (a, b) => {
      for (const name of [a, b].map((each) => safeName(each, sha256)))
        expect(name).toMatch(/^(?!\.)[A-Za-z0-9._-]{1,89}$/);
      if (a !== b) expect(safeName(a, sha256)).not.toBe(safeName(b, sha256));
    }),
    sweep(300),
  );
});

test("times are UTC and whole seconds; compact ones sort as time goes", () => {
  const moment = new Date("2026-11-22T02:15:00.999Z");
  expect([compactTime(moment), rfc3339(moment)]).toEqual(["20261122T021500Z", "2026-11-22T02:15:00Z"]);
  const dates = fc.date({ min: new Date(0), max: new Date("9999-12-31"), noInvalidDate: true });
  fc.assert(
    fc.property(dates, dates, (a, b) => {
      const [first, second] = [a, b].sort((x, y) => x.getTime() - y.getTime());
      expect(compactTime(first!) <= compactTime(second!)).toBe(true);
    }),
    sweep(100),
  );
});
