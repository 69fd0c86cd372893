import * as fc from "fast-check";
import { expect, test } from "vitest";
import { compareVersions, type Version, versionOf } from "../../../src/adapters/github/compare-versions.ts";

const numRuns = Number(process.env["COLDSTORE_TEST_COUNT"] ?? 300);

function version(tag: string): Version {
  const found = versionOf(tag);
  if (found === undefined) throw new Error(`${tag} is no version`);
  return found;
}

const identifier = fc.oneof(fc.nat(12).map(String), fc.constantFrom("alpha", "beta", "rc", "a-1", "x9", "-"));
const tags = fc
  .record({
    v: fc.constantFrom("", "v"),
    numbers: fc.array(fc.nat(11), { minLength: 3, maxLength: 4 }),
    suffix: fc.array(identifier, { maxLength: 3 }),
    build: fc.constantFrom("", "+5", "+build.7"),
  })
  .map(
    ({ v, numbers, suffix, build }) =>
      v + numbers.join(".") + (suffix.length > 0 ? `-${suffix.join(".")}` : "") + build,
  );

test.each([
  ["v1.4.0", false],
  ["v1.4.0-rc.1", true],
  ["v2-beta", true],
  ["1.0-rc1", true],
  ["1.0.0-1", true],
  ["1.0rc1", true],
  ["v1.0.0b2", true],
  ["1.0.dev3", true],
  ["2024-01-15", false],
  ["v2024.01.15-2", false],
  ["v1.2-3", false],
  ["release-1.0-rc.1", false],
  ["1.0.0+20130313", false],
])("%s is a pre-release: %s", (tag, pre) => {
  expect((versionOf(tag)?.suffix.length ?? 0) > 0).toBe(pre);
});

test("versions of Python come before what they lead to", () => {
  const rising = ["1.0.dev2", "1.0a1", "1.0b1", "1.0rc1", "1.0rc2", "1.0"].map(version);
  for (const [i, lower] of rising.entries())
    for (const higher of rising.slice(i + 1)) expect(compareVersions(lower, higher)).toBeLessThan(0);
});

test("versions are in the order that semver.org gives as its example", () => {
  const rising = [
    "v0.9",
    "1.0.0-alpha",
    "1.0.0-alpha.1",
    "1.0.0-alpha.beta",
    "1.0.0-beta",
    "1.0.0-beta.2",
    "1.0.0-beta.11",
    "1.0.0-rc.1",
    "v1.0.0",
    "1.0.1",
    "v1.2",
    "1.10.0",
    "2",
    "99999999999999999999.0.0",
    "99999999999999999999.0.1",
  ].map(version);
  for (const [i, lower] of rising.entries())
    for (const [j, upper] of rising.entries()) expect(Math.sign(compareVersions(lower, upper))).toBe(Math.sign(i - j));
});

test("what isn't a version has none", () => {
  for (const tag of [
    "nightly",
    "v",
    "release/1.0",
    "app@1.0.0",
    "1.0.0-",
    "1..0",
    "1.0.0.0.0",
    "v1.0.0 ",
    "1.0.0-a..b",
    "vv1",
  ])
    expect([tag, versionOf(tag)]).toEqual([tag, undefined]);
});

test("builds, a leading v and numbers that lack make no difference", () => {
  for (const [one, other] of [
    ["v1.0.0", "1.0.0+build.5"],
    ["1", "1.0.0"],
    ["1.2-rc", "v1.2.0-rc"],
  ] as const)
    expect(compareVersions(version(one), version(other))).toBe(0);
});

test("the order is total: either way round, and through a third", () => {
  const property = fc.property(tags, tags, tags, (a, b, c) => {
    const [first, second, third] = [a, b, c].map(version) as [Version, Version, Version];
    expect(compareVersions(first, first)).toBe(0);
    expect(Math.sign(compareVersions(first, second))).toBe(-Math.sign(compareVersions(second, first)) + 0);
    if (compareVersions(first, second) <= 0 && compareVersions(second, third) <= 0)
      expect(compareVersions(first, third)).toBeLessThanOrEqual(0);
  });
  fc.assert(property, { numRuns });
});
