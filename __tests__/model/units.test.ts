import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatBytes, formatCount, formatDuration } from "../../src/model/units.ts";

describe("formatBytes", () => {
  test.each([
    [0, "0 B"],
    [1, "1 B"],
    [999, "999 B"],
    [1000, "1.0 kB"],
    [1234, "1.2 kB"],
    [9949, "9.9 kB"],
    [9950, "10 kB"],
    [999_499, "999 kB"],
    [999_500, "1.0 MB"],
    [1_234_567, "1.2 MB"],
    [252_900_000, "253 MB"],
    [625_000_000, "625 MB"],
    [8_589_934_592, "8.6 GB"],
    [5e12, "5.0 TB"],
    [5e18, "5000 PB"],
    [-1, "0 B"],
  ])("%d is %s", (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  test("is within 5 % of the bytes it stands for, and never shows 1000 of a unit that has a larger one", () => {
    const factor = { B: 1, kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12, PB: 1e15 };
    fc.assert(
      fc.property(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), (bytes) => {
        const [number, unit] = formatBytes(bytes).split(" ") as [string, keyof typeof factor];
        expect(Math.abs(Number(number) * factor[unit] - bytes) / bytes).toBeLessThanOrEqual(0.051);
        if (unit !== "PB") expect(Number(number)).toBeLessThan(1000);
      }),
    );
  });
});

describe("formatDuration", () => {
  test.each([
    [0, "0 ms"],
    [0.04, "40 ms"],
    [0.0994, "99 ms"],
    [0.0996, "0.1 s"],
    [1, "1 s"],
    [3.44, "3.4 s"],
    [9.96, "10 s"],
    [34.4, "34 s"],
    [59.6, "1 min"],
    [125, "2 min 5 s"],
    [3599.6, "1 h"],
    [3780, "1 h 3 min"],
    [187_300, "2 d 4 h"],
    [-3, "0 ms"],
  ])("%d s is %s", (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });
});

describe("formatCount", () => {
  test.each([
    [0, "0"],
    [999, "999"],
    [1000, "1,000"],
    [78_114, "78,114"],
    [1_234_567, "1,234,567"],
  ])("%d is %s", (count, text) => {
    expect(formatCount(count)).toBe(text);
  });

  test("takes a noun, in the number it needs", () => {
    expect(formatCount(1, "file")).toBe("1 file");
    expect(formatCount(0, "file")).toBe("0 files");
    expect(formatCount(2000, "entry", "entries")).toBe("2,000 entries");
  });
});
