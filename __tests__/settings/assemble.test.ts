import * as fc from "fast-check";
import { expect, test } from "vitest";
import { levelsOf } from "../../src/model/archive-format.ts";
import { contradictions } from "../../src/settings/contradictions.ts";
import { problemsOf, settingsOf } from "../support/config-disk.ts";

const seed = Number(process.env["COLDSTORE_TEST_SEED"] ?? Date.now() % 2 ** 31);
const numRuns = Number(process.env["COLDSTORE_TEST_COUNT"] ?? 500);
const mode = fc.constantFrom("snapshot", "archive");
const formats = fc.uniqueArray(fc.constantFrom("tar.gz", "tar.zst", "tar", "zip"), { minLength: 1 });

const problemsWith = (mode: "snapshot" | "archive", format: Parameters<typeof levelsOf>[0][], level?: number) =>
  contradictions({ mode, format, "compression-level": level, "dry-run": true, store: [] }, { by: "flags" });

test("a level that is given fits each format that compresses, and the range that a refusal names does", () => {
  fc.assert(
    fc.property(mode, formats, fc.integer({ min: 0, max: 19 }), (mode, format, level) => {
      const ranges = format.flatMap((each) => levelsOf(each) ?? []);
      const fits = ranges.length > 0 && ranges.every(({ least, most }) => level >= least && level <= most);
      const [problem, ...others] = problemsWith(mode, format, level);
      expect(others).toEqual([]);
      expect(problem === undefined).toBe(fits);
      const [, least, most] = /; give (\d+) to (\d+)/.exec(problem ?? "") ?? [];
      if (least !== undefined)
        for (const fine of [least, most]) expect(problemsWith(mode, format, Number(fine))).toEqual([]);
      else if (problem !== undefined) expect(format).toEqual(["tar"]);
    }),
    { seed, numRuns },
  );
});

test("without a level any formats are fine", () => {
  fc.assert(
    fc.property(mode, formats, (mode, format) => {
      expect(problemsWith(mode, format)).toEqual([]);
    }),
    { seed, numRuns: 50 },
  );
});

test("a config file's level and formats count for modes that make sets, and are no one else's problem", async () => {
  const files = { "/repo/coldstore.yml": "compression-level: 15\nformat: tar.gz\nstore: ./cold" };
  expect(await problemsOf({ argv: "archive", files })).toHaveLength(1);
  expect(await problemsOf({ argv: "verify", files })).toEqual([]);
  expect(await settingsOf({ argv: "archive --format tar.zst", files })).toMatchObject({ compressionLevel: 15 });
});
