import { describe, expect, test } from "vitest";
import { chosenProfile, readConfig } from "../../src/settings/config-file.ts";
import type { RawLayer } from "../../src/settings/raw.ts";
import { settingSpec } from "../../src/settings/spec/table.ts";

const file = (text: string) => ({ text, shown: "coldstore.yml", base: "/repo", found: true });
const textsOf = (layer: RawLayer | undefined) =>
  layer && Object.fromEntries([...layer.values].map(([name, raws]) => [name, raws.map(({ text }) => text)]));

function read(text: string) {
  const problems: string[] = [];
  const config = readConfig(file(text), problems);
  return { settings: textsOf(config.settings), problems };
}

describe("texts stand as they were written", () => {
  test.each([
    ["milestone: 1.10", { milestone: ["1.10"] }],
    ["milestone: 0x10", { milestone: ["0x10"] }],
    ["milestone: null", { milestone: ["null"] }],
    ["dry-run: true", { "dry-run": ["true"] }],
    ["ref: 'on'", { ref: ["on"] }],
    ['prefix: ""', { prefix: [""] }],
    ["format: tar", { format: ["tar"] }],
    ["format: [tar, tar.gz]", { format: ["tar", "tar.gz"] }],
    ["files:\n  - a\n  - b c", { files: ["a", "b c"] }],
    ["files: |\n  a\n\n  b\n", { files: ["a", "b"] }],
    ["note: []", { note: [] }],
    ["milestone: |\n  two\n  lines", { milestone: ["two\nlines\n"] }],
    ["store: &s ./a\nnote: *s", { store: ["./a"], note: ["./a"] }],
    ["", {}],
    ["# nothing", {}],
    ["---\n", {}],
    ["{prove: read}", { prove: ["read"] }],
    ["\ufeffprove: read\r\nlevel: list\r\n", { prove: ["read"], level: ["list"] }],
  ])("%j", (text, settings) => {
    expect(read(text)).toEqual({ settings, problems: [] });
  });
});

test.each([
  [
    "x: 1\nstroe: ./a",
    [
      'there is no setting "x" (coldstore.yml, line 1); a config file takes mode',
      'there is no setting "stroe" (coldstore.yml, line 2); did you mean store?',
    ],
  ],
  [
    "tag_name: v1",
    [
      'there is no setting "tag_name" (coldstore.yml, line 1), a name of softprops/action-gh-release; here, use ref for what is archived, and store: release:TAG for a release of another tag.',
    ],
  ],
  ["profile: x", ["profile (coldstore.yml, line 1) can't be set in a config file; give it as a flag or an input."]],
  ["json: true", ["json (coldstore.yml, line 1) is for the command line only: --json."]],
  ["\n\nprove: read\nprove: none", ['"prove" stands twice in coldstore.yml, lines 3 and 4; give it once.']],
  ["store:", ["store (coldstore.yml, line 1) needs a value or a list of values, such as store: ./cold."]],
  ["prove: [read, none]", ["prove (coldstore.yml, line 1) takes one value, not a list, such as prove: read."]],
  ["prove: {a: b}", ["prove (coldstore.yml, line 1) needs one value, such as prove: read."]],
  ["files: [[a]]", ["files (coldstore.yml, line 1) needs a value or a list of values, such as files: dist/*.whl."]],
  ["exclude: *.iso", ['needs a value or a list of values, such as exclude: "*.iso", in quotes.']],
  ["exclude:\n  - !a.iso", ["line 2: Unresolved tag: !a.iso. A text that starts with ! stands in quotes."]],
  ["- a", ["coldstore.yml is no list of settings; write one a line, such as store: ./cold."]],
  ["just text", ["coldstore.yml is no list of settings"]],
  ["? [a, b]\n: c", ["coldstore.yml, line 1: a name is expected here."]],
  ["a: [", ["coldstore.yml, line 1: "]],
  ["a: b\n---\nc: d", ["coldstore.yml, line 2: Source contains multiple documents"]],
  ["prove: *nothing", ["prove (coldstore.yml, line 1) needs one value"]],
  ["prove: !!js/function x", ["coldstore.yml, line 1: Unresolved tag"]],
  [
    "profiles: x",
    ["profiles (coldstore.yml, line 1) holds named blocks of settings, such as nightly: and below it prove: read."],
  ],
  ["profiles:\n  a: x", ["profile a (coldstore.yml, line 2) holds no settings; write them below it, indented."]],
  [
    "profiles:\n  a b: {}",
    ['profile "a b" (coldstore.yml, line 2) needs a name of letters, digits, dots, dashes and underscores.'],
  ],
  [
    "profiles:\n  a:\n    prvoe: x",
    ['there is no setting "prvoe" (profile a, coldstore.yml, line 3); did you mean prove?'],
  ],
  ["profiles:\n  a:\n    profiles: {}", ['there is no setting "profiles" (profile a, coldstore.yml, line 3)']],
  ["sets: []", ['there is no setting "sets" (coldstore.yml, line 1); did you mean set?']],
])("%j is refused with the line", (text, problems) => {
  const found = read(text).problems;
  expect(found).toEqual(problems.map((problem) => expect.stringContaining(problem)));
});

