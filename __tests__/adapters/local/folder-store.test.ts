import { execFileSync } from "node:child_process";
import { chmod, lstat, mkdir, mkdtemp, readdir, rm, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { openFolderStore, type FolderStoreOptions, type LocalStore } from "../../../src/adapters/local/folder-store.ts";
import { openWorkspace } from "../../../src/adapters/local/workspace.ts";
import { finished, startScript } from "../../support/processes.ts";
import { makeReadOnly, smallDisk } from "../../support/small-disk.ts";
import {
  all,
  dataArtifact,
  fileArtifact,
  fill,
  keysOf,
  readAll,
  sha256Of,
  testIo,
} from "../../support/store-fixtures.ts";

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "coldstore-store-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

function openAt(path: string, options: Partial<FolderStoreOptions> = {}): LocalStore {
  return openFolderStore({ path, name: "./cold", ...options });
}

const isRoot = process.getuid?.() === 0;

describe("publishing", () => {
  test("a finished file in the store's own scratch is stored as that very file, made read-only", async () => {
    const path = join(await newFolder(), "cold");
    const workspace = await openWorkspace({ root: join(path, ".tmp"), signal: testIo().signal });
    const store = openAt(path);
    {
      await using scratch = await workspace.scratch();
      const artifact = await fileArtifact(scratch.path, "app.tar.gz", "archive");
      const { ino } = await stat(scratch.file("app.tar.gz"));
      await all(store.put([{ key: "a/app.tar.gz", artifact }], testIo()));
      expect((await stat(join(path, "a/app.tar.gz"))).ino).toBe(ino);
      expect(await readdir(join(path, ".tmp"))).toHaveLength(1);
      const twice = await all(store.put([{ key: "b/app.tar.gz", artifact }], testIo()));
      expect(twice).toMatchObject([{ outcome: "created" }]);
      expect((await stat(join(path, "b/app.tar.gz"))).ino).not.toBe(ino);
    }
    const { mode, nlink } = await stat(join(path, "a/app.tar.gz"));
    expect([(mode & 0o777).toString(8), nlink]).toEqual([(0o444 & ~process.umask()).toString(8), 1]);
    expect((await readdir(path)).sort()).toEqual(["a", "b"]);
  });

  test("a file elsewhere is copied, so that a later change of it, or a second store, can't touch the object", async () => {
    const folder = await newFolder();
    const artifact = await fileArtifact(folder, "build.bin", "as built");
    const stores = ["one", "two"].map((name) => openAt(join(folder, name)));
    for (const store of stores) await all(store.put([{ key: "build.bin", artifact }], testIo()));
    await writeFile(join(folder, "build.bin"), "changed!");
    for (const store of stores) expect((await readAll(store, "build.bin")).toString()).toBe("as built");
    expect((await stat(join(folder, "build.bin"))).nlink).toBe(1);
  });

  test("a copied file whose bytes aren't the artifact's, at the same size, fails", async () => {
    const folder = await newFolder();
    const artifact = { ...(await fileArtifact(folder, "f", "wrong")), sha256: sha256Of("right") };
    const outcomes = await all(openAt(join(folder, "cold")).put([{ key: "f", artifact }], testIo()));
    expect(outcomes).toMatchObject([{ outcome: "failed", error: { failure: "integrity" } }]);
    expect(await readdir(folder)).toEqual(["f"]);
  });

  test("after storing, sha256sum reads the same digest, and nothing but the objects is there", async () => {
    const path = join(await newFolder(), "cold");
    const store = openAt(path);
    await fill(store, { "acme/app/a": "one", "acme/app/b": "two" });
    await store.settle(testIo());
    const out = execFileSync("sha256sum", ["acme/app/a", "acme/app/b"], { cwd: path, encoding: "utf8" });
    expect(out).toBe(`${sha256Of("one")}  acme/app/a\n${sha256Of("two")}  acme/app/b\n`);
    const found = execFileSync("find", [".", "-mindepth", "1"], { cwd: path, encoding: "utf8" }).trim().split("\n");
    expect(found.sort()).toEqual(["./acme", "./acme/app", "./acme/app/a", "./acme/app/b"]);
  });

  test("deleting the last object of a folder removes the folder, and leaves the store's own", async () => {
    const path = join(await newFolder(), "cold");
    const store = openAt(path);
    await fill(store, { "a/b/c/d": "1", "a/x": "2" });
    await all(store.delete(["a/b/c/d"], testIo()));
    expect(await readdir(join(path, "a"))).toEqual(["x"]);
    await all(store.delete(["a/x"], testIo()));
    expect(await readdir(path)).toEqual([]);
  });

  test("a claim that a dead run left on a file system without links is taken over", { timeout: 30_000 }, async () => {
    const path = join(await newFolder(), "cold");
    const link = async () => {
      throw Object.assign(new Error("no links"), { code: "ENOTSUP" });
    };
    await mkdir(join(path, ".tmp"), { recursive: true });
    const claim = join(path, ".tmp", `claim-${sha256Of("a").slice(0, 32)}`);
    await writeFile(claim, "");
    await utimes(claim, new Date(Date.now() - 120_000), new Date(Date.now() - 120_000));
    const store = openAt(path, { link });
    expect(await store.preflight({ write: true, bytes: 1 }, testIo())).toEqual([]);
    await fill(store, { a: "1" });
    expect(await readdir(path)).toEqual(["a"]);
  });

  test("what isn't a file under a key fails that put with a sentence", async () => {
    const path = join(await newFolder(), "cold");
    const store = openAt(path);
    await fill(store, { "a/b": "1", file: "2" });
    await symlink("file", join(path, "link"));
    const items = ["a", "file/x", "link", "n".repeat(300)].map((key) => ({ key, artifact: dataArtifact("3") }));
    const outcomes = await all(store.put(items, testIo()));
    const messages = Object.fromEntries(outcomes.map((outcome) => [outcome.key, "error" in outcome && outcome.error]));
    expect(messages.a).toMatchObject({ failure: "store", message: expect.stringContaining("isn't a plain file") });
    expect(messages["file/x"]).toMatchObject({
      failure: "store",
      message: expect.stringContaining("is a file, not a folder"),
    });
    expect(messages.link).toMatchObject({ failure: "store", message: expect.stringContaining("isn't a plain file") });
    expect(messages["n".repeat(300)]).toMatchObject({ message: expect.stringContaining("too long") });
    expect((await readdir(path)).sort()).toEqual(["a", "file", "link"]);
  });

  test("the scratch of a put under way is gone after an emergency removal", async () => {
    const folder = await newFolder();
    const path = join(folder, "cold");
    const store = openAt(path);
    const artifact = await fileArtifact(folder, "big", Buffer.alloc(5_000_000));
    const seen: string[][] = [];
    const io = testIo();
    const stopping = {
      ...io,
      progress() {
        if (seen.length > 0) return;
        seen.push(execFileSync("ls", ["-A", path], { encoding: "utf8" }).trim().split("\n"));
        store.removeScratchNow();
        io.abort();
      },
    };
    await expect(all(store.put([{ key: "big", artifact }], stopping))).rejects.toBe(io.reason);
    expect(seen).toEqual([[".tmp"]]);
    expect(await readdir(folder)).toEqual(["big"]);
  });
});

describe("listing and reading what isn't ours", () => {
  test("links, pipes and names that aren't UTF-8 are no objects; files of others are", async () => {
    const path = join(await newFolder(), "cold");
    const store = openAt(path);
    await fill(store, { "a/real": "1" });
    await symlink("real", join(path, "a/link"));
    await symlink("a", join(path, "folder-link"));
    await symlink("/etc", join(path, "a/etc"));
    execFileSync("mkfifo", [join(path, "a/pipe")]);
    await writeFile(Buffer.concat([Buffer.from(`${path}/a/bad-`), Buffer.from([0xff, 0xfe])]), "x");
    await writeFile(join(path, "a/foreign"), "2");
    await mkdir(join(path, ".tmp"));
    await writeFile(join(path, ".tmp/half-made"), "3");
    expect(await keysOf(store)).toEqual(["a/foreign", "a/real"]);
    expect(await keysOf(store, "folder-link/")).toEqual([]);
    for (const key of ["a/link", "a/pipe", "a/etc"]) {
      expect(await store.stat(key, testIo())).toBeUndefined();
      await expect(store.open(key, undefined, testIo())).rejects.toMatchObject({ failure: "not-found" });
      expect(await all(store.read([key], testIo()))).toEqual([{ key, missing: true }]);
    }
    expect((await all(store.delete(["a/link", "a/pipe"], testIo()))).map(({ outcome }) => outcome)).toEqual([
      "removed",
      "removed",
    ]);
    expect((await lstat(join(path, "a/link"))).isSymbolicLink()).toBe(true);
  });

  test("scratch can't be reached by a key", async () => {
    const store = openAt(await newFolder());
    await expect(store.stat(".tmp/x", testIo())).rejects.toMatchObject({ failure: "bug" });
    await expect(keysOf(store, ".tmp/")).rejects.toMatchObject({ failure: "bug" });
    for (const prefix of ["../", "/", "a//", "a/../b", "a\\b"])
      await expect(keysOf(store, prefix)).rejects.toMatchObject({ failure: "bug" });
  });

  test("a store folder that isn't there has nothing, and isn't made by looking", async () => {
    const folder = await newFolder();
    const store = openAt(join(folder, "cold"));
    expect(await keysOf(store)).toEqual([]);
    expect(await store.stat("a", testIo())).toBeUndefined();
    await store.settle(testIo());
    await all(store.delete(["a"], testIo()));
    expect(await readdir(folder)).toEqual([]);
  });

  test("a store that is a file can't be listed", async () => {
    const folder = await newFolder();
    await writeFile(join(folder, "cold"), "");
    await expect(keysOf(openAt(join(folder, "cold")))).rejects.toMatchObject({ failure: "store" });
  });

  test("folders that come and go during a listing do no harm", async () => {
    const path = join(await newFolder(), "cold");
    const store = openAt(path);
    await fill(store, Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`keep/${i}/x`, "1"])));
    const state = { done: false };
    const churning = (async () => {
      for (let round = 0; !state.done; round += 1) {
        await fill(store, { [`keep/${round % 60}/more/${round}`]: "2" });
        await all(store.delete([`keep/${round % 60}/more/${round}`], testIo()));
      }
    })();
    for (let i = 0; i < 30; i += 1) expect((await keysOf(store)).filter((key) => key.endsWith("/x"))).toHaveLength(60);
    state.done = true;
    await churning;
  });

  test("a large object isn't read as a small one", async () => {
    const path = join(await newFolder(), "cold");
    await mkdir(path);
    execFileSync("truncate", ["-s", "64M", join(path, "large")]);
    expect(await all(openAt(path).read(["large"], testIo()))).toMatchObject([{ key: "large", error: {} }]);
  });
});

