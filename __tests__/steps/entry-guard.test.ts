import * as fc from "fast-check";
import { execFileSync } from "node:child_process";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { TargetTraits } from "../../src/ports/restore-target.ts";
import { EntryGuard, type GuardedEntry } from "../../src/steps/entry-guard.ts";
import type { LinkRules } from "../../src/steps/restore-source.ts";
import { makeRepository } from "../support/git-fixture.ts";
import { sweep } from "../support/packed-archive.ts";
import { testWith } from "../support/programs.ts";

const linux: TargetTraits = {
  symlinks: true,
  modes: true,
  foldsCase: false,
  normalizes: false,
  windowsNames: false,
  anyBytes: true,
};
const windows = { ...linux, foldsCase: true, windowsNames: true, anyBytes: false };
const mac = { ...linux, foldsCase: true, normalizes: true, anyBytes: false };

type Rules = Partial<LinkRules & { readonly traits: TargetTraits; readonly isCheckout: boolean }>;

const file = (path: string): GuardedEntry => ({ path, type: "file" });
const dir = (path: string): GuardedEntry => ({ path, type: "dir" });
const link = (path: string, target: string): GuardedEntry => ({ path, type: "symlink", link: target });

function guarded(entries: readonly GuardedEntry[], rules: Rules = {}) {
  const guard = new EntryGuard({ symlinks: "keep", outwardLinks: "refuse", traits: linux, ...rules });
  const made = entries.map((entry) => guard.admit(entry));
  return { made, ...guard.finish() };
}

function refusal(entries: readonly GuardedEntry[], rules: Rules = {}): string {
  try {
    guarded(entries, rules);
  } catch (error) {
    expect(error).toMatchObject({ name: "ColdstoreError", failure: "unsafe" });
    return (error as Error).message;
  }
  return "";
}

test.each([
  ["", "no name"],
  ["/etc/passwd", "absolute"],
  ["//host/share", "absolute"],
  ["../x", '".."'],
  ["a/../../x", '".."'],
  ["a/..", '".."'],
  ["./a", '"."'],
  ["a//b", "between two slashes"],
  ["a/", "one of its ends"],
  ["a\0b", "NUL"],
  [".git/config", '".git"'],
  ["a/.GIT/hooks/x", '".GIT"'],
  ["git~1/config", '"git~1"'],
  [".git::$INDEX_ALLOCATION/config", ".git::$INDEX_ALLOCATION"],
  [".hg/hgrc", '".hg"'],
  [`${"d/".repeat(1000)}x`, "1001 folders deep"],
  [`${"dddd/".repeat(900)}x`, "4501 bytes"],
  ["x".repeat(256), "256 bytes"],
])("a path %j is refused on every system, and named", (path, why) => {
  for (const traits of [linux, windows, mac])
    for (const entry of [file(path), dir(path), link(path, "x")]) {
      const sentence = refusal([entry], { traits });
      expect(sentence).toContain(why);
      expect(sentence.length).toBeLessThan(400);
    }
});

test("a refusal names an entry on one line, whatever is in its name", () => {
  const sentence = refusal([file("../a\n\x1b[31m::error::\xe2\x80\xae")]);
  expect(sentence).toBe(
    '"../a\\n\\x1b[31m::error::\\u202e" isn\'t safe to restore: ".." leads to another folder; nothing was restored',
  );
});

test.each([
  [[file("a"), file("a")], "twice"],
  [[dir("a"), dir("a")], "twice"],
  [[link("a", "x"), link("a", "x")], "twice"],
  [[dir("a"), file("a")], "as a folder and as a file"],
  [[file("a"), link("a", "b")], "as a file and as a link"],
  [[file("a"), file("a/b")], "a file in the archive"],
  [[file("a/b"), file("a")], "a folder with something in it"],
  [[link("a", "b"), file("a/b/c")], "a link in the archive"],
  [[link("a", "b"), dir("a/b")], "a link in the archive"],
  [[file("a/b/c"), link("a", "b")], "a folder with something in it"],
  [[link("a", "."), link("a/b", "c")], "a link in the archive"],
])("entries that can't all be there are refused: %j", (entries, why) => {
  for (const traits of [linux, windows, mac]) expect(refusal(entries, { traits })).toContain(why);
  expect(refusal(entries, { symlinks: "skip" })).toContain(why);
});

test("a folder may come behind what is in it, and stands for itself once", () => {
  expect(guarded([file("a/b/c"), dir("a"), dir("a/b"), file("a/d")]).made).toEqual(["make", "make", "make", "make"]);
});

