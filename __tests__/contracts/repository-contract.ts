import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { buffer } from "node:stream/consumers";
import { describe, expect, onTestFinished, test } from "vitest";
import { ColdstoreError } from "../../src/model/errors.ts";
import type { Revision } from "../../src/model/revision.ts";
import type { Repository, TreeEntry } from "../../src/ports/repository.ts";
import { type FixtureSpec, fixtureTime } from "../support/git-fixture.ts";

export interface RepositoryUnderTest extends AsyncDisposable {
  readonly repository: Repository;
}

/** Proves that a repository does what the port says; `make` builds one with the commits of a spec. */
export function repositoryContract(name: string, make: (spec: FixtureSpec) => Promise<RepositoryUnderTest>): void {
  describe(`repository contract: ${name}`, () => {
    const open: Open = async (spec) => {
      const made = await make(spec);
      onTestFinished(async () => made[Symbol.asyncDispose]());
      return made.repository;
    };
    resolving(open);
    listing(open);
    archiving(open);
    readingBlobs(open);
    comparing(open);
    findingSubmodules(open);
    findingLfsContents(open);
    ignoring(open);
    stopping(open);
  });
}

type Open = (spec: FixtureSpec) => Promise<Repository>;

const never = new AbortController().signal;

/** Every kind of entry, in an order that a plain sort of paths gets wrong. */
const everyKind: FixtureSpec = {
  files: [
    ["a/in", "inside\n"],
    ["a/deep/er", "deeper\n"],
    ["a.txt", "beside\n"],
    ["a0", ""],
    ["run", { executable: "#!/bin/sh\n" }],
    ["link", { link: "a/in" }],
    ["sub", { submodule: "1".repeat(40), url: "https://user:secret@example.com/sub.git" }],
    ["\u00fcber/stra\u00dfe", "utf-8\n"],
    [Buffer.from([0xff, 0x2f, 0xfe]), "bytes\n"],
  ],
};

function resolving(open: Open): void {
  const spec: FixtureSpec = {
    commits: [
      { files: { a: "1" }, tags: { both: "light" } },
      { files: { a: "2" } },
      { files: { b: "3" }, branch: "both" },
    ],
  };

  test("HEAD resolves to its commit, tree, time and branch", async () => {
    const revision = await (await open({ files: { a: "1" } })).resolve("HEAD", never);
    expect(revision).toEqual({
      commit: expect.stringMatching(/^[0-9a-f]{40}$/),
      tree: expect.stringMatching(/^[0-9a-f]{40}$/),
      committed: fixtureTime,
      objectFormat: "sha1",
      ref: "refs/heads/main",
    });
  });

  test("a lightweight tag names itself without an object, an annotated or nested one with its own id", async () => {
    const repository = await open({
      files: { a: "1" },
      tags: { light: "light", noted: "annotated", nested: "nested" },
    });
    const { commit } = await repository.resolve("HEAD", never);
    expect(await repository.resolve("light", never)).toMatchObject({
      commit,
      ref: "refs/tags/light",
      tag: { name: "light" },
    });
    expect((await repository.resolve("light", never)).tag).not.toHaveProperty("object");
    for (const name of ["noted", "nested", "refs/tags/nested"]) {
      const { tag, ...revision } = await repository.resolve(name, never);
      expect(revision.commit).toBe(commit);
      expect(tag).toEqual({ name: name.replace("refs/tags/", ""), object: expect.stringMatching(/^[0-9a-f]{40}$/) });
      expect(tag?.object).not.toBe(commit);
    }
  });

  test("a tag wins over a branch of its name, and a full name says which is meant", async () => {
    const repository = await open(spec);
    const first = await repository.resolve("HEAD~1", never);
    expect(await repository.resolve("both", never)).toMatchObject({ commit: first.commit, tag: { name: "both" } });
    const branch = await repository.resolve("refs/heads/both", never);
    expect(branch).toMatchObject({ ref: "refs/heads/both", committed: fixtureTime + 120 });
    expect(branch).not.toHaveProperty("tag");
  });

  test("a commit id and an expression resolve without a ref", async () => {
    const repository = await open(spec);
    const head = await repository.resolve("HEAD", never);
    const byId = await repository.resolve(head.commit, never);
    const { ref: _, ...rest } = head;
    expect(byId).toEqual(rest);
    expect(await repository.resolve("main~1", never)).not.toHaveProperty("ref");
  });

  test.each(["v9", "0".repeat(40), "-x", "--all", "main~9"])(
    "what isn't there, %s, is named as a failure of the source",
    async (ref) => {
      await expect((await open(spec)).resolve(ref, never)).rejects.toMatchObject({
        failure: "source",
        message: expect.stringContaining(ref),
      });
    },
  );

  test("a repository without commits says so", async () => {
    const failing = (await open({})).resolve("HEAD", never);
    await expect(failing).rejects.toMatchObject({
      failure: "source",
      message: expect.stringContaining("no commits yet"),
    });
  });
}

