import * as fc from "fast-check";
import { expect, test } from "vitest";
import { inertLine } from "../../src/model/inert-line.ts";
import { namesForAct, readAsRunner, withoutInvisible } from "../support/runner-commands.ts";
import { commandText } from "../support/command-text.ts";

const seed = Number(process.env["COLDSTORE_TEST_SEED"] ?? Date.now() % 2 ** 31);
const numRuns = Number(process.env["COLDSTORE_TEST_COUNT"] ?? 400);

test.each([
  ["::error::x", "\\x3a:error::x"],
  ["  \t\u00a0\u3000::error::x", "  \t\u00a0\u3000\\x3a:error::x"],
  ["\u200d::error::x", "\u200d\\x3a:error::x"],
  [":::error::x", "\\x3a::error::x"],
  ["a\n::error::x", "a\n\\x3a:error::x"],
  ["a\r::error::x", "a\r\\x3a:error::x"],
  ["stored a##[error]b", "stored a#\\x23[error]b"],
  ["###[add-mask]a##[group]b", "##\\x23[add-mask]a#\\x23[group]b"],
])("%j is shown as %j", (line, shown) => {
  expect(inertLine(line)).toBe(shown);
});

test.each(["stored app::v1.tar in ./cold", ": one colon", "# a [heading]", "##", "", "std::vector::push"])(
  "%j, which is no command, stays as it is",
  (line) => {
    expect(inertLine(line)).toBe(line);
  },
);

test("what is made of any text, a runner carries out none of it, and neither does act", () => {
  let commands = 0;
  fc.assert(
    fc.property(commandText(), (text) => {
      commands += readAsRunner(text).commands.length;
      const inert = inertLine(text);
      expect(readAsRunner(inert).commands).toEqual([]);
      expect(readAsRunner(withoutInvisible(inert)).commands).toEqual([]);
      expect(namesForAct(inert)).toEqual([]);
      expect(inertLine(inert)).toBe(inert);
    }),
    { seed, numRuns },
  );
  // Else nothing was asked of it.
  expect(commands).toBeGreaterThan(0);
});
