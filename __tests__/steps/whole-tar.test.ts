import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ContentPolicies } from "../../src/model/manifest.ts";
import type { Repository } from "../../src/ports/repository.ts";
import { type CommitTree, plainTree } from "../../src/steps/commit-tree.ts";
import { findContents } from "../../src/steps/find-contents.ts";
import { inspectTree } from "../../src/steps/inspect-tree.ts";
import { wholeTar } from "../../src/steps/whole-tar.ts";
import { gitIn, makeRepository } from "../support/git-fixture.ts";
import { memoryRepository } from "../support/memory-repository.ts";
import { latin1Name, lfsContents, makeNestedProject, type NestedProject, storeLfs } from "../support/nested-project.ts";
import { type OpenedRepository, openFolder } from "../support/open-fixture.ts";
import { quiet } from "../support/packed-archive.ts";
import { testWith } from "../support/programs.ts";

const all: ContentPolicies = { submodules: "include", lfs: "include" };
const prefix = "app-1.0/";

let project: NestedProject;
let opened: OpenedRepository;
let folder = "";
let whole: Buffer = Buffer.alloc(0);

beforeAll(async () => {
  project = makeNestedProject();
  opened = await openFolder(project.path);
  folder = mkdtempSync(join(tmpdir(), "coldstore-whole-"));
  tree = await treeOf(opened.repository, all);
  whole = await tarOf(tree);
  writeFileSync(join(folder, "whole.tar"), whole);
}, 30_000);