function listing(open: Open): void {
  test("the tree has every kind of entry, in git's order, a folder before what is in it", async () => {
    const repository = await open(everyKind);
    const entries = await treeOf(repository, await repository.resolve("HEAD", never));
    expect(entries.map(({ path, type }) => `${type} ${path}`)).toEqual([
      "file .gitmodules",
      "file a.txt",
      "dir a",
      "dir a/deep",
      "file a/deep/er",
      "file a/in",
      "file a0",
      "symlink link",
      "file run",
      "submodule sub",
      "dir \u00fcber",
      "file \u00fcber/stra\u00dfe",
      "dir \ufffd",
      "file \ufffd/\ufffd",
    ]);
    expect(entries.at(-1)).toMatchObject({ pathBytes: Uint8Array.of(0xff, 0x2f, 0xfe), bytes: 6 });
    expect(entries.filter((entry) => entry.pathBytes !== undefined)).toHaveLength(2);
    expect(entries.filter((entry) => entry.executable).map((entry) => entry.path)).toEqual(["run"]);
    expect(entries.find((entry) => entry.path === "sub")).toMatchObject({ oid: "1".repeat(40), bytes: 0 });
    expect(entries.some((entry) => entry.exportIgnored || entry.exportSubst)).toBe(false);
  });

  test("object ids are those of git", async () => {
    const repository = await open({ files: { a: "hello\n" } });
    const revision = await repository.resolve("HEAD", never);
    expect(revision.tree).toBe("0976950c1fdbcb52435a433913017bf044b3a58f");
    const [entry] = await treeOf(repository, revision);
    expect(entry).toMatchObject({ oid: "ce013625030ba8dba906f756967f9e9ca394464a", bytes: 6 });
  });
}

function archiving(open: Open): void {
  test("the tar holds what the tree says, under the prefix, and names the commit", async () => {
    const repository = await open(everyKind);
    const revision = await repository.resolve("HEAD", never);
    const tar = await buffer(await repository.archive(revision, { prefix: "p-1/", exportSubst: "stable" }, never));
    const names = namesIn(tar);
    const listed = (await treeOf(repository, revision)).map((entry) => {
      const slash = entry.type === "dir" || entry.type === "submodule" ? "/" : "";
      return `p-1/${Buffer.from(entry.pathBytes ?? Buffer.from(entry.path)).toString("latin1")}${slash}`;
    });
    expect(names).toEqual(["p-1/", ...listed]);
    expect(execFileSync("git", ["get-tar-commit-id"], { input: tar }).toString().trim()).toBe(revision.commit);
    expect(execFileSync("tar", ["xOf", "-", "p-1/a/deep/er"], { input: tar }).toString()).toBe("deeper\n");
  });

  test("an empty prefix puts everything at the top", async () => {
    const repository = await open({ files: { a: "1", "b/c": "2" } });
    const revision = await repository.resolve("HEAD", never);
    const tar = await buffer(await repository.archive(revision, { prefix: "", exportSubst: "stable" }, never));
    expect(namesIn(tar)).toEqual(["a", "b/", "b/c"]);
  });
}

