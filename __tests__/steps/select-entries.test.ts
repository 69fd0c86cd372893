import { describe, expect, test } from "vitest";
import { ColdstoreError } from "../../src/model/errors.ts";
import type { SourceFolder } from "../../src/ports/folder.ts";
import type { FolderEntry, Selection } from "../../src/steps/folder-entry.ts";
import { sealManifest, serializeManifest } from "../../src/steps/seal-manifest.ts";
import { selectEntries } from "../../src/steps/select-entries.ts";
import type { SelectionRules } from "../../src/steps/selection-rules.ts";
import { memoryFolder, type MemoryFolderSpec } from "../support/memory-folder.ts";
import { aSet } from "../support/reports.ts";
import { memoryRepository } from "../support/memory-repository.ts";

const { signal } = new AbortController();

type Asked = Partial<SelectionRules> & Partial<SelectionRules["filters"]>;

async function selected(source: SourceFolder | MemoryFolderSpec, asked: Asked = {}): Promise<Selection> {
  const { exclude = [], include = [], profiles = [], ...rules } = asked;
  return selectEntries(
    "disk" in source ? source : memoryFolder(source),
    {
      filters: { exclude, include, profiles },
      symlinks: "keep",
      submodules: "fail",
      mtime: { kind: "all", seconds: 7 },
      without: [],
      ...rules,
    },
    signal,
  );
}

/** Paths of an archive, a folder's with a slash. */
function pathsOf({ entries }: Selection): string[] {
  return entries.map(({ path, type }) => (type === "dir" ? `${path}/` : path));
}

function leavesOf({ entries }: Selection): string[] {
  return entries.flatMap(({ path, type }) => (type === "dir" ? [] : path));
}

function entryAt({ entries }: Selection, path: string): FolderEntry | undefined {
  return entries.find((entry) => entry.path === path);
}

function messagesOf({ errors }: Selection): string[] {
  return errors.map(({ message }) => message);
}

describe("what goes in", () => {
  test("tracked files, untracked ones that aren't ignored, and the folders that they lie in, by bytes", async () => {
    const selection = await selected({
      files: { "a/z": "12", "a-b": "", "a/b/c": "3", B: "", "\xe9": "", "out/x": "", "empty/deep": { folder: "open" } },
      git: { tracked: ["a/z", "a-b"], ignored: ["out/"] },
    });
    expect(pathsOf(selection)).toEqual(["B", "a-b", "a/", "a/b/", "a/b/c", "a/z", "\xe9"]);
    expect(selection.counts).toEqual({ files: 5, dirs: 2, symlinks: 0, bytes: 3 });
    expect(selection.engine).toBe("git");
    expect(selection.untracked).toEqual(["B", "a/b/c", "\ufffd"]);
    expect(selection.warnings).toEqual(["1 empty folder is not in the archive: empty/deep"]);
    expect(selection.errors).toEqual([]);
  });

  test("tracked files that a .gitignore matches go in, and are named", async () => {
    const selection = await selected(
      {
        files: { "dist/x.js": "", "dist/y.js": "", z: "" },
        git: { tracked: ["dist/x.js", "dist/y.js", "z"], ignored: ["dist/"] },
      },
      { exclude: ["y.js"] },
    );
    expect(leavesOf(selection)).toEqual(["dist/x.js", "z"]);
    expect(selection.trackedButIgnored).toEqual(["dist/x.js"]);
  });

  test("without git rules are read all the same, and a warning says so", async () => {
    const selection = await selected({ files: { ".gitignore": "*.o\n", "a.o": "", "b/.hg/x": "", "b/c": "" } });
    expect(leavesOf(selection)).toEqual([".gitignore", "b/c"]);
    expect(selection.engine).toBe("ignore");
    expect(selection.warnings).toEqual([expect.stringContaining("no git")]);
  });

  test("files are 0644, or 0755 for what the owner may execute; folders 0755, links 0777", async () => {
    const selection = await selected({
      files: { "d/run": { content: "", executable: true }, text: "", l: { link: "text" } },
    });
    expect(selection.entries.map(({ path, mode }) => [path, mode.toString(8)])).toEqual([
      ["d", "755"],
      ["d/run", "755"],
      ["l", "777"],
      ["text", "644"],
    ]);
  });

  test("all have the one time that is asked for, or their own, a folder that of the newest in it", async () => {
    const files = {
      "a/b/old": { content: "", mtime: 10 },
      "a/b/c/new": { content: "", mtime: 30 },
      "a/mid": { content: "", mtime: 20 },
      "z/ignored.log": { content: "", mtime: 99 },
      "z/link": { link: "x", mtime: 5 },
    };
    const own = await selected({ files }, { mtime: { kind: "own" }, exclude: ["*.log"] });
    expect(Object.fromEntries(own.entries.map(({ path, mtime }) => [path, mtime]))).toEqual({
      a: 30,
      "a/b": 30,
      "a/b/c": 30,
      "a/b/c/new": 30,
      "a/b/old": 10,
      "a/mid": 20,
      z: 5,
      "z/link": 5,
    });
    expect(entryAt(own, "a/mid")).toMatchObject({ content: { ownTime: true } });
    const all = await selected({ files }, { mtime: { kind: "all", seconds: 7 } });
    expect(entryAt(all, "a/mid")).not.toHaveProperty("content.ownTime");
    expect(new Set(all.entries.map(({ mtime }) => mtime))).toEqual(new Set([7]));
  });

  test("content is to be read where it lies, and pointers are for the folder's own clone", async () => {
    const repository = memoryRepository({ files: { x: "" } });
    const folder = memoryFolder({ files: { "d/x": "12" }, git: { tracked: ["d/x"] }, repository });
    const entry = entryAt(await selected(folder), "d/x");
    expect(entry).toMatchObject({ type: "file", bytes: 2, content: { kind: "disk", path: "d/x" }, lfs: repository });
  });
});

