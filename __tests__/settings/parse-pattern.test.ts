import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { ignoreProfiles } from "../../src/model/ignore-profiles.ts";
import { parsePattern } from "../../src/settings/parse-pattern.ts";
import { testWith } from "../support/programs.ts";

const seed = Number(process.env["COLDSTORE_TEST_SEED"] ?? Date.now() % 2 ** 31);
const count = Number(process.env["COLDSTORE_TEST_COUNT"] ?? 0);
const letters = fc.constantFrom("a", "b", "*", "?", "/", "!", "#", ".", " ", "\\", "[", "]", "\n", "\r", "\0", "\t");

test("a pattern that is taken is one line of a .gitignore, and no comment", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: letters, maxLength: 8 }), fc.string({ unit: "binary" })), (text) => {
      if (!parsePattern(text).ok) return;
      expect(parsePattern(text)).toEqual({ ok: true, value: text });
      expect(text).not.toMatch(/[\n\r\0]|^#|^ *$/);
    }),
    { seed, numRuns: count || 2000 },
  );
});

test("the patterns of every profile are such", () => {
  for (const pattern of Object.values(ignoreProfiles).flat()) expect(parsePattern(pattern)).toMatchObject({ ok: true });
});

testWith(["git"], "what is refused as never matching matches nothing for git either", () => {
  const folder = mkdtempSync(join(tmpdir(), "coldstore-pattern-"));
  const git = (args: readonly string[], input = "") =>
    spawnSync("git", ["-C", folder, ...args], { input, encoding: "utf8" });
  const paths = ["a", "b", ".", "..", "a/b", "a/b/a", "b/a", " ", "a ", "a\\", "\\", "!", "#", "#a", ".a", "a.b"];
  const candidates = paths.filter((path) => !/^\.\.?$/.test(path)).join("\0");
  git(["init", "-q"]);
  try {
    fc.assert(
      fc.property(fc.string({ unit: letters, maxLength: 5 }), (text) => {
        if (parsePattern(text).ok || /[\n\r\0]/.test(text)) return;
        writeFileSync(join(folder, ".gitignore"), `${text}\n`);
        const { stdout } = git(["check-ignore", "--no-index", "-z", "--stdin"], candidates);
        expect({ text, stdout }).toEqual({ text, stdout: "" });
      }),
      { seed, numRuns: count || 150 },
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
