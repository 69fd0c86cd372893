import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { openGitFolder } from "../../../src/adapters/git/open-git-folder.ts";
import { type FixtureFiles, type GitFixture, lfsPointer, makeRepository } from "../../support/git-fixture.ts";
import { plainScratch } from "../../support/open-fixture.ts";
import { someOf } from "../../support/some-of.ts";

const { signal } = new AbortController();
afterEach(() => vi.unstubAllEnvs());

/** Whether the work tree is what the index has; fails when git sees a change there, which is asked for separately. */
async function isFaithful(repository: GitFixture, folder = repository.path): Promise<boolean> {
  await using scratch = plainScratch();
  const opened = await openGitFolder(folder, { scratch, signal });
  if (opened?.repository === undefined) throw new Error("no repository");
  const { modified, deleted } = await opened.repository.changes([], signal);
  expect({ modified, deleted }).toEqual({ modified: 0, deleted: 0 });
  return await opened.listing.faithful(signal);
}

/** A commit of these files, the work tree then checked out anew as the attributes and settings want it. */
function checkout(files: FixtureFiles, settings: readonly (readonly [string, string])[] = []): GitFixture {
  const repository = makeRepository({ files });
  for (const [key, value] of settings) repository.git("config", key, value);
  for (const path of repository.git("ls-files").split("\n")) rmSync(join(repository.path, path));
  repository.git("checkout", "-q", "--", ".");
  return repository;
}

/** Writes a file that git takes for the committed one. */
function rewrite(repository: GitFixture, content: string): void {
  repository.write({ f: content });
  // Old enough for git not to look into it again.
  utimesSync(join(repository.path, "f"), 1_600_000_000, 1_600_000_000);
  repository.git("add", "f");
}

const lines = "one\ntwo\n";
const windows = "one\r\ntwo\r\n";

describe("with nothing that converts", () => {
  test("files, links and executables are what the index has", async () => {
    using repository = makeRepository({
      files: {
        f: lines,
        "both \r\n": "a\r\nb\n",
        run: { executable: "#!/bin/sh\n" },
        link: { link: "f" },
        "deep/ä/\u{1f9ca}": Uint8Array.of(0, 13, 10),
        ".gitattributes": "*.png diff=png export-ignore linguist-generated\n",
        there: { contains: { files: { x: "1" } } },
      },
    });
    expect(await isFaithful(repository)).toBe(true);
    expect(await isFaithful(repository, join(repository.path, "deep"))).toBe(true);
  });
});

describe("line ends", () => {
  test.for(someOf(["* text=auto", "* text", "f crlf", "f text eol=lf", "[attr]mine text\nf mine"], 2))(
    "that %j takes for the same are another content",
    async (attributes) => {
      using repository = checkout({ f: lines, ".gitattributes": `${attributes}\n` });
      expect(await isFaithful(repository)).toBe(true);
      rewrite(repository, windows);
      expect(await isFaithful(repository)).toBe(false);
    },
  );

  test("of a checkout that made them others aren't those of the index", async () => {
    using repository = checkout({ f: lines, ".gitattributes": "f text eol=crlf\n" });
    expect(await isFaithful(repository)).toBe(false);
  });

  test("of files that aren't converted can be any", async () => {
    const files = { f: windows, mixed: "a\r\nb\n", bin: Uint8Array.of(0, 13, 10, 1) };
    using repository = checkout({ ...files, ".gitattributes": "* text=auto\n*.bat -text\nx binary\n" });
    expect(await isFaithful(repository)).toBe(true);
  });

  test.for(someOf(["true", "input", "TRUE"], 1))("count when core.autocrlf is %s", async (value) => {
    using repository = checkout({ f: lines }, [["core.autocrlf", value]]);
    rewrite(repository, windows);
    expect(await isFaithful(repository)).toBe(false);
    rewrite(repository, lines);
    expect(await isFaithful(repository)).toBe(true);
  });

  test("count in a folder below, whose own attributes it may be, and only there", async () => {
    using repository = checkout({ f: lines, "in/.gitattributes": "* text=auto\n", "in/f": lines, "by/f": lines });
    repository.write({ "in/f": windows });
    repository.git("add", "in/f");
    expect(await isFaithful(repository)).toBe(false);
    expect(await isFaithful(repository, join(repository.path, "in"))).toBe(false);
    expect(await isFaithful(repository, join(repository.path, "by"))).toBe(true);
  });

  test("count when a list of the clone or of the user has the attribute, or the user's configuration the setting", async () => {
    using repository = checkout({ f: lines });
    const home = join(repository.around, "home");
    mkdirSync(join(home, ".config/git"), { recursive: true });
    mkdirSync(join(repository.path, ".git/info"), { recursive: true });
    vi.stubEnv("HOME", home);
    vi.stubEnv("XDG_CONFIG_HOME", join(home, ".config"));
    const places = {
      [join(repository.path, ".git/info/attributes")]: "* text=auto\n",
      [join(home, ".config/git/attributes")]: "* text=auto\n",
      [join(home, ".gitconfig")]: "[core]\n\tautocrlf = input\n",
    };
    for (const [path, text] of Object.entries(places)) {
      writeFileSync(path, text);
      // Git's own word, with the user's configuration; the fixture's git has none.
      repository.write({ f: windows });
      execFileSync("git", ["-C", repository.path, "add", "f"], { stdio: "pipe" });
      expect(await isFaithful(repository), path).toBe(false);
      rmSync(path);
      repository.write({ f: lines });
      repository.git("add", "f");
      expect(await isFaithful(repository), path).toBe(true);
    }
  });
});