describe("filters", () => {
  const files = { "a.log": "", "b.log": "", "src/a.c": "", "src/gen/x.c": "", "node_modules/m/i.js": "" };
  const git = { tracked: ["src/a.c", "src/gen/x.c"], ignored: ["a.log", "b.log", "node_modules/"] };

  test("include adds what .gitignore leaves out", async () => {
    const selection = await selected({ files, git }, { include: ["*.log", "!b.log"] });
    expect(leavesOf(selection)).toEqual(["a.log", "src/a.c", "src/gen/x.c"]);
    expect(selection.untracked).toEqual(["a.log"]);
  });

  test("include adds in folders that .gitignore leaves out, without git too", async () => {
    const without = await selected(
      { files: { ...files, ".gitignore": "node_modules/\n*.log\n" } },
      { include: ["m/"] },
    );
    expect(leavesOf(without)).toEqual([".gitignore", "node_modules/m/i.js", "src/a.c", "src/gen/x.c"]);
    const withGit = await selected({ files, git }, { include: ["m/"] });
    expect(leavesOf(withGit)).toEqual(["node_modules/m/i.js", "src/a.c", "src/gen/x.c"]);
  });

  test("exclude takes away, tracked files and included ones too, in the list's order", async () => {
    const asked = { include: ["*.log"], exclude: ["src/*", "!src/gen", "b.log"] };
    expect(leavesOf(await selected({ files, git }, asked))).toEqual(["a.log", "src/gen/x.c"]);
  });

  test("a profile takes away by itself: no list takes back what another one leaves out", async () => {
    const asked = { exclude: ["!*.c"], profiles: [{ name: "mine", patterns: ["gen/"] }] };
    expect(leavesOf(await selected({ files, git }, asked))).toEqual(["src/a.c"]);
  });

  test("when nothing is left, an error tells what left it out", async () => {
    const selection = await selected({ files: { ".env": "", "a.c": "", "b.c": "" }, git: {} }, { exclude: ["*.c"] });
    expect(messagesOf(selection)).toEqual([
      "there is nothing to archive: left out were 2 by exclude and ignore-profile, 1 because they look like credentials",
    ]);
    expect(selection.errors[0]).toMatchObject({ failure: "source" });
    expect(messagesOf(await selected({ git: {} }))[0]).toContain("the folder has no files");
  });
});

describe("credentials", () => {
  test("untracked files that look like credentials are left out and named, tracked ones go in", async () => {
    const selection = await selected({
      files: { ".env": "", "a/.env": "", ".env.example": "", "deploy/id_ed25519": "", "id_ed25519.pub": "" },
      git: { tracked: ["a/.env"] },
    });
    expect(leavesOf(selection)).toEqual([".env.example", "a/.env", "id_ed25519.pub"]);
    expect(selection.credentials).toEqual([".env", "deploy/id_ed25519"]);
  });

  test("include takes them all the same, also where nothing ignores them", async () => {
    const files = { ".env": "", ".npmrc": "", x: "" };
    const selection = await selected({ files, git: { ignored: [".npmrc"] } }, { include: [".env", ".npmrc"] });
    expect(leavesOf(selection)).toEqual([".env", ".npmrc", "x"]);
    expect(selection.credentials).toEqual([]);
  });
});