function readingBlobs(open: Open): void {
  test("blobs come in the order asked for, also twice, also empty ones", async () => {
    const repository = await open({ files: { a: "one", b: "", c: "x".repeat(100_000) } });
    const entries = await treeOf(repository, await repository.resolve("HEAD", never));
    const [a = "", b = "", c = ""] = entries.map((entry) => entry.oid);
    const read: [string, number][] = [];
    for await (const { oid, data } of repository.blobs([c, a, b, a], never)) read.push([oid, data.length]);
    expect(read).toEqual([
      [c, 100_000],
      [a, 3],
      [b, 0],
      [a, 3],
    ]);
    const pieces = (await Array.fromAsync(repository.blobPieces([a, c], never))).flat();
    expect(pieces.filter(({ last }) => last).map(({ oid }) => oid)).toEqual([a, c]);
    const ofC = pieces.filter(({ oid }) => oid === c);
    expect(Buffer.concat(ofC.map(({ data }) => data)).toString()).toBe("x".repeat(100_000));
    expect(ofC.map(({ offset }) => offset)).toEqual(
      ofC.map((_, i) => ofC.slice(0, i).reduce((sum, { data }) => sum + data.length, 0)),
    );
  });

  test("no blobs asked for gives none", async () => {
    const repository = await open({ files: { a: "one" } });
    expect(await Array.fromAsync(repository.blobs([], never))).toEqual([]);
  });

  test("a blob that isn't there is a failure of the source, after those before it", async () => {
    const repository = await open({ files: { a: "one" } });
    const [entry] = await treeOf(repository, await repository.resolve("HEAD", never));
    const absent = "1".repeat(40);
    const read: string[] = [];
    const reading = (async () => {
      for await (const { oid } of repository.blobs([entry!.oid, absent, entry!.oid], never)) read.push(oid);
    })();
    await expect(reading).rejects.toMatchObject({ failure: "source", message: expect.stringContaining(absent) });
    expect(read).toEqual([entry!.oid]);
    await expect(Array.fromAsync(repository.blobPieces([absent], never))).rejects.toMatchObject({
      failure: "source",
    });
  });
}

function comparing(open: Open): void {
  test("the difference of two commits names what was added, removed and changed", async () => {
    const repository = await open({
      commits: [
        { files: { same: "1", changed: "1", gone: "1", mode: "1", "old/name": "moved" } },
        {
          files: { changed: "2", new: "1", mode: { executable: "1" }, "new-name": "moved" },
          remove: ["gone", "old/name"],
        },
      ],
    });
    const { commit } = await repository.resolve("HEAD~1", never);
    expect(await repository.diff(commit, await repository.resolve("HEAD", never), never)).toEqual([
      { path: "changed", change: "changed" },
      { path: "gone", change: "removed" },
      { path: "mode", change: "changed" },
      { path: "new", change: "added" },
      { path: "new-name", change: "added" },
      { path: "old/name", change: "removed" },
    ]);
  });

  test("an earlier commit that isn't here gives no difference at all", async () => {
    const repository = await open({ files: { a: "1" } });
    expect(await repository.diff("1".repeat(40), await repository.resolve("HEAD", never), never)).toBeUndefined();
  });

  test("submodules are known by path, without user info", async () => {
    const repository = await open(everyKind);
    const urls = await repository.submoduleUrls(await repository.resolve("HEAD", never), never);
    expect([...urls]).toEqual([["sub", "https://example.com/sub.git"]]);
  });

  test("a commit without .gitmodules has no submodule urls", async () => {
    const repository = await open({ files: { a: "1" } });
    expect((await repository.submoduleUrls(await repository.resolve("HEAD", never), never)).size).toBe(0);
  });

  test("a clean or a bare repository has no changes", async () => {
    const none = { modified: 0, deleted: 0, untracked: 0, paths: [] };
    expect(await (await open({ files: { a: "1" } })).changes([], never)).toEqual(none);
    expect(await (await open({ files: { a: "1" }, bare: true })).changes([], never)).toEqual(none);
  });
}

function findingSubmodules(open: Open): void {
  const spec: FixtureSpec = {
    files: {
      a: "1",
      "lib/sub": { contains: { files: { "in.txt": "inside", deep: { contains: { files: { bottom: "deepest" } } } } } },
      absent: { submodule: "1".repeat(40), url: "https://example.com/absent.git" },
    },
  };

  test("a submodule's clone is a repository of its own, and so is that of a submodule in it", async () => {
    const repository = await open(spec);
    const sub = await submoduleAt(repository, await repository.resolve("HEAD", never), "lib/sub");
    expect((await treeOf(sub.repository, sub.revision)).map(({ path }) => path)).toEqual([
      ".gitmodules",
      "deep",
      "in.txt",
    ]);
    const deep = await submoduleAt(sub.repository, sub.revision, "deep");
    const [file] = await treeOf(deep.repository, deep.revision);
    const [blob] = await Array.fromAsync(deep.repository.blobs([file!.oid], never));
    expect(Buffer.from(blob!.data).toString()).toBe("deepest");
    expect(deep.repository.facts).toMatchObject({ gitVersion: repository.facts.gitVersion, objectFormat: "sha1" });
  });

  test("there is no repository where nothing was cloned, or where the clone lacks the commit", async () => {
    const repository = await open(spec);
    const revision = await repository.resolve("HEAD", never);
    for (const path of ["absent", "a", "lib", "lib/sub", "nowhere"])
      expect(await repository.submodule({ revision, path, commit: "1".repeat(40) }, never)).toBeUndefined();
  });
}