afterAll(async () => {
  project[Symbol.dispose]();
  await opened[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

/** The project's tree, with all that can be put in. */
let tree: CommitTree;

async function treeOf(repository: Repository, policies: ContentPolicies): Promise<CommitTree> {
  const revision = await repository.resolve("HEAD", quiet.signal);
  const found = await findContents({ repository, revision, policies }, quiet.signal);
  expect(found.errors).toEqual([]);
  return found.tree;
}

async function tarOf(of: CommitTree, exportSubst: "stable" | "git" | "off" = "stable"): Promise<Buffer> {
  const recipe = { prefix, exportSubst };
  return Buffer.concat(await Array.fromAsync(wholeTar({ tree: of, recipe, signal: quiet.signal })));
}

const wholeOf = async (repository: Repository, policies: ContentPolicies) => tarOf(await treeOf(repository, policies));

/** The members of tars as Python reads them: name, type, mode, size, link, digest, and the time of some. */
function membersOf(...tars: readonly string[]): readonly Member[] {
  const script = `
import hashlib, json, os, sys, tarfile
members = []
for name in sys.argv[1:]:
    with tarfile.open(name) as tar:
        for m in tar:
            data = tar.extractfile(m).read() if m.isfile() else b""
            members.append(dict(name=os.fsencode(m.name).decode("latin-1"), type=m.type.decode(), mode=m.mode, size=m.size, link=os.fsencode(m.linkname).decode("latin-1"),
                sha256=hashlib.sha256(data).hexdigest(), mtime=m.mtime, owner=[m.uid, m.gid, m.uname, m.gname]))
print(json.dumps(members))`;
  return JSON.parse(execFileSync("python3", ["-c", script, ...tars], { maxBuffer: 1 << 28 }).toString());
}

interface Member {
  readonly name: string;
  readonly mode: number;
  readonly link: string;
  readonly size: number;
  readonly sha256: string;
  readonly mtime: number;
}

const sha256 = (data: string | Uint8Array) => createHash("sha256").update(data).digest("hex");

/** What git archives of each commit in its place give, contents put in by hand. */
function expectedMembers(): readonly Member[] {
  const tars = project.levels.map(({ gitDir, commit, folder: at }, i) => {
    const tar = gitIn(gitDir, "-c", "core.abbrev=no", "archive", `--prefix=${prefix}${at}`, commit);
    writeFileSync(join(folder, `level-${i}.tar`), tar);
    return join(folder, `level-${i}.tar`);
  });
  const contents = new Map<string, string | Uint8Array>([
    ["big.bin", lfsContents.image],
    ["model.bin", lfsContents.model],
    ["empty.bin", lfsContents.empty],
  ]);
  const top = tars.slice(0, 1).flatMap((tar) => membersOf(tar));
  const below = tars.slice(1).flatMap((tar) => membersOf(tar).slice(1));
  return [...top, ...below].map((member) => {
    const content = contents.get(member.name.split("/").at(-1) ?? "");
    const put = content === undefined ? {} : { size: content.length, sha256: sha256(content) };
    return { ...member, mtime: 1_234_567_890, ...put };
  });
}

const byName = <T extends { readonly name: string }>(members: readonly T[]) =>
  members.toSorted((a, b) => (a.name < b.name ? -1 : 1));

testWith(["python3"], "three levels of submodules lie in their places as git archives each of them", () => {
  const members = membersOf(join(folder, "whole.tar"));
  const expected: readonly { name: string }[] = expectedMembers().map((member) =>
    // Git's own words for how long ago a commit was, and its tags: a stable archive has neither.
    member.name.endsWith("lib/version") ? { ...member, size: expect.any(Number), sha256: expect.any(String) } : member,
  );
  expect(byName(members)).toEqual(byName(expected));
  expect(members.some(({ name }) => name.endsWith(`third/${latin1Name.toString("latin1")}`))).toBe(true);
});

testWith(["python3", "tar", "bsdtar"], "GNU tar and bsdtar take it apart as Python does", () => {
  const walk = `
import hashlib, json, os, sys
found = []
for top, dirs, files in os.walk(os.fsencode(sys.argv[1])):
    for name in dirs + files:
        path = os.path.join(top, name)
        s = os.lstat(path)
        data = b"" if os.path.isdir(path) or os.path.islink(path) else open(path, "rb").read()
        found.append(dict(name=os.path.relpath(path, os.fsencode(sys.argv[1])).decode("latin-1"), mode=s.st_mode & 0o777,
            link=os.readlink(path).decode("latin-1") if os.path.islink(path) else "", mtime=int(s.st_mtime),
            sha256=hashlib.sha256(data).hexdigest()))
print(json.dumps(sorted(found, key=lambda e: e["name"])))`;
  const pick = ({ name, mode, link, mtime, sha256: digest }: Member) => ({
    name,
    mode,
    link,
    mtime,
    sha256: digest,
  });
  const expected = byName(membersOf(join(folder, "whole.tar")).map(pick));
  for (const program of ["tar", "bsdtar"]) {
    const into = join(folder, program);
    mkdirSync(into);
    execFileSync(program, ["-xpf", join(folder, "whole.tar"), "-C", into], {
      env: { ...process.env, LC_ALL: "C.UTF-8" },
    });
    expect(byName(JSON.parse(execFileSync("python3", ["-c", walk, into]).toString()))).toEqual(expected);
  }
});

test("git still tells the commit of it, and export-subst goes by the submodule's own commit", () => {
  const commit = execFileSync("git", ["get-tar-commit-id"], { input: whole }).toString().trim();
  expect(commit).toBe(project.levels[0]?.commit);
  const second = project.levels[2]?.commit ?? "";
  const version = execFileSync("tar", ["-xOf", join(folder, "whole.tar"), `${prefix}libs/one/lib/version`]).toString();
  expect(version).toMatch(new RegExp(`^${second} ${second} `));
  expect(whole.includes("not in it")).toBe(false);
});

test("where nothing is put in it is git's own tar, byte for byte", async () => {
  using fixture = makeRepository({
    files: [
      [latin1Name, "1"],
      [`${"a long folder/".repeat(20)}file`, "x".repeat(100_000)],
      ["lib", { submodule: "c".repeat(40), url: "https://example.com/lib.git" }],
      ["no pointer", "version https://git-lfs.github.com/spec/v1\n"],
    ],
  });
  await using repository = await openFolder(fixture.path);
  const tar = fixture.gitBytes("archive", `--prefix=${prefix}`, "HEAD");
  expect((await wholeOf(repository.repository, { submodules: "exclude", lfs: "include" })).equals(tar)).toBe(true);
});

test("a submodule's bytes are those of git, its time apart", async () => {
  const { commit, gitDir } = project.levels[1]!;
  const tar = gitIn(gitDir, "archive", `--prefix=${prefix}libs/one/`, commit);
  const at = tar.indexOf("a.txt");
  const header = tar.subarray(at - `${prefix}libs/one/`.length).subarray(0, 512);
  const start = whole.indexOf(header.subarray(0, 136));
  const ours = whole.subarray(start, start + 512);
  expect(ours.subarray(156).equals(header.subarray(156))).toBe(true);
  expect(Number.parseInt(ours.toString("latin1", 136, 147), 8)).toBe(1_234_567_890);
});

test.each(["stable", "git", "off"] as const)(
  "its size is known before it is made, with export-subst %s",
  async (exportSubst) => {
    const offsets = new Map<string, number>();
    const visit = ({ path, type }: { path: string; type: string }, offset: number) =>
      void (type === "file" && offsets.set(path, offset));
    const { tarBytes, counts, submodules } = await inspectTree({ ...tree, prefix }, visit, quiet.signal);
    const tar = exportSubst === "stable" ? whole : await tarOf(tree, exportSubst);
    expect(tarBytes).toBe(tar.length);
    for (const [path, content] of [
      ["big.bin", lfsContents.image],
      ["libs/one.txt", "1"],
      ["libs/one/lib/deeper ünd/third/run.sh", "#!/bin/sh\n"],
    ] as const) {
      const at = offsets.get(path) ?? Number.NaN;
      expect(tar.toString("latin1", at, at + content.length)).toBe(content);
    }
    expect(submodules.map(({ path }) => path)).toEqual(["libs/one", "libs/one/lib", "libs/one/lib/deeper ünd/third"]);
    expect(counts).toMatchObject({ symlinks: 2, dirs: 7 });
  },
);

test("pointers of submodules stay where only their files go in, and folders empty where only contents do", async () => {
  const files = await wholeOf(opened.repository, { submodules: "include", lfs: "pointers" });
  expect(files.toString("latin1").match(/oid sha256:/g)).toHaveLength(3);
  const contents = await wholeOf(opened.repository, { submodules: "exclude", lfs: "include" });
  expect(contents.includes(lfsContents.image)).toBe(true);
  expect(contents.includes("a.txt")).toBe(false);
});

test("a content that isn't the one that its pointer names ends it", async () => {
  using fixture = makeRepository({ files: { "a.bin": { lfs: "12345" }, "b.bin": { lfs: "67890" } } });
  const gitDir = join(fixture.path, ".git");
  storeLfs(gitDir, "12345");
  storeLfs(gitDir, "67890", "67891");
  await using repository = await openFolder(fixture.path);
  const making = wholeOf(repository.repository, { submodules: "fail", lfs: "include" });
  await expect(making).rejects.toMatchObject({
    failure: "source",
    message: expect.stringMatching(/b\.bin is damaged/),
  });
});

test("an abort in the midst of a submodule or a content ends it with its reason, and the processes too", async () => {
  for (const marker of ["#!/bin/sh", "an image"]) {
    const stop = new AbortController();
    const reading = async () => {
      for await (const piece of wholeTar({ tree, recipe: { prefix, exportSubst: "stable" }, signal: stop.signal }))
        if (Buffer.from(piece).includes(marker)) stop.abort(new Error("enough"));
    };
    await expect(reading()).rejects.toThrow("enough");
  }
});

test("a content of 8 GiB has its size in a pax header, and its place is known", async () => {
  const bytes = 8 * 1024 ** 3;
  const pointer = { path: "huge", oid: "0".repeat(64), bytes };
  const memory = memoryRepository({ files: { huge: { lfs: "1" }, other: "2" } });
  const revision = await memory.resolve("HEAD", quiet.signal);
  const huge = { ...plainTree(memory, revision), pointers: new Map([["huge", pointer]]) };
  const places: number[] = [];
  const { tarBytes } = await inspectTree({ ...huge, prefix }, (_, offset) => void places.push(offset), quiet.signal);
  // The pax global header of two blocks, the prefix's folder, a pax header of two blocks, the file's own.
  expect(places[0]).toBe(512 * (2 + 1 + 2 + 1));
  expect(places[1]).toBe((places[0] ?? 0) + bytes + 512);
  expect(tarBytes % 10240).toBe(0);
  const head: Buffer[] = [];
  const making = async () => {
    for await (const piece of wholeTar({ tree: huge, recipe: { prefix, exportSubst: "stable" }, signal: quiet.signal }))
      head.push(Buffer.from(piece));
  };
  await expect(making()).rejects.toThrow(/huge .*fetch them with/);
  expect(Buffer.concat(head).length).toBe(places[0]);
  expect(Buffer.concat(head).includes(`19 size=${bytes}\n`)).toBe(true);
});
