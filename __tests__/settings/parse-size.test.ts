import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parseSize } from "../../src/settings/parse-size.ts";
import { testWith } from "../support/programs.ts";

const seed = Number(process.env["COLDSTORE_TEST_SEED"] ?? Date.now() % 2 ** 31);
const count = Number(process.env["COLDSTORE_TEST_COUNT"] ?? 0);

testWith(["truncate"], "a size is what GNU's truncate makes a file of that size of, unit by unit", () => {
  const folder = mkdtempSync(join(tmpdir(), "coldstore-size-"));
  const file = join(folder, "sparse");
  const unit = fc.constantFrom("", "K", "KB", "KiB", "M", "MB", "MiB", "G", "GB", "GiB");
  try {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4000 }), unit, (number, unit) => {
        const text = `${number}${unit}`;
        execFileSync("truncate", ["-s", text, file]);
        const { size } = statSync(file);
        const parsed = parseSize(text);
        if (size < 1024 ** 2) expect(parsed).toMatchObject({ ok: false });
        else expect(parsed).toEqual({ ok: true, value: size });
        expect(parseSize(text.toLowerCase())).toEqual(parsed);
      }),
      { seed, numRuns: count || 60 },
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("whatever is written, a size that is taken is a whole number of bytes in bounds, told by digits and a unit", () => {
  const near = fc.string({ unit: fc.constantFrom("0", "1", "9", "k", "M", "G", "t", "i", "B", ".", "-", " ", "e") });
  fc.assert(
    fc.property(fc.oneof(near, fc.string({ unit: "binary" })), (text) => {
      const parsed = parseSize(text);
      if (!parsed.ok) return;
      expect(text).toMatch(/^\d+[kmgt]?i?b?$/i);
      expect(Number.isSafeInteger(parsed.value)).toBe(true);
      expect(parsed.value).toBeGreaterThanOrEqual(1024 ** 2);
      expect(parsed.value).toBeLessThanOrEqual(1000 * 1024 ** 4);
    }),
    { seed, numRuns: count || 2000 },
  );
});