function findingLfsContents(open: Open): void {
  test("the content of a pointer is a file of the clone's store, if it has the pointer's size", async () => {
    const repository = await open({ files: { big: { lfs: "content" } }, lfsStored: ["content"] });
    const oid = createHash("sha256").update("content").digest("hex");
    const file = await repository.lfsFile({ oid, bytes: 7 });
    expect(readFileSync(file!, "utf8")).toBe("content");
    expect(await repository.lfsFile({ oid, bytes: 8 })).toBeUndefined();
    expect(await repository.lfsFile({ oid: "0".repeat(64), bytes: 7 })).toBeUndefined();
  });
}

function ignoring(open: Open): void {
  test("tracked files that the commit's own .gitignore files match are named in byte order", async () => {
    const repository = await open({
      files: {
        ".gitignore": "*.log\n!keep.log\n/build/\nsub\n",
        "a.log": "1",
        "keep.log": "1",
        "build/x": "1",
        "in/build/x": "1",
        "in/.gitignore": "!b.log\n",
        "in/b.log": "1",
        "in/c.log": "1",
        "\u00fc.log": "1",
        "Z.log": "1",
        "A.LOG": "1",
        sub: { submodule: "1".repeat(40) },
      },
    });
    const ignored = await repository.trackedButIgnored(await repository.resolve("HEAD", never), never);
    expect(ignored).toEqual(["Z.log", "a.log", "build/x", "in/c.log", "sub", "\u00fc.log"]);
  });

  test("without a .gitignore nothing is ignored", async () => {
    const repository = await open({ files: { "a.log": "1", "not.gitignore": "*\n" } });
    expect(await repository.trackedButIgnored(await repository.resolve("HEAD", never), never)).toEqual([]);
  });
}

function stopping(open: Open): void {
  test("whatever is asked after an abort rejects with its reason", async () => {
    const repository = await open({ files: { a: "1" } });
    const revision = await repository.resolve("HEAD", never);
    const reason = new ColdstoreError("interrupted", "stopped by Ctrl-C");
    const signal = AbortSignal.abort(reason);
    const asked: readonly (() => Promise<unknown>)[] = [
      async () => repository.resolve("HEAD", signal),
      async () => Array.fromAsync(repository.tree(revision, signal)),
      async () => buffer(await repository.archive(revision, { prefix: "", exportSubst: "stable" }, signal)),
      async () => Array.fromAsync(repository.blobs(["1".repeat(40)], signal)),
      async () => Array.fromAsync(repository.blobPieces(["1".repeat(40)], signal)),
      async () => repository.changes([], signal),
      async () => repository.diff(revision.commit, revision, signal),
      async () => repository.submoduleUrls(revision, signal),
      async () => repository.submodule({ revision, path: "sub", commit: "1".repeat(40) }, signal),
      async () => repository.trackedButIgnored(revision, signal),
    ];
    for (const ask of asked) await expect(ask()).rejects.toBe(reason);
  });

  test("an archive fails with the reason when it is stopped half-way", async () => {
    const repository = await open({ files: { a: Buffer.alloc(4 << 20, 1) } });
    const revision = await repository.resolve("HEAD", never);
    const reason = new ColdstoreError("interrupted", "stopped by Ctrl-C");
    const stop = new AbortController();
    const tar = await repository.archive(revision, { prefix: "", exportSubst: "stable" }, stop.signal);
    const reading = (async () => {
      for await (const _ of tar) stop.abort(reason);
    })();
    await expect(reading).rejects.toBe(reason);
  });
}

async function submoduleAt(outer: Repository, revision: Revision, path: string) {
  const entry = (await treeOf(outer, revision)).find((entry) => entry.path === path);
  const repository = await outer.submodule({ revision, path, commit: entry!.oid }, never);
  return { repository: repository!, revision: await repository!.resolve(entry!.oid, never) };
}

async function treeOf(repository: Repository, revision: Revision): Promise<TreeEntry[]> {
  return (await Array.fromAsync(repository.tree(revision, never))).flat();
}

/** As GNU tar names them, one character a byte. */
function namesIn(tar: Buffer): string[] {
  const listing = execFileSync("tar", ["tf", "-", "--quoting-style=literal", "--show-transformed-names"], {
    input: tar,
  });
  return listing.toString("latin1").trimEnd().split("\n");
}