describe("what isn't the folder's own", () => {
  test("version control systems' own files never go in; tracked ones are named", async () => {
    const files = {
      ".git/HEAD": "",
      "a/.svn/x": "",
      "CVS/Entries": "",
      "doc/CVS/notes": "",
      ".hg/y": "",
      z: "",
      w: { link: "a" },
    };
    const selection = await selected({ files, git: { tracked: ["a/.svn/x"] } });
    expect(leavesOf(selection)).toEqual(["doc/CVS/notes", "w", "z"]);
    expect(selection.warnings).toEqual([expect.stringMatching(/version control.*a\/\.svn\/x/)]);
  });

  const part = { bytes: 3, sha256: "0".repeat(64) };
  const { content, run } = aSet().manifest;
  const sealed = (more: Partial<typeof run> = {}) =>
    sealManifest({
      content,
      run: { ...run, project: "me/app", set: "1", ...more },
      artifacts: [
        { name: "n.tar.gz", role: "archive", bytes: 3, sha256: part.sha256, parts: [{ name: "n.part-001", ...part }] },
        { name: "n.SHA256SUMS", role: "checksums", ...part },
      ],
    });
  const manifest = (more: Partial<typeof run> = {}) => Buffer.from(serializeManifest(sealed(more)));

  test("sets that lie in it are left out, with what looks like the store's at whose place a whole set lies", async () => {
    const files = {
      "cold/me/app/snapshot/1/n.coldstore.json": manifest(),
      "cold/me/app/snapshot/1/n.part-001": "abc",
      "cold/me/app/archive/2/half.tar": "",
      "cold/me/app/archive/2/photos/x.jpg": "",
      "cold/me/app/archive/notes.txt": "",
      "cold/me/app/history/20261122T021500Z-0a1b.json": "",
      "cold/me/app/history/essay.txt": "",
      "cold/me/app/records/snapshot/1/proof-20261122T021500Z-0a1b.json": "",
      "cold/me/app/records/snapshot/1/mine": "",
      "cold/me/app/objects/x": "",
      "cold/me/app/notes.txt": "",
      "cold/me/other/archive/2/x.tar": "",
      "cold/.tmp/y": "",
      "cold/readme": "",
    };
    const selection = await selected({ files, git: {} });
    expect(leavesOf(selection)).toEqual([
      "cold/me/app/archive/2/photos/x.jpg",
      "cold/me/app/archive/notes.txt",
      "cold/me/app/history/essay.txt",
      "cold/me/app/notes.txt",
      "cold/me/app/objects/x",
      "cold/me/app/records/snapshot/1/mine",
      "cold/me/other/archive/2/x.tar",
      "cold/readme",
    ]);
    expect(selection.warnings).toEqual([
      "6 files of Coldstore's own sets and stores were left out: cold/.tmp/y, cold/me/app/archive/2/half.tar, cold/me/app/history/20261122T021500Z-0a1b.json, cold/me/app/records/snapshot/1/proof-20261122T021500Z-0a1b.json, cold/me/app/snapshot/1/n.coldstore.json, cold/me/app/snapshot/1/n.part-001",
    ]);
  });

  test("of a set that was moved only the files of the size that its manifest says are left out", async () => {
    const files = {
      "loose/n.coldstore.json": manifest({ superseded: ["mine"] }),
      "loose/n.part-001": "abc",
      "loose/n.SHA256SUMS": "changed",
      "loose/mine": "",
      "loose/history/20261122T021500Z-0a1b.json": "",
      // At the place of another set than its own.
      "me/app/snapshot/2/n.coldstore.json": manifest(),
      "me/app/history/20261122T021500Z-0a1b.json": "",
    };
    const selection = await selected({ files, git: {} });
    expect(leavesOf(selection)).toEqual([
      "loose/history/20261122T021500Z-0a1b.json",
      "loose/mine",
      "loose/n.SHA256SUMS",
      "me/app/history/20261122T021500Z-0a1b.json",
    ]);
  });

  test("a tracked set goes in, and so does what isn't a sealed manifest of ours", async () => {
    const newer = { ...sealed(), schema: "coldstore/manifest/2" };
    const files = {
      "set/n.coldstore.json": manifest(),
      "set/n.part-001": "abc",
      "x.coldstore.json": "{",
      "me/app/snapshot/1/y.coldstore.json": JSON.stringify({ ...sealed(), seal: "0".repeat(64) }),
      "me/app/snapshot/1/z.coldstore.json": JSON.stringify(newer),
      "me/app/snapshot/1/n.part-001": "abc",
    };
    const tracked = ["set/n.coldstore.json", "set/n.part-001"];
    expect(leavesOf(await selected({ files, git: { tracked } }))).toEqual(Object.keys(files).sort());
  });

  test("folders of this run are left out without a word", async () => {
    const files = { "cold/x": "", coldly: "", "deep/cold/y": "" };
    const without = ["/memory/project/cold", "/memory/project/deep/cold", "/elsewhere"];
    const selection = await selected({ files, git: { tracked: ["cold/x"] } }, { without });
    expect(leavesOf(selection)).toEqual(["coldly"]);
    expect(selection.warnings).toEqual([]);
  });

  test.each(["/memory/project", "/memory"])("a folder that lies in a store (%s) is an error", async (store) => {
    const selection = await selected({ files: { x: "" } }, { without: [store] });
    expect(messagesOf(selection)).toEqual([expect.stringContaining("lies in the store")]);
  });
});

