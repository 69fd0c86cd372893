import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { defaultRcloneVersion, rcloneDigests } from "../../src/adapters/rclone/rclone-digests.ts";
import { digestsOf, withTable, withVersion } from "./refresh-rclone-digests.ts";

const usual = ["linux-amd64", "linux-arm64", "osx-amd64", "osx-arm64", "windows-amd64", "windows-arm64"];

const listOf = (version: string, platforms: readonly string[]) =>
  new Map(platforms.map((platform, index) => [`rclone-v${version}-${platform}.zip`, String(index).repeat(64)]));

test("the table of rclone's digests is written again as it is", async () => {
  const module = await readFile(new URL("../../src/adapters/rclone/rclone-digests.ts", import.meta.url), "utf8");
  expect(withTable(module, defaultRcloneVersion, rcloneDigests)).toBe(module);
});

test("a new version takes the place of the oldest one, and is fetched from then on", async () => {
  const module = await readFile(new URL("../../src/adapters/rclone/rclone-digests.ts", import.meta.url), "utf8");
  const digests = digestsOf("1.100.0", listOf("1.100.0", [...usual, "linux-arm-v7", "plan9-amd64"]));
  expect(Object.keys(digests)).toEqual([...usual, "linux-arm-v7"].toSorted());
  const table = withVersion({ "1.9.0": {}, "1.75.1": { a: "b" } }, "1.100.0", digests);
  expect(Object.keys(table)).toEqual(["1.75.1", "1.100.0"]);
  const text = withTable(module, "1.100.0", table);
  expect(text).toContain('defaultRcloneVersion = "1.100.0"');
  expect(text).toContain(`    "windows-arm64": "${"5".repeat(64)}",\n`);
  expect(text).not.toContain('"1.75.0"');
});

test("a list that lacks a usual machine isn't taken", () => {
  expect(() => digestsOf("1.80.0", listOf("1.80.0", usual.slice(1)))).toThrow("linux-amd64 isn't in the list");
  expect(() => digestsOf("1.80.0", listOf("1.79.0", usual))).toThrow("linux-amd64 isn't in the list");
});
