import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { bytesOf, textOf } from "../../src/steps/byte-text.ts";
import { isGitName, isRepositoryName, whyUnsafeName } from "../../src/steps/unsafe-name.ts";
import { whyNotOnWindows } from "../../src/steps/windows-names.ts";
import { makeRepository } from "../support/git-fixture.ts";
import { testWith } from "../support/programs.ts";

const posix = {
  symlinks: true,
  modes: true,
  foldsCase: false,
  normalizes: false,
  windowsNames: false,
  anyBytes: true,
} as const;

const middles = ["", ".", " ", ". .", "\u200c", "\ufeff", "\u206f", "\u00a0", "x", "~1"];
const endings = [
  "",
  ".",
  "  ",
  "...",
  " .",
  ":",
  "::$INDEX_ALLOCATION",
  ":x",
  "\\x",
  "ignore",
  "-x",
  "~1",
  "~2",
  "\u200d",
];
const spelled = [
  ".git",
  ".GIT",
  ".gIt",
  "git",
  "GIT",
  "git~1",
  "GIT~1",
  "git~2",
  ".g\u200cit",
  "\u202e.git",
  ".g\u0131t",
];
const gitLike = spelled.flatMap((name) => [
  ...middles.map((middle) => `${middle}${name}`),
  ...endings.map((ending) => `${name}${ending}`),
  `a\\${name}`,
]);

testWith(["git"], "what git takes for its own folder under any name is that here, and no other plain name is", () => {
  using repository = makeRepository({ files: {} });
  const blob = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391";
  const names = [...new Set(gitLike)];
  const input = names.map((name) => `100644 ${blob}\t${name}/x\0`).join("");
  const options = ["-c", "core.protectHFS=true", "-c", "core.protectNTFS=true"];
  execFileSync("git", ["-C", repository.path, ...options, "update-index", "-z", "--index-info"], {
    input,
    stdio: ["pipe", "ignore", "ignore"],
  });
  const taken = new Set(
    repository
      .git("ls-files", "-z")
      .split("\0")
      .map((path) => path.slice(0, -2)),
  );
  const refused = names.filter((name) => !taken.has(name));
  expect(refused.length).toBeGreaterThan(50);
  expect(taken.size).toBeGreaterThan(50);
  const ours = names.filter((name) => isGitName(bytesOf(name)));
  expect(refused.filter((name) => !ours.includes(name))).toEqual([]);
  // Git looks for what HFS+ ignores and for what NTFS drops one after the other, and we for both at once.
  const more = ours.filter((name) => !refused.includes(name));
  expect(more.filter((name) => !/[\u200c-\u206f\ufeff]/.test(name))).toEqual([]);
});

test("folders of other version control systems are known in any case, and what is only called like them isn't", () => {
  for (const name of [
    ".hg",
    ".HG",
    ".svn",
    ".svn ",
    ".bzr",
    "_darcs",
    "_Darcs.",
    ".jj",
    ".pijul",
    ".sl",
    "hg~1",
    ".fslckout",
    "_FOSSIL_",
  ])
    expect([name, isRepositoryName(name)]).toEqual([name, true]);
  for (const name of [".hgignore", ".slang", "darcs", "svn", "CVS", ".gitignore", "hg", "a~1", "_darcsx", ".jjx"])
    expect([name, isRepositoryName(name)]).toEqual([name, false]);
});

test.each([
  "CON",
  "con",
  "Nul.txt",
  "aux.tar.gz",
  "PRN ",
  "com1",
  "COM9.x",
  "COM\u00b9",
  "lpt\u00b3.x",
  "CONIN$",
  "conout$.x",
  "nul .x",
  "nul:x",
  "a:b",
  "a::$DATA",
  "c:",
  "a\\b",
  "\\\\?\\c:\\x",
  "a<b",
  "a>b",
  'a"b',
  "a|b",
  "a?b",
  "a*b",
  "a\u0001b",
  "a\u001fb",
  "a.",
  "a ",
  "...",
])("%j can't be made on Windows, and is any name elsewhere", (name) => {
  expect(whyNotOnWindows(name)).toEqual(expect.any(String));
  expect(whyUnsafeName(bytesOf(name), posix)).toBeUndefined();
  expect(whyUnsafeName(bytesOf(name), { ...posix, windowsNames: true, anyBytes: false })).toEqual(expect.any(String));
});

test.each([
  "console",
  "com",
  "com10",
  "lpt",
  "auxiliary",
  "a.b",
  ".a",
  "a b",
  " a",
  "\u00b9",
  "con-x",
  "nulls.txt",
  "-",
  "\u007f",
  "a~1",
])("%j can be made on Windows", (name) => expect(whyNotOnWindows(name)).toBeUndefined());

test("a name is measured as the file system does that it is for", () => {
  const windows = { ...posix, windowsNames: true, anyBytes: false };
  expect(whyUnsafeName("x".repeat(255), posix)).toBeUndefined();
  expect(whyUnsafeName("x".repeat(256), posix)).toContain("256 bytes");
  expect(whyUnsafeName(bytesOf("\u00e9".repeat(128)), posix)).toContain("256 bytes");
  expect(whyUnsafeName(bytesOf("\u00e9".repeat(255)), windows)).toBeUndefined();
  expect(whyUnsafeName(bytesOf("\u00e9".repeat(256)), windows)).toContain("256");
});

test("bytes that aren't UTF-8 are a name only where names are bytes", () => {
  expect(whyUnsafeName("\xff\xfe", posix)).toBeUndefined();
  expect(whyUnsafeName("\xff\xfe", { ...posix, anyBytes: false })).toContain("Unicode");
  expect(textOf(bytesOf("\u00e9"))).toBe("\u00e9");
});