test("names that would be one are refused where they would, folders among them", () => {
  const pairs = [
    { entries: [file("README"), file("readme")], on: [windows, mac] },
    { entries: [file("D/a"), file("d/b")], on: [windows, mac] },
    { entries: [dir("D"), link("d", "x")], on: [windows, mac] },
    { entries: [file("stra\xc3\x9fe"), file("STRASSE")], on: [windows, mac] },
    { entries: [file("\xe2\x84\xaa"), file("k")], on: [windows, mac] },
    { entries: [file("\xc3\xa9"), file("e\xcc\x81")], on: [mac] },
    { entries: [file("\xc3\xa9/a"), file("e\xcc\x81/b")], on: [mac] },
  ];
  for (const { entries, on } of pairs)
    for (const traits of [linux, windows, mac])
      expect(refusal(entries, { traits }).includes("are one name here")).toBe(on.includes(traits));
});

test("what Windows has no room for is refused there alone", () => {
  for (const path of ["C:x", "C:/x", "\\\\?\\x", "a\\..\\b", "aux.txt", "d/nul", "a.", "a ", "a:s", "a?", "a\x07"]) {
    expect(refusal([file(path)], { traits: windows })).toContain("Windows");
    expect(guarded([file(path)]).made).toEqual(["make"]);
  }
  expect(refusal([file("\xff")], { traits: windows })).toContain("Unicode");
  expect(refusal([file("\xff")], { traits: mac })).toContain("Unicode");
});

test("what git checks out may hold folders of other systems, and never git's own", () => {
  expect(guarded([file("fixtures/.hg/hgrc")], { isCheckout: true }).made).toEqual(["make"]);
  expect(refusal([file("fixtures/.git/config")], { isCheckout: true })).toContain('".git"');
});

test.each([
  ["", "without a target"],
  ["a\0b", "NUL"],
  ["x".repeat(4096), "4096 bytes"],
])("a link to %j is refused, whatever is to become of links", (target, why) => {
  for (const rules of [{}, { symlinks: "skip" }, { outwardLinks: "keep" }] as const)
    expect(refusal([link("a", target)], rules)).toContain(why);
});

test("links that lead out are refused all at once, the first ten by name, or made and told", () => {
  const entries = Array.from({ length: 12 }, (_, i) => link(`l${String.fromCharCode(108 - i)}`, `../${i}`));
  const sentence = refusal([...entries, link("inner", "lx")]);
  expect(sentence).toBe(
    '12 links lead out of what is restored: "la", "lb", "lc", "ld", "le", "lf", "lg", "lh", "li", "lj", and 2 more; ' +
      "say symlinks: keep (--symlinks keep) to make them all the same, or symlinks: skip to leave out all links",
  );
  expect(() => guarded(entries)).toThrow(expect.objectContaining({ remedy: { settings: { symlinks: "keep" } } }));
  const kept = guarded([...entries, link("\xc3\xa9", "/x")], { outwardLinks: "keep" });
  expect(kept.outwardLinks).toHaveLength(13);
  expect(kept.outwardLinks.at(-1)).toBe("é");
  expect(kept.made).toEqual(Array(13).fill("make"));
});

test("links are left out and told where that was said, or where there are none", () => {
  const entries = [link("b", "/x"), file("c"), link("a", "c")];
  const skipped = { made: ["skip", "make", "skip"], outwardLinks: [], skippedLinks: ["a", "b"] };
  expect(guarded(entries, { symlinks: "skip" })).toEqual(skipped);
  expect(guarded(entries, { traits: { ...linux, symlinks: false } })).toEqual(skipped);
});

test("any link is a reason to refuse where that was said", () => {
  expect(refusal([file("c"), link("a", "c")], { symlinks: "fail" })).toContain('"a" is a link, to "c"');
  expect(refusal([link("a", "c")], { symlinks: "fail", traits: { ...linux, symlinks: false } })).toContain("link");
});

testWith(["git"], "what real repositories hold passes as it is", () => {
  const here = dirname(fileURLToPath(import.meta.url));
  const listed = execFileSync("git", ["-C", here, "ls-files", "-z", "--full-name", ":/"], { encoding: "latin1" });
  const paths = listed.split("\0").filter((path) => path !== "");
  expect(paths.length).toBeGreaterThan(100);
  for (const traits of [linux, windows, mac])
    expect(guarded(paths.map(file), { traits }).made.every((made) => made === "make")).toBe(true);
  const odd = [
    "back\\slash",
    "c:\\x",
    "C:",
    "a:b",
    " lead",
    "trail ",
    "dot.",
    "...",
    "..a",
    "-rf",
    "a\tb",
    "é",
    "e\u0301",
    "README",
    "readme",
    ".gitignore",
    ".github/x",
    ".gitmodules",
    "git",
    "aux",
    '*?<>|"',
  ];
  const files = [...odd.map((path) => [path, "x"] as const), [Buffer.from("\xff\xfe", "latin1"), "x"] as const];
  using repository = makeRepository({
    files: [...files, ["up", { link: "d/../README" }], ["d/in", { link: "../.github/x" }]],
  });
  const tree = repository
    .gitBytes("ls-tree", "-r", "-z", "--name-only", "HEAD")
    .toString("latin1")
    .split("\0")
    .slice(0, -1);
  expect(tree).toHaveLength(files.length + 2);
  const entries = tree.map((path) =>
    path === "up" ? link(path, "d/../README") : path === "d/in" ? link(path, "../.github/x") : file(path),
  );
  expect(guarded(entries)).toEqual({ made: tree.map(() => "make"), outwardLinks: [], skippedLinks: [] });
});

