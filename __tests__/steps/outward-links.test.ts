import { expect, test } from "vitest";
import { outwardLinks } from "../../src/steps/outward-links.ts";

test.each([
  { links: { a: "/etc" }, out: ["a"] },
  { links: { a: ".." }, out: ["a"] },
  { links: { "d/a": ".." }, out: [] },
  { links: { "d/a": "../.." }, out: ["d/a"] },
  { links: { "d/a": "x/../../.." }, out: ["d/a"] },
  { links: { a: "d/up/..", "d/up": ".." }, out: ["a"] },
  { links: { a: "b", b: "c", c: "/x" }, out: ["a", "b", "c"] },
  { links: { a: "b", b: "a" }, out: [] },
  { links: { a: "a/.." }, out: [] },
  { links: { a: "\\\\host\\share", b: "c:/x", c: "d:x" }, out: ["a", "b"] },
  { links: { "a/deep/l": "../../b//./c" }, out: [] },
])("of $links these lead out: $out", ({ links, out }) => {
  expect(outwardLinks(new Map(Object.entries(links)))).toEqual(out);
});
