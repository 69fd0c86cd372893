import { expect, test } from "vitest";
import { usableVersion } from "../../../src/adapters/git/git-version.ts";

test.each([
  ["git version 2.39.1\n", "2.39.1"],
  ["git version 2.39.3 (Apple Git-146)\n", "2.39.3"],
  ["git version 2.45.1.windows.1\n", "2.45.1"],
  ["git version 2.50.0-rc1\n", "2.50.0"],
  ["git version 3.0\n", "3.0.0"],
])("%s is new enough", (printed, version) => {
  expect(usableVersion(printed)).toBe(version);
});

test.each(["git version 2.39.0\n", "git version 2.38.9\n", "git version 1.8.3.1\n"])(
  "%s is refused with the reason",
  (printed) => {
    expect(() => usableVersion(printed)).toThrow(/install 2\.39\.1 or newer: .*CVE-2022-41903/);
  },
);

test("something else called git is refused", () => {
  expect(() => usableVersion("hub version 2\n")).toThrow(/install git 2\.39\.1/);
});