test.skipIf(process.getuid?.() !== 0)(
  "in a clone of somebody else nothing that it names is run to tell (needs root, to give it away)",
  async () => {
    using repository = checkout({ f: lines, ".gitattributes": "* text=auto\nx filter=theirs\n" });
    rewrite(repository, windows);
    const ran = join(repository.around, "ran");
    for (const key of ["core.fsmonitor", "filter.theirs.clean", "filter.theirs.process"])
      repository.git("config", key, `touch ${ran};`);
    execFileSync("chown", ["-R", "12345:12345", repository.path]);
    expect(await isFaithful(repository)).toBe(false);
    expect(existsSync(ran)).toBe(false);
  },
);

test("an executable bit that the clone doesn't go by doesn't count", async () => {
  using repository = checkout({ f: lines }, [["core.fileMode", "off"]]);
  expect(await isFaithful(repository)).toBe(true);
  chmodSync(join(repository.path, "f"), 0o755);
  expect(await isFaithful(repository)).toBe(true);
});

test("a link that was checked out as a file is what the index has, unless the clone has links", async () => {
  using repository = checkout({ f: lines, link: { link: "f" } }, [["core.symlinks", "false"]]);
  expect(await isFaithful(repository)).toBe(true);
  rmSync(join(repository.path, "link"));
  symlinkSync("f", join(repository.path, "link"));
  expect(await isFaithful(repository)).toBe(true);
});

test("a keyword that was expanded is another content", async () => {
  using repository = checkout({ f: "$Id$\n", ".gitattributes": "* ident\n" });
  expect(await isFaithful(repository)).toBe(false);
});

test.for(["working-tree-encoding=UTF-16LE", "filter=rot13", "filter"])(
  "a file with %s may be any other, whatever its size",
  async (attribute) => {
    using repository = checkout({ f: lines, ".gitattributes": `f ${attribute}\n` }, [
      ["filter.rot13.clean", "tr a-z n-za-m"],
      ["filter.rot13.smudge", "tr a-z n-za-m"],
    ]);
    expect(await isFaithful(repository)).toBe(false);
  },
);

describe("a file of Git LFS", () => {
  const files = {
    f: { lfs: "content\n".repeat(100) },
    ".gitattributes": "f filter=lfs diff=lfs merge=lfs -text\n",
  } as const;
  const pointer = lfsPointer(files.f.lfs).replaceAll("\n", "\\n");

  /** A filter in the place of git-lfs, to which every content is this one; the machine's own git may have the real one. */
  function stand(repository: GitFixture): void {
    repository.git("config", "filter.lfs.clean", `cat >/dev/null; printf '${pointer}'`);
  }

  test("is what its pointer says, or the pointer", async () => {
    using repository = makeRepository({ files });
    stand(repository);
    expect(await isFaithful(repository)).toBe(true);
    rewrite(repository, files.f.lfs);
    expect(await isFaithful(repository)).toBe(true);
  });

  test("isn't, when it has another size", async () => {
    using repository = makeRepository({ files });
    stand(repository);
    rewrite(repository, "another");
    expect(await isFaithful(repository)).toBe(false);
  });
});