describe("what isn't there, or can't be read", () => {
  test("deleted files are a warning; those that a sparse checkout left out, and conflicts, are errors", async () => {
    const selection = await selected({
      files: { x: "", both: "", here: "" },
      git: { tracked: ["x", "gone", "was/deep"], sparse: ["far/a", "here"], unmerged: ["both"] },
    });
    expect(leavesOf(selection)).toEqual(["here", "x"]);
    expect(selection.warnings).toEqual(["2 tracked files are deleted and not in the archive: gone, was/deep"]);
    expect(messagesOf(selection)).toEqual([
      expect.stringMatching(/^1 path is in conflict.*both/),
      expect.stringMatching(/^1 tracked file is not on disk.*far\/a.*git sparse-checkout disable/),
    ]);
  });

  test("a file below what has become a link is gone; the link goes in", async () => {
    const selection = await selected({
      files: { "real/x": "", way: { link: "real" } },
      git: { tracked: ["way/x", "real/x"] },
    });
    expect(leavesOf(selection)).toEqual(["real/x", "way"]);
    expect(selection.warnings).toEqual([expect.stringContaining("way/x")]);
  });

  test("what is excluded needn't be there", async () => {
    const git = { tracked: ["gone"], sparse: ["far/a"], unmerged: ["both"] };
    const selection = await selected({ files: { x: "" }, git }, { exclude: ["gone", "far/", "both"] });
    expect([selection.warnings, selection.errors]).toEqual([[], []]);
  });

  test("FIFOs, sockets and devices are named and left out, unless something leaves them out anyway", async () => {
    const files = {
      ".gitignore": "*.sock\n",
      "a/pipe": { special: "fifo" },
      "b.sock": { special: "socket" },
      "dev/null": { special: "device" },
      "out/pipe": { special: "fifo" },
      "ex/pipe": { special: "fifo" },
      x: "",
    } as const;
    for (const git of [{ ignored: ["out/"] }, undefined]) {
      const selection = await selected({ files, ...(git && { git }) }, { exclude: ["ex/", "/out"] });
      expect(leavesOf(selection)).toEqual([".gitignore", "x"]);
      expect(selection.warnings.at(-1)).toBe(
        "2 things that are no files were left out (FIFOs, sockets, devices): a/pipe, dev/null",
      );
    }
  });

  test("empty folders are named, unless something leaves them out", async () => {
    const empty = { folder: "open" } as const;
    const files = {
      ".gitignore": "/ign/\n",
      b: empty,
      "a/c": empty,
      "ign/in": empty,
      "ex/in": empty,
      "sub/.gitignore": "in/\n",
      "sub/in": empty,
      cold: empty,
      x: "",
    };
    for (const git of [{ ignored: ["ign/"] }, undefined]) {
      const selection = await selected(
        { files, ...(git && { git }) },
        { exclude: ["ex/"], without: ["/memory/project/cold"] },
      );
      expect(selection.warnings.at(-1)).toBe("2 empty folders are not in the archive: a/c, b");
    }
  });

  test("folders that can't be read are one error that names them all; ignored and excluded ones don't matter", async () => {
    const files = {
      x: "",
      "a/closed": { folder: "closed" },
      shut: { folder: "closed" },
      ignored: { folder: "closed" },
      excluded: { folder: "closed" },
    } as const;
    const selection = await selected({ files, git: { ignored: ["ignored/"] } }, { exclude: ["excluded"] });
    expect(messagesOf(selection)).toEqual([
      expect.stringMatching(
        /^2 folders can't be read \(.*\): a\/closed, shut; make them readable, or leave them out with a line in \.gitignore$/,
      ),
    ]);
    const withoutGit = await selected({ files: { x: "", shut: { folder: "closed" } } });
    expect(messagesOf(withoutGit)).toEqual([
      expect.stringMatching(
        /^1 folder can't be read \(.*\): shut; make it readable, or leave it out with exclude: PATTERN$/,
      ),
    ]);
  });

  test("all files that can't be opened are one error, with the system's reasons; excluded ones don't matter", async () => {
    const denied = { content: "", unreadable: "EACCES: permission denied" };
    const files = {
      x: "",
      "a/one": denied,
      two: { content: "", unreadable: "EPERM: operation not permitted" },
      ".env": denied,
      ex: denied,
      l: { link: "/else/far" },
    };
    const selection = await selected(
      { files, around: { "/else/far": denied }, git: { tracked: ["two"] } },
      { exclude: ["ex"], symlinks: "follow" },
    );
    expect(messagesOf(selection)).toEqual([
      "3 files can't be read (EACCES: permission denied; EPERM: operation not permitted): a/one, l, two; make them readable, or leave them out with exclude: PATTERN",
    ]);
  });

  test("git's own failure stands when nothing else explains it", async () => {
    const folder = memoryFolder({ files: { x: "", y: "" }, git: {} });
    const failure = new ColdstoreError("source", "git can't read y/.gitignore");
    const git = {
      ...folder.git!,
      async *candidates() {
        yield [{ path: "x", kind: "file", tracked: false } as const];
        throw failure;
      },
    };
    const selection = await selected({ ...folder, git });
    expect(selection.errors).toEqual([failure]);
    expect(leavesOf(selection)).toEqual(["x"]);
  });

  test("an abort ends it with its reason", async () => {
    const reason = new ColdstoreError("interrupted", "stopped by the test");
    const rules = {
      filters: { exclude: [], include: [], profiles: [] },
      symlinks: "keep",
      submodules: "fail",
      mtime: { kind: "own" },
      without: [],
    } as const;
    for (const git of [{ tracked: ["x"] }, undefined])
      await expect(
        selectEntries(memoryFolder({ files: { x: "" }, ...(git && { git }) }), rules, AbortSignal.abort(reason)),
      ).rejects.toBe(reason);
  });
});

