import { describe, expect, test } from "vitest";
import { readFlags } from "../../src/settings/flags.ts";

const read = (line: string) => {
  const { words, values, problems } = readFlags(line.split(" "));
  const texts = Object.fromEntries([...values].map(([name, raws]) => [name, raws.map(({ text }) => text)]));
  return { words, texts, problems };
};

test.each([
  ["snapshot . ./cold", ["snapshot", ".", "./cold"], {}],
  ["--prove read snapshot", ["snapshot"], { prove: ["read"] }],
  ["--prove=read", [], { prove: ["read"] }],
  ["--prefix=", [], { prefix: [""] }],
  ["--note a=b --note=--c", [], { note: ["a=b", "--c"] }],
  ["--store ./a --store ./b", [], { store: ["./a", "./b"] }],
  ["--freeze . --json", ["."], { freeze: ["true"], json: ["true"] }],
  ["--no-freeze", [], { freeze: ["false"] }],
  ["--freeze=false", [], { freeze: ["false"] }],
  ["--no-color", [], { "no-color": ["true"] }],
  ["-qn x", ["x"], { quiet: ["true"], "dry-run": ["true"] }],
  ["-V -h", [], { version: ["true"], help: ["true"] }],
  ["-- --prove -q", ["--prove", "-q"], {}],
  ["--ref - x", ["x"], { ref: ["-"] }],
])("%s", (line, words, texts) => {
  expect(read(line)).toEqual({ words, texts, problems: [] });
});

describe("what can't be read is named, and the rest is read on", () => {
  test.each([
    ["--note", '--note needs a value, such as --note "after the second review".'],
    [
      "--store -q",
      "--store needs a value, such as --store ./cold; one that starts with a dash is written behind =, as in --store=-q.",
    ],
    ["--freeze false", "--freeze takes no word behind it; write --freeze=false."],
    ["--no-freeze=false", "--no-freeze takes no value; write --freeze=false."],
    ["--stroe ./x", 'there is no flag "--stroe"; did you mean --store?'],
    ["--Dry_Run", 'there is no flag "--Dry_Run"; did you mean --dry-run?'],
    ["--no-such-thing-at-all", 'there is no flag "--no-such-thing-at-all"; coldstore --help lists them all.'],
    ["-x", 'there is no flag "-x"; coldstore --help lists them all.'],
    [
      "--tag_name v1",
      "there is no flag --tag_name, a name of softprops/action-gh-release; here, use ref for what is archived, and store: release:TAG for a release of another tag.",
    ],
    [
      "--fail_on_unmatched_files",
      "there is no flag --fail_on_unmatched_files, a name of softprops/action-gh-release; here, leave it out: a glob in files without a match always fails.",
    ],
    ["--read-data", "there is no flag --read-data, a name of restic; here, use level: read."],
    ["-r /srv/repo", "there is no flag -r, a name of restic; here, use store."],
    [
      "--no-manifest",
      "there is no flag --no-manifest, a name of coldstore 1.x; here, leave it out: a manifest is always written.",
    ],
    [
      "--keep-structure",
      "there is no flag --keep-structure, a name of coldstore 1.x; here, use prefix, which is . for no folder in the archive.",
    ],
  ])("%s", (line, problem) => {
    const { problems, texts } = read(`--json ${line} --quiet`);
    expect(problems).toEqual([problem]);
    expect(texts).toEqual(
      line.endsWith("-q") ? { json: ["true"], quiet: ["true", "true"] } : { json: ["true"], quiet: ["true"] },
    );
  });
});

test("the value of an unknown flag isn't taken for a source", () => {
  expect(read("snapshot --stor ./cold .").words).toEqual(["snapshot", "."]);
  expect(read("snapshot --frezee .").words).toEqual(["snapshot", "."]);
});