const safeName = fc
  .stringMatching(/^[a-zA-Z0-9_][a-z0-9 _+-]{0,8}[a-z0-9]$/)
  .filter((name) => !/^(?:con|prn|aux|nul|(?:com|lpt)\d)$/i.test(name));
const safeTree = fc
  .uniqueArray(fc.array(safeName, { minLength: 1, maxLength: 5 }), {
    minLength: 1,
    maxLength: 30,
    selector: (names) => names.join("/").toLowerCase(),
  })
  .map((lists) =>
    lists.map((names) =>
      names.map((name, depth) => `${name}${depth === names.length - 1 ? ".f" : ".d"}`.toLowerCase()).join("/"),
    ),
  );

type Attack = (path: string, rest: readonly string[]) => readonly GuardedEntry[];

const parent = (path: string): string => path.slice(0, path.lastIndexOf("/") + 1);
const up = (path: string): string => "../".repeat(path.split("/").length);

/** Each puts something beside a list that has `path`. */
const attacks: Readonly<Record<string, Attack>> = {
  "climbs out": (path) => [file(`${up(path)}evil`)],
  "climbs out of where it is": (path) => [file(`${parent(path)}${up(path)}evil`)],
  "is absolute": (path) => [file(`/${path}`)],
  "ends with a dot": (path) => [dir(`${parent(path)}.`)],
  "has nothing in between": (path) => [file(`${parent(path)}/x`)],
  "is there twice": (path) => [file(path)],
  "is a folder as well": (path) => [dir(path)],
  "is a link as well": (path) => [link(path, "x")],
  "lies below a file": (path) => [file(`${path}/x`)],
  "lies below a link": (path) => [link(`${path}x`, "."), file(`${path}x/y`)],
  "lies below a link that comes later": (path) => [file(`${path}x/y`), link(`${path}x`, ".")],
  "is a repository": (path) => [file(`${parent(path)}.Git/config`)],
  "is a repository by its short name": (path) => [file(`${parent(path)}GIT~1/config`)],
  "has a NUL": (path) => [file(`${path}\0.png`)],
  "is a link out": (path) => [link(`${path}x`, `${up(path)}etc`)],
  "is an absolute link": (path) => [link(`${path}x`, "/etc")],
  "is a link to a drive": (path) => [link(`${path}x`, "C:\\Windows")],
  "is a link to a share": (path) => [link(`${path}x`, "\\\\host\\share")],
  "goes out by a link": (path) => [link(`${path}x`, "."), link(`${path}y`, `${path.split("/").at(-1)!}x/${up(path)}`)],
  "goes out by a link's link": (path) => [
    link("zz1", "zz2"),
    link("zz2", "."),
    link(`${path}y`, `${"../".repeat(path.split("/").length - 1)}zz1/..`),
  ],
  "has a name that is too long": (path) => [file(`${parent(path)}${"n".repeat(256)}`)],
  "lies too deep": (path) => [file(`${parent(path)}${"n/".repeat(1000)}n`)],
};

test.each(Object.keys(attacks))("one entry that %s is found among any others, wherever it is put", (name) => {
  fc.assert(
    fc.property(safeTree, fc.nat(), fc.nat(), fc.constantFrom(linux, windows, mac), (paths, which, where, traits) => {
      expect(guarded(paths.map(file), { traits }).made).toHaveLength(paths.length);
      const victim = paths[which % paths.length]!;
      const evil = attacks[name]!(victim, paths);
      const at = where % (paths.length + 1);
      const entries: GuardedEntry[] = paths.map(file);
      entries.splice(at, 0, ...evil);
      expect(refusal(entries, { traits })).not.toBe("");
    }),
    sweep(15),
  );
});

test("a great many entries are told apart in little memory", () => {
  const folders = 3000;
  const paths = Array.from({ length: 200_000 }, (_, i) =>
    Buffer.from(`packages/part-${i % folders}/src/deep/folder/File-${i}.ts`).toString("latin1"),
  );
  const guard = new EntryGuard({ symlinks: "keep", outwardLinks: "refuse", traits: mac });
  const before = process.memoryUsage().heapUsed;
  for (const path of paths) guard.admit(file(path));
  // Garbage is counted in; what is kept is half of it.
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(200e6);
  expect(refusal([file("a")])).toBe("");
  expect(() => guard.admit(file(paths[77_777]!.toUpperCase()))).toThrow("are one name here");
});