test("names that differ only in case, or in how an accent is written, are a warning, and both go in", async () => {
  const files = {
    Readme: "",
    readme: "",
    "e\xcc\x81": "",
    "\xc3\xa9": "",
    "\xff": "",
    "\xfe": "",
    "dir/a": "",
    "Dir/b": "",
  };
  const selection = await selected({ files, git: {} });
  expect(leavesOf(selection)).toHaveLength(8);
  expect(selection.warnings).toEqual([expect.stringContaining("Dir and dir, Readme and readme, e\u0301 and \u00e9")]);
  expect(selection.warnings[0]).toMatch(/^3 pairs /);
});

describe("links", () => {
  const files = {
    real: "1",
    "d/x": "22",
    "d/deep/y": "",
    "l/file": { link: "../real" },
    "l/dir": { link: "../d" },
  } as const;

  test("kept as they are, those that lead out named, by way of other links too", async () => {
    const selection = await selected({
      files: {
        ...files,
        abs: { link: "/etc/passwd" },
        up: { link: "../x" },
        "d/up": { link: "../../x" },
        "d/in": { link: "../d/./x" },
        "d/top": { link: ".." },
        round: { link: "d/top/../y" },
        fine: { link: "d/top/real" },
        loop: { link: "loop/x" },
        win: { link: "C:\\x" },
      },
    });
    expect(entryAt(selection, "l/dir")).toMatchObject({ type: "symlink", link: "../d", mode: 0o777 });
    expect(selection.counts.symlinks).toBe(11);
    expect(selection.outwardLinks).toEqual(["abs", "d/up", "round", "up", "win"]);
    expect(selection.errors).toEqual([]);
  });

  test("skipped ones are counted and named", async () => {
    const selection = await selected({ files, git: {} }, { symlinks: "skip" });
    expect(leavesOf(selection)).toEqual(["d/deep/y", "d/x", "real"]);
    expect(selection.warnings).toEqual(["2 links were left out: l/dir, l/file"]);
  });

  test("when there shall be none, they are an error, unless they are excluded", async () => {
    const asked = { symlinks: "fail" } as const;
    expect(messagesOf(await selected({ files }, asked))).toEqual([
      expect.stringMatching(/2 links.*l\/dir, l\/file; use symlinks: keep, skip or follow, or .*exclude: PATTERN/),
    ]);
    expect(messagesOf(await selected({ files }, { ...asked, exclude: ["l/"] }))).toEqual([]);
  });

  test("followed, they give what they lead to, by the rules in force", async () => {
    const selection = await selected(
      {
        files: { ...files, out: { link: "/else/where" }, "d/again": { link: "deep" } },
        around: {
          "/else/where/in/a": "",
          "/else/where/.git/HEAD": "",
          "/else/where/skip.log": "",
          "/else/where/.env": "",
          "/else/where/.gitignore": "ignored\n",
          "/else/where/ignored": "",
        },
        git: { tracked: ["real", "d/x", "d/deep/y", "l/file", "l/dir"] },
      },
      { symlinks: "follow", exclude: ["out/*.log"] },
    );
    expect(leavesOf(selection)).toEqual([
      "d/again/y",
      "d/deep/y",
      "d/x",
      "l/dir/again/y",
      "l/dir/deep/y",
      "l/dir/x",
      "l/file",
      "out/.gitignore",
      "out/in/a",
      "real",
    ]);
    expect(entryAt(selection, "l/file")).toMatchObject({ type: "file", bytes: 1 });
    const followed = entryAt(selection, "l/dir/x");
    if (followed?.type !== "file" || followed.content.kind !== "disk") throw new Error("it is no file on disk");
    const { disk, path, looked } = followed.content;
    expect(Buffer.from(disk.read(path, looked) ?? []).toString()).toBe("22");
    expect(selection.credentials).toEqual(["out/.env"]);
    expect(selection.outwardLinks).toEqual(["out"]);
    expect(selection.errors).toEqual([]);
  });

  test("followed to nowhere, or to a folder around it, they are errors", async () => {
    const selection = await selected(
      {
        files: {
          gone: { link: "none" },
          a: { link: "b" },
          b: { link: "a" },
          "d/up": { link: ".." },
          "d/self": { link: "." },
          "p/to": { link: "../q" },
          "q/back": { link: "../p" },
        },
      },
      { symlinks: "follow" },
    );
    expect(messagesOf(selection)).toEqual([
      expect.stringMatching(/^3 links lead to nothing.*: a, b, gone;/),
      expect.stringMatching(
        /^4 links lead to a folder that it lies in itself: d\/self, d\/up, p\/to\/back, q\/back\/to;/,
      ),
    ]);
  });

  test("followed to a key, they are left out as the key would be", async () => {
    const around = { "/home/me/.ssh/id_rsa": "" };
    const selection = await selected(
      { files: { x: "", key: { link: "/home/me/.ssh/id_rsa" } }, around },
      { symlinks: "follow" },
    );
    expect(leavesOf(selection)).toEqual(["x"]);
    expect(selection.credentials).toEqual(["key"]);
  });

  test("followed to where secrets lie, they give nothing of what is there, whatever they are called", async () => {
    const selection = await selected(
      {
        files: {
          aws: { link: "/home/me/.aws" },
          s: { link: "/home/me/.ssh" },
          own: { link: ".ssh" },
          x: "",
          ".ssh/k": "",
        },
        around: {
          "/home/me/.aws/credentials": "",
          "/home/me/.aws/config": "",
          "/home/me/.ssh/deploy": "",
          "/home/me/.ssh/deep/known_hosts": "",
        },
        git: { tracked: [".ssh/k"] },
      },
      { symlinks: "follow", include: ["s/deploy"] },
    );
    expect(leavesOf(selection)).toEqual([".ssh/k", "s/deploy", "x"]);
    expect(selection.credentials).toEqual(["aws/config", "aws/credentials", "own/k", "s/deep/known_hosts"]);
    expect(selection.outwardLinks).toEqual(["aws", "s"]);
  });

  test("followed to what a version control system keeps, they are left out and named", async () => {
    const selection = await selected(
      {
        files: {
          ".git/config": "",
          ".git/HEAD": "",
          g: { link: ".git" },
          cfg: { link: ".git/config" },
          far: { link: "/else/.hg/store" },
          "CVS/Entries": "",
          c: { link: "CVS" },
          d: { link: "/else" },
          ex: { link: ".git" },
          x: "",
        },
        around: { "/else/.hg/store/y": "", "/else/CVS/Entries": "", "/else/CVS/z": "", "/else/in": { link: "CVS/z" } },
        git: {},
      },
      { symlinks: "follow", exclude: ["ex/"] },
    );
    expect(leavesOf(selection)).toEqual(["x"]);
    expect(selection.warnings).toEqual([
      "5 links lead to what a version control system keeps for itself; left out: c, cfg, d/in, far, g",
    ]);
  });

  test("followed in a folder that itself lies in such a place, they are judged by what is in it", async () => {
    const selection = await selected(
      {
        path: "/home/me/.ssh/.hg/here",
        files: { x: "1", l: { link: "x" }, out: { link: "/else/f" } },
        around: { "/else/f": "" },
        git: {},
      },
      { symlinks: "follow" },
    );
    expect(leavesOf(selection)).toEqual(["l", "out", "x"]);
    expect(selection.outwardLinks).toEqual(["out"]);
  });
});