describe("a disk that refuses", () => {
  test("a full disk fails the put with a sentence, and leaves what was there and nothing else", async (context) => {
    const disk = await smallDisk(context, 32);
    const path = join(disk, "cold");
    const store = openAt(path);
    await fill(store, { "a/small": "1" });
    const artifact = dataArtifact(Buffer.alloc(40_000_000, 1));
    const outcomes = await all(
      store.put(
        [
          { key: "b/big", artifact },
          { key: "b/small", artifact: dataArtifact("2") },
        ],
        testIo(),
      ),
    );
    const big = outcomes.find(({ key }) => key === "b/big");
    expect(big).toMatchObject({ outcome: "failed", error: { failure: "store" } });
    expect(big && "error" in big && big.error.message).toMatch(/^can't write .*: the disk is full\. Free some space/);
    await store.settle(testIo());
    await expect(store.replace("a/small", artifact, testIo())).rejects.toMatchObject({ failure: "store" });
    expect((await readAll(store, "a/small")).toString()).toBe("1");
    const found = execFileSync("find", [path, "-mindepth", "1"], { encoding: "utf8" });
    expect(found).not.toContain("big");
    expect(found).not.toContain(".tmp");
    const missing = await store.preflight({ write: true, bytes: 100_000_000 }, testIo());
    expect(missing.map(({ message }) => message)).toEqual([
      expect.stringMatching(/has 3\d MB free and up to 100 MB will be written: 6\d MB are missing\./),
    ]);
  });

  test("a read-only disk is found by the preflight of a writing run, fails each put, and reads well", async (context) => {
    const disk = await smallDisk(context, 8);
    const store = openAt(join(disk, "cold"));
    await fill(store, { a: "1" });
    makeReadOnly(disk);
    expect(await store.preflight({ write: false, bytes: 0 }, testIo())).toEqual([]);
    expect(await store.preflight({ write: true, bytes: 1 }, testIo())).toMatchObject([
      { failure: "store", message: expect.stringContaining("the file system is read-only") },
    ]);
    const outcomes = await all(
      store.put(
        [
          { key: "b", artifact: dataArtifact("2") },
          { key: "a", artifact: dataArtifact("1") },
        ],
        testIo(),
      ),
    );
    expect(Object.fromEntries(outcomes.map(({ key, outcome }) => [key, outcome]))).toEqual({ a: "same", b: "failed" });
    await expect(store.replace("a", dataArtifact("2"), testIo())).rejects.toMatchObject({ failure: "store" });
    expect(await all(store.delete(["a"], testIo()))).toMatchObject([{ key: "a", outcome: "failed" }]);
    expect((await readAll(store, "a")).toString()).toBe("1");
  });

  test.skipIf(!isRoot)("what another user may not write or read is told in one sentence each", async () => {
    const folder = await newFolder();
    const path = join(folder, "cold");
    await fill(openAt(path), { "a/secret/x": "1" });
    await chmod(folder, 0o755);
    await chmod(join(path, "a/secret"), 0o700);
    const child = startScript("put-loop.ts", [path, "links", "", "1"], { uid: 65_534, gid: 65_534 });
    const { out } = await finished(child);
    const failed = out.trim().split("\n").slice(1);
    expect(failed).toHaveLength(24);
    for (const line of failed)
      expect(line).toContain("permission denied. Give the user that runs Coldstore access to it.");
    const looks = startScript("look-at-store.ts", [path], { uid: 65_534, gid: 65_534 });
    expect(JSON.parse((await finished(looks)).out)).toEqual({
      list: expect.stringMatching(/^store: can't list .*secret: permission denied/),
      stat: expect.stringMatching(/^store: can't look at .*secret.x: permission denied/),
      reading: [],
      writing: [expect.stringMatching(/^store: can't .*permission denied/)],
    });
    expect(await keysOf(openAt(path))).toEqual(["a/secret/x"]);
  });
});

describe("preflight", () => {
  const reading = { write: false, bytes: 0 };
  const writing = { write: true, bytes: 1000 };

  test("the name of an archive that isn't there isn't taken for a store's", async () => {
    const folder = await newFolder();
    for (const name of ["app.tar", "app.tgz", "a.tar.zst.part-002", "app.coldstore.json", "A.ZIP"])
      expect(await openAt(join(folder, name)).preflight(reading, testIo())).toMatchObject([
        { failure: "not-found", message: expect.stringMatching(/^there is no file \.\/cold /) },
      ]);
    const [store] = await openAt(join(folder, "targets")).preflight(reading, testIo());
    expect(store?.message).toMatch(/^there is no store folder .* disk is mounted\.$/);
  });

  test("the name of an archive that is there in parts is explained, with what to name instead", async () => {
    const path = join(await newFolder(), "app.tar.zst");
    await writeFile(`${path}.part-001`, "part");
    const [error] = await openAt(path).preflight(reading, testIo());
    expect([error?.failure, error?.message]).toEqual([
      "not-found",
      expect.stringMatching(
        /in parts only\. Name its manifest, .*\/app\.coldstore\.json, .*\/app\.tar\.zst\.part-001\.$/,
      ),
    ]);
  });

  test("a missing folder is nothing against a writing run, isn't left behind, and is not-found for a reading one", async () => {
    const folder = await newFolder();
    const store = openAt(join(folder, "deep/er/cold"));
    expect(await store.preflight(writing, testIo())).toEqual([]);
    expect(await store.preflight(reading, testIo())).toMatchObject([
      { failure: "not-found", message: expect.stringContaining(`${folder}/deep/er/cold`) },
    ]);
    expect(await readdir(folder)).toEqual([]);
  });

  test("a file in the place of the folder, or of one above it, is told", async () => {
    const folder = await newFolder();
    await writeFile(join(folder, "file"), "");
    for (const need of [reading, writing]) {
      expect(await openAt(join(folder, "file")).preflight(need, testIo())).toMatchObject([
        { failure: "store", message: expect.stringContaining("is a file, not a folder") },
      ]);
    }
    expect(await openAt(join(folder, "file/cold")).preflight(writing, testIo())).toMatchObject([
      { failure: "store", message: expect.stringContaining("is a file, not a folder") },
    ]);
  });

  test("everything wrong is told at once: no room, and a clock that is off", async () => {
    const path = join(await newFolder(), "cold");
    const store = openAt(path, { now: () => Date.now() + 3_600_000 });
    const problems = await store.preflight({ write: true, bytes: 1e18 }, testIo());
    expect(problems.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^this machine's clock is (1 h|60 min) ahead of that of /),
      expect.stringMatching(/will be written: .* PB are missing\. Free some space/),
    ]);
    expect(await openAt(path, { now: () => Date.now() - 301_000 }).preflight(writing, testIo())).toHaveLength(1);
    expect(await openAt(path, { now: () => Date.now() - 290_000 }).preflight(writing, testIo())).toEqual([]);
    expect(await store.preflight(reading, testIo())).toMatchObject([{ failure: "not-found" }]);
  });

  test("a store in use is left as it is, with the scratch of others", async () => {
    const path = join(await newFolder(), "cold");
    const store = openAt(path);
    await fill(store, { "a/b": "1" });
    await mkdir(join(path, ".tmp/someone-elses"), { recursive: true });
    expect(await store.preflight(writing, testIo())).toEqual([]);
    expect((await readdir(path, { recursive: true })).sort()).toEqual([".tmp", ".tmp/someone-elses", "a", "a/b"]);
  });
});
