import { expect, test } from "vitest";
import { LinkReach } from "../../src/steps/link-reach.ts";

const posix = { foldsCase: false, normalizes: false, windowsNames: false };
const windows = { foldsCase: true, normalizes: false, windowsNames: true };

function outwardOf(links: Readonly<Record<string, string>>, traits = posix): string[] {
  const reach = new LinkReach(traits);
  for (const [path, link] of Object.entries(links)) reach.add(path, link);
  return reach.outward();
}

test.each([
  { links: { a: "/etc" }, out: ["a"] },
  { links: { a: ".." }, out: ["a"] },
  { links: { a: "." }, out: [] },
  { links: { "d/a": ".." }, out: [] },
  { links: { "d/a": "../.." }, out: ["d/a"] },
  { links: { "d/a": "x/../../.." }, out: ["d/a"] },
  { links: { a: "d/up/..", "d/up": ".." }, out: ["a"] },
  { links: { a: "b", b: "c", c: "/x" }, out: ["a", "b", "c"] },
  { links: { a: "b/c", b: "d", "d/c": "../.." }, out: ["a", "d/c"] },
  { links: { a: "b/..", b: "d/e/f" }, out: [] },
  { links: { a: "b/../../..", b: "d/e/f" }, out: ["a"] },
  { links: { "d/u": "..", l: "d/u/d/u/.." }, out: ["l"] },
  { links: { a: "b", b: "a" }, out: [] },
  { links: { a: "a/.." }, out: [] },
  { links: { a: "b/..", b: "a/.." }, out: [] },
  { links: { a: "c/c/c/..", c: "d", "d/c": "c" }, out: [] },
  { links: { a: "\\\\host\\share", b: "c:/x", c: "d:\\x" }, out: ["a", "b", "c"] },
  { links: { a: "d:x", b: "x\\..\\..\\y" }, out: [] },
  { links: { "a/deep/l": "../../b//./c" }, out: [] },
  { links: { A: ".", "d/l": "../a/../.." }, out: ["d/l"] },
  { links: { A: "d/e", l: "a/../x" }, out: [] },
])("of $links these lead out: $out", ({ links, out }) => {
  expect(outwardOf(links)).toEqual(out);
});

test.each([
  { links: { a: "x\\..\\..\\y" }, out: ["a"] },
  { links: { a: "x/.. /../y" }, out: ["a"] },
  { links: { a: "x/.../../y" }, out: ["a"] },
  { links: { a: "d:x", b: "c:", c: "x:stream" }, out: ["a", "b", "c"] },
  { links: { a: "LONGNA~1/x" }, out: ["a"] },
  { links: { "D/Up": "..", l: "d/uP./.." }, out: ["l"] },
  { links: { a: "b\\c" }, out: [] },
])("on Windows, of $links these lead out: $out", ({ links, out }) => {
  expect(outwardOf(links, windows)).toEqual(out);
});

test("a chain of more links than systems follow is no way in", () => {
  const chain = (length: number) => Object.fromEntries(Array.from({ length }, (_, i) => [`l${i}`, `l${i + 1}`]));
  expect(outwardOf(chain(40))).toEqual([]);
  expect(outwardOf(chain(41))).toEqual(["l0"]);
});

test("links that double with each step, or are very long and many, take no time", () => {
  const started = performance.now();
  expect(
    outwardOf(Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`l${i}`, `l${i + 1}/../l${i + 1}`]))),
  ).not.toEqual([]);
  const long = "l0/../".repeat(680);
  const tangled = new LinkReach(posix);
  for (let i = 0; i < 5000; i += 1) tangled.add(`l${i}`, i % 2 === 0 ? `${long}l${i + 1}` : "d/e");
  expect(() => tangled.outward()).toThrow(expect.objectContaining({ failure: "unsafe" }));
  expect(performance.now() - started).toBeLessThan(20_000);
});