describe("submodules", () => {
  const inner = {
    files: { "in.txt": "inner", "sub/run": { executable: "#!" }, link: { link: "in.txt" }, "a.log": "" },
  };
  const repository = memoryRepository({
    files: {
      "lib/one": { contains: { files: { ...inner.files, deep: { contains: { files: { bottom: "b" } } } } } },
      two: { contains: inner },
    },
  });

  async function tracked(): Promise<Record<string, string>> {
    const revision = await repository.resolve("HEAD", signal);
    const entries = (await Array.fromAsync(repository.tree(revision, signal))).flat();
    return Object.fromEntries(entries.flatMap(({ path, type, oid }) => (type === "submodule" ? [[path, oid]] : [])));
  }

  test("are an error with both ways out, when nobody said what is to become of them", async () => {
    const submodules = await tracked();
    const selection = await selected({ files: { x: "" }, repository, git: { submodules } });
    const [one = ""] = Object.values(submodules);
    expect(messagesOf(selection)).toEqual([
      `the folder has 2 submodules: lib/one (${one.slice(0, 7)}), two (${submodules["two"]!.slice(0, 7)}); ` +
        "set submodules to include to take them along, or to exclude to leave them out; exclude: PATTERN leaves out single ones",
    ]);
    expect(selection.submodules.map(({ path }) => path)).toEqual(["lib/one", "two"]);
  });

  test("left out, they leave nothing behind; excluded by a pattern, nobody asks about them", async () => {
    const folder = memoryFolder({ files: { x: "" }, repository, git: { submodules: await tracked() } });
    expect(pathsOf(await selected(folder, { submodules: "exclude" }))).toEqual(["x"]);
    expect((await selected(folder, { exclude: ["lib/", "/two"] })).errors).toEqual([]);
  });

  test("included, their recorded commits are in their places, those in them too, by the patterns in force", async () => {
    const folder = memoryFolder({ files: { x: "" }, repository, git: { submodules: await tracked() } });
    const selection = await selected(folder, { submodules: "include", exclude: ["*.log", "two/sub"] });
    expect(leavesOf(selection)).toEqual([
      "lib/one/.gitmodules",
      "lib/one/deep/bottom",
      "lib/one/in.txt",
      "lib/one/link",
      "lib/one/sub/run",
      "two/in.txt",
      "two/link",
      "x",
    ]);
    expect(entryAt(selection, "lib/one/sub/run")).toMatchObject({ mode: 0o755, bytes: 2, content: { kind: "blob" } });
    expect(entryAt(selection, "two/link")).toMatchObject({ type: "symlink", link: "in.txt" });
    expect(selection.submodules.map(({ path }) => path)).toEqual(["lib/one", "lib/one/deep", "two"]);
    expect(selection.untracked).toEqual(["x"]);
    expect([selection.warnings, selection.errors]).toEqual([[], []]);
    const file = entryAt(selection, "lib/one/deep/bottom");
    if (file?.type !== "file" || file.content.kind !== "blob") throw new Error("it is no blob");
    const [blob] = await Array.fromAsync(file.content.repository.blobs([file.content.oid], signal));
    expect(Buffer.from(blob!.data).toString()).toBe("b");
    expect(file.lfs).toBe(file.content.repository);
  });

  test("of a folder in the repository are found by their path in the repository", async () => {
    const { "lib/one": commit = "" } = await tracked();
    const folder = memoryFolder({
      files: { x: "" },
      repository,
      inRepository: "lib",
      git: { submodules: { one: commit } },
    });
    expect(leavesOf(await selected(folder, { submodules: "include" }))).toContain("one/deep/bottom");
  });

  test("that aren't in the clone are an error with the line that brings them", async () => {
    const git = { submodules: { two: "1".repeat(40) } };
    for (const around of [repository, undefined]) {
      const folder = memoryFolder({ files: { x: "" }, git, ...(around && { repository: around }) });
      const [message] = messagesOf(await selected(folder, { submodules: "include" }));
      expect(message).toMatch(/two;.*git submodule update --init --recursive`/);
    }
  });

  test("that are checked out at another commit are a warning", async () => {
    const sub = { commits: [{ files: { a: "1" } }, { files: { a: "22" } }] };
    const repository = memoryRepository({ files: { sub: { contains: sub } } });
    const clone = (await repository.submodule(
      { revision: await repository.resolve("HEAD", signal), path: "sub", commit: await subHead(repository) },
      signal,
    ))!;
    const { commit } = await clone.resolve("HEAD~1", signal);
    const folder = memoryFolder({ files: { x: "" }, repository, git: { submodules: { sub: commit } } });
    const selection = await selected(folder, { submodules: "include" });
    expect(entryAt(selection, "sub/a")).toMatchObject({ bytes: 1 });
    expect(selection.warnings).toEqual([expect.stringContaining(`sub as recorded (${commit.slice(0, 7)})`)]);
  });

  async function subHead(repository: ReturnType<typeof memoryRepository>): Promise<string> {
    const revision = await repository.resolve("HEAD", signal);
    const entries = (await Array.fromAsync(repository.tree(revision, signal))).flat();
    return entries.find(({ type }) => type === "submodule")!.oid;
  }

  test("have the time of their commit where each file has its own", async () => {
    const folder = memoryFolder({
      files: { x: { content: "", mtime: 5 } },
      repository,
      git: { submodules: await tracked() },
    });
    const selection = await selected(folder, { submodules: "include", mtime: { kind: "own" } });
    expect(entryAt(selection, "two/in.txt")?.mtime).toBeGreaterThan(1_600_000_000);
    expect(entryAt(selection, "x")?.mtime).toBe(5);
  });

  test.each([
    { symlinks: "skip", told: "2 links were left out: lib/one/link, two/link" },
    { symlinks: "fail", told: expect.stringMatching(/2 links.*lib\/one\/link, two\/link/) },
    { symlinks: "follow", told: expect.stringMatching(/^2 links of submodules can't be followed: lib\/one\/link/) },
  ] as const)("have links too, which are told of when they are to be $symlinks", async ({ symlinks, told }) => {
    const folder = memoryFolder({ files: { x: "" }, repository, git: { submodules: await tracked() } });
    const selection = await selected(folder, { submodules: "include", symlinks });
    expect([...selection.warnings, ...messagesOf(selection)]).toEqual([told]);
  });
});

describe("repositories in the folder that are no submodules", () => {
  const nested = {
    "in/side": {
      files: { a: "", b: "", ".env": "", "c.log": "", ignored: "" },
      git: { tracked: ["a"], ignored: ["ignored"] },
      nested: { deeper: { files: { x: "" }, git: {} } },
    },
  };
  const files = { x: "" };

  test.each([true, false])("follow the word on submodules (git: %s)", async (hasGit) => {
    const spec = { files, nested, ...(hasGit && { git: {} }) };
    expect(messagesOf(await selected(spec))).toEqual([
      "1 folder in it is a repository of its own: in/side; " +
        "set submodules to include to take them along, or to exclude to leave them out; exclude: PATTERN leaves out single ones",
    ]);
    const left = await selected(spec, { submodules: "exclude" });
    expect(leavesOf(left)).toEqual(["x"]);
    expect(left.warnings.at(-1)).toContain("in/side");
    expect((await selected(spec, { exclude: ["in/"] })).errors).toEqual([]);
  });

  test("included, they go in by their own rules and the patterns in force", async () => {
    const selection = await selected({ files, nested, git: {} }, { submodules: "include", exclude: ["in/side/*.log"] });
    expect(leavesOf(selection)).toEqual(["in/side/a", "in/side/b", "in/side/deeper/x", "x"]);
    expect(selection.untracked).toEqual(["in/side/b", "in/side/deeper/x", "x"]);
    expect(selection.credentials).toEqual(["in/side/.env"]);
  });

  test("behind a link that is followed, they follow it too", async () => {
    const around = { "/else/repo/.git/HEAD": "", "/else/repo/y": "", "/else/z": "" };
    const folder = { files: { x: "", out: { link: "/else" } }, around };
    expect(messagesOf(await selected(folder, { symlinks: "follow" }))).toEqual([expect.stringContaining("out/repo")]);
    const selection = await selected(folder, { symlinks: "follow", submodules: "include" });
    expect(leavesOf(selection)).toEqual(["out/repo/y", "out/z", "x"]);
  });
});
