import { execFileSync } from "node:child_process";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PatternList } from "../../src/steps/pattern-list.ts";
import { isolatedGitEnvironment, makeRepository } from "../support/git-fixture.ts";
import { sweep } from "../support/packed-archive.ts";

describe("a list", () => {
  test.each([
    { patterns: ["*.log"], path: "a/b.log", verdict: "leave" },
    { patterns: ["*.log"], path: "a/b.LOG", verdict: undefined },
    { patterns: ["*.log", "!keep.log"], path: "a/keep.log", verdict: "take" },
    { patterns: ["!keep.log", "*.log"], path: "keep.log", verdict: "leave" },
    { patterns: ["/top"], path: "a/top", verdict: undefined },
    { patterns: ["a/b"], path: "x/a/b", verdict: undefined },
    { patterns: ["build/"], path: "build", verdict: undefined },
    { patterns: ["build/"], path: "build/x/y", verdict: "leave" },
    { patterns: ["build/", "!build/x"], path: "build/x", verdict: "leave" },
    { patterns: ["build/*", "!build/x"], path: "build/x", verdict: "take" },
    { patterns: ["caf\u00e9"], path: "caf\xc3\xa9", verdict: "leave" },
    { patterns: ["caf?"], path: "caf\xc3\xa9", verdict: undefined },
    { patterns: ["caf??"], path: "caf\xc3\xa9", verdict: "leave" },
    { patterns: ["x"], path: "a\nb/x", verdict: "leave" },
  ])("$patterns says $verdict of $path", ({ patterns, path, verdict }) => {
    expect(PatternList.of(patterns).decide(path)).toBe(verdict);
  });

  test("a mark at a file's start, carriage returns and what follows a zero byte are no patterns", () => {
    const list = PatternList.ofFile(Buffer.from("\ufefffirst\r\nsecond\0rest\nthird \n"));
    for (const path of ["first", "second", "third"]) expect(list.decide(path)).toBe("leave");
    for (const path of ["rest", "second\0rest", "third "]) expect(list.decide(path)).toBeUndefined();
  });

  test("within a folder that another list took, paths are decided by themselves", () => {
    const list = PatternList.of(["b[1]*/", "*.o"]);
    expect(list.decide("a/b1 */x.c")).toBe("leave");
    const within = list.within("a/b1 */");
    expect(within.decide("a/b1 */x.c")).toBeUndefined();
    expect(within.decide("a/b1 */x.o")).toBe("leave");
    expect(within.decide("a/b1 */b1/x.c")).toBe("leave");
    expect(within.decide("a/b1/x.c")).toBe("leave");
  });

  test("answers stay right beyond what is kept of them", () => {
    const list = PatternList.of(["*7"]);
    for (let i = 0; i < 45_000; i++) expect(list.decide(`f${i}`)).toBe(i % 10 === 7 ? "leave" : undefined);
  });
});

const token = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom("a", "b", "c", "ab", "A", ".", "a.b") },
  { weight: 4, arbitrary: fc.constantFrom("*", "?", "/", "/", "**/", "/**/", "/**") },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      "[ab]",
      "[!a]",
      "[^a-c]",
      "[[:alpha:]]",
      "[[:nope:]]",
      "[]a]",
      "[a-",
      "[",
      "]",
      "[\\]]",
      "[a-c-z]",
      "[c-a]",
      "[!/]",
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom("\\*", "\\?", "\\a", "\\[", "\\\\", "\\ ", " ", "!", "#", "\\", "\\!", "\\#"),
  },
  { weight: 1, arbitrary: fc.constantFrom("\xe9", "\xc3\xa9", "{", "}", "(", ")", "+", "^", "$", "|", "-", "\t") },
);
const pattern = fc
  .tuple(
    fc.constantFrom("", "", "", "!", "/"),
    fc.array(token, { minLength: 1, maxLength: 5 }),
    fc.constantFrom("", "", "/"),
  )
  .map((parts) => parts.flat().join(""))
  .filter((text) => !isOtherwiseRead(text));
const part = fc
  .array(
    fc.constantFrom("a", "b", "c", "A", ".", "*", "[", "]", "\\", " ", "!", "#", "\xe9", "\xc3\xa9", "-", "^", "?"),
    {
      minLength: 1,
      maxLength: 3,
    },
  )
  .map((chars) => chars.join(""))
  .filter((text) => text !== "." && text !== "..");
const paths = fc.array(
  fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/")),
  {
    minLength: 25,
    maxLength: 25,
  },
);

/** Where the package reads a pattern in another way than git does: asterisks beside text, where git takes them for a way through folders. */
function isOtherwiseRead(text: string): boolean {
  return /[^/!]\*\*|\*\*[^/]/.test(text);
}

test("any list decides about any path as git does", () => {
  const { seed, numRuns } = sweep(400);
  const lists = fc.sample(fc.tuple(fc.array(pattern, { minLength: 1, maxLength: 4 }), paths), { seed, numRuns });
  using repository = makeRepository();
  repository.write(
    Object.fromEntries(lists.map(([patterns], i) => [`${i}/.gitignore`, Buffer.from(patterns.join("\n"), "latin1")])),
  );
  const asked = lists.flatMap(([, paths], i) => paths.map((path) => `${i}/${path}`));
  const ignored = ignoredByGit(repository.path, asked);
  const different = lists.flatMap(([patterns, paths], i) => {
    const list = PatternList.ofFile(Buffer.from(patterns.join("\n"), "latin1"));
    return paths
      .filter((path) => (list.decide(path) === "leave") !== ignored.has(`${i}/${path}`))
      .map((path) => ({ patterns, path, git: ignored.has(`${i}/${path}`) }));
  });
  expect(ignored.size).toBeGreaterThan(asked.length / 50);
  expect(different).toEqual([]);
});

function ignoredByGit(folder: string, paths: readonly string[]): ReadonlySet<string> {
  const fields = execFileSync("git", ["check-ignore", "--no-index", "-z", "-v", "-n", "--stdin"], {
    cwd: folder,
    env: isolatedGitEnvironment(),
    input: Buffer.from(paths.map((path) => `${path}\0`).join(""), "latin1"),
    maxBuffer: 2 ** 30,
  })
    .toString("latin1")
    .split("\0");
  const ignored = new Set<string>();
  for (let i = 0; i + 3 < fields.length; i += 4) {
    const pattern = fields[i + 2]!;
    if (pattern !== "" && !pattern.startsWith("!")) ignored.add(fields[i + 3]!);
  }
  return ignored;
}