test("a file over 1 MiB is refused unread", () => {
  expect(read("#".repeat(1024 * 1024)).problems).toEqual([]);
  expect(read("#".repeat(1024 * 1024 + 1)).problems).toEqual([
    "coldstore.yml is larger than 1 MiB; a config file is small.",
  ]);
});

test("aliases that would multiply, many keys and deep nesting end soon", () => {
  const levels = Array.from({ length: 30 }, (_, i) => `a${i}: &a${i} [${`*a${i - 1},`.repeat(9)}]`).slice(1);
  const started = performance.now();
  expect(read(["a0: &a0 [x]", ...levels].join("\n")).problems.length).toBeGreaterThan(0);
  expect(read("[".repeat(5000)).problems.length).toBeGreaterThan(0);
  expect(read(Array.from({ length: 5000 }, (_, i) => `k${i}: x`).join("\n")).problems.length).toBeGreaterThan(0);
  expect(performance.now() - started).toBeLessThan(20_000);
});

test("more than a hundred aliases are refused", () => {
  const note = (count: number) => `milestone: &a x\nnote: [${Array.from({ length: count }, () => "*a").join(", ")}]`;
  expect(read(note(100)).problems).toEqual([]);
  expect(read(note(101)).problems).toEqual(["coldstore.yml has 101 aliases; 100 are allowed."]);
});

test("a profile is chosen by its name, and a wrong one is answered with those that there are", () => {
  const problems: string[] = [];
  const config = readConfig(file("profiles:\n  nightly: {prove: read}\n  weekly: {level: read}"), problems);
  expect(textsOf(chosenProfile(config, "nightly", problems))).toEqual({ prove: ["read"] });
  expect(problems).toEqual([]);
  expect(chosenProfile(config, "nigthly", problems)).toBeUndefined();
  chosenProfile(readConfig(file(""), problems), "x", problems);
  expect(problems).toEqual([
    'profile is "nigthly"; coldstore.yml has nightly and weekly. Did you mean nightly?',
    'profile is "x", and coldstore.yml has no profiles; add it under profiles:.',
  ]);
});

test("what needs trust is refused in a file that was merely found, and taken from one that was named", () => {
  const look = (name: string) => {
    const spec = settingSpec(name);
    return spec && { ...spec, trust: spec.name === "store" ? ("explicit" as const) : spec.trust };
  };
  const problems: string[] = [];
  readConfig({ ...file("store: ./a"), found: false }, problems, look);
  expect(problems).toEqual([]);
  readConfig(file("store: ./a"), problems, look);
  expect(problems).toEqual([
    "store (coldstore.yml, line 1) can't be set by a file that was merely found in the repository; give it as a flag or an input, or name the file by config.",
  ]);
});
