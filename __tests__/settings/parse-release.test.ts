import { spawnSync } from "node:child_process";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parsePath, parseStore } from "../../src/settings/parse-store.ts";

const seed = Number(process.env["COLDSTORE_TEST_SEED"] ?? Date.now() % 2 ** 31);
const numRuns = Number(process.env["COLDSTORE_TEST_COUNT"] ?? 500);
const parse = (text: string) => parseStore(text, { base: "/repo" });

test.each([
  ["release", {}],
  ["release:v1.4.0", { tag: "v1.4.0" }],
  ["release:feature/x", { tag: "feature/x" }],
  ["release:acme/app", { tag: "acme/app" }],
  ["release:pkg@1.0.0", { tag: "pkg@1.0.0" }],
  ["release:@scope/pkg@1.0.0", { tag: "@scope/pkg@1.0.0" }],
  ["release:@", { tag: "@" }],
  ["release:a/b/c@1", { tag: "a/b/c@1" }],
  ["release:_me/app@v1", { tag: "_me/app@v1" }],
  ["release:größe/x@1", { tag: "größe/x@1" }],
  ["release:acme/app@v1", { repository: "acme/app", tag: "v1" }],
  ["release:Acme-Org/.github@v1", { repository: "Acme-Org/.github", tag: "v1" }],
  ["release:jane_corp/app@v1", { repository: "jane_corp/app", tag: "v1" }],
  ["release:acme/app@feature/x", { repository: "acme/app", tag: "feature/x" }],
  ["release:acme/app@@scope/pkg@1.0.0", { repository: "acme/app", tag: "@scope/pkg@1.0.0" }],
  [`release:${"o".repeat(40)}/app@v1`, { tag: `${"o".repeat(40)}/app@v1` }],
])("%s is a release", (text, address) => {
  expect(parse(text)).toEqual({ ok: true, value: { kind: "release", text, ...address } });
});

test.each([
  ["release:", "; give a tag, as in release:v1.4.0"],
  ["release:acme/app@", "; give a tag, as in release:acme/app@v1.4.0"],
  ["release:/app@v1", "; give owner and name of the repository, as in release:acme/app@v1.4.0"],
  ["release:acme/@v1", "; give owner and name of the repository, as in release:acme/app@v1.4.0"],
  ["release:/@", "; give owner and name of the repository, as in release:acme/app@v1.4.0"],
  ["release:refs/tags/v1", "; give the tag alone, without refs/tags/"],
  ["release:acme/app@refs/tags/v1", "; give the tag alone, without refs/tags/"],
])("%j is no release", (text, wrong) => {
  expect(parse(text)).toEqual({ ok: false, wrong });
});

test.each([
  "v1 beta",
  "v1\n::set-output name=x::y",
  "-d",
  "a..b",
  "acme/..@v1",
  "acme/app@v1:x",
  "a//b",
  "/v1",
  "v1/",
  ".v1",
  "v1.",
  "v1.lock",
  "a@{1}",
  "v*",
  "https://github.com/acme/app/releases/tag/v1",
  "v1\u{7f}",
  "v1\ud800",
])("%j is no tag", (tag) => {
  const wrong = "; git has no tags of such a name, give one such as release:v1.4.0";
  expect(parse(`release:${tag}`)).toEqual({ ok: false, wrong });
});

test("a tag is one exactly if git says so", () => {
  const piece = fc.constantFrom("v1", "a", ".", "..", "/", "@", "{", "-", "~", " ", ".lock", "\\", "[", "*", "é", "\t");
  const tags = fc.sample(fc.array(piece, { minLength: 1, maxLength: 5 }), { seed, numRuns: Math.min(numRuns, 60) });
  for (const pieces of tags) {
    const tag = pieces.join("");
    const address = parse(`release:acme/app@${tag}`);
    const git = spawnSync("git", ["check-ref-format", `refs/tags/${tag}`]);
    expect({ tag, ok: address.ok }).toEqual({ tag, ok: git.status === 0 && !tag.startsWith("-") });
  }
});

test("whatever is behind release: is a whole address or one phrase, and an address says all that was written", () => {
  const word = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string({ unit: fc.constantFrom("a", "1", "/", "@", ".", "-", "_", ":") }),
  );
  fc.assert(
    fc.property(word, (rest) => {
      const text = `release:${rest}`;
      const parsed = parse(text);
      if (!parsed.ok) expect(parsed.wrong).toMatch(/^; [ -~]+[^.]$/);
      const address = parsed.ok ? parsed.value : undefined;
      expect(address?.kind).toBe(parsed.ok ? "release" : undefined);
      if (address?.kind !== "release") return;
      const { repository, tag } = address;
      expect(`release:${repository === undefined ? "" : `${repository}@`}${tag}`).toBe(text);
    }),
    { seed, numRuns },
  );
});

test("a path is never a release, nor is a folder of that name", () => {
  for (const text of ["release", "release:v1"])
    expect(parsePath(text, { base: "/repo" })).toMatchObject({ ok: false, wrong: /a release store; give a folder/ });
  for (const text of ["./release", "releases", "release/v1", "Release"])
    expect(parse(text)).toMatchObject({ ok: true, value: { kind: "folder" } });
});
