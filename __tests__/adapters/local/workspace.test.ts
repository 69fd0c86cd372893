import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { ownerOf, ownProcess, scratchName, stateOf } from "../../../src/adapters/local/scratch-owner.ts";
import { openWorkspace } from "../../../src/adapters/local/workspace.ts";
import { testIo } from "../../support/store-fixtures.ts";

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "coldstore-workspace-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

const open = (root: string) => openWorkspace({ root, signal: testIo().signal });

/** The id of a process that has ended. */
async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ["--version"], { stdio: "ignore" });
  await once(child, "close");
  return child.pid!;
}

async function backdate(path: string, hours: number): Promise<void> {
  const time = new Date(Date.now() - hours * 3_600_000);
  await utimes(path, time, time);
}

describe("scratch", () => {
  test("is a private folder of this process, and disposing removes it with all that is in it", async () => {
    const root = join(await newFolder(), ".tmp");
    const workspace = await open(root);
    expect(existsSync(root)).toBe(false);
    const scratch = await workspace.scratch();
    // Windows has no permissions of that kind; a temporary folder is the user's own there.
    if (process.platform !== "win32") expect(((await stat(scratch.path)).mode & 0o777).toString(8)).toBe("700");
    expect(ownerOf(basename(scratch.path))).toEqual(ownProcess());
    expect(scratch.file("x")).toBe(join(scratch.path, "x"));
    await mkdir(scratch.file("deep"));
    await writeFile(scratch.file("deep/file"), "1", { mode: 0o444 });
    const elsewhere = await newFolder();
    await symlink(elsewhere, scratch.file("link"), "junction");
    await scratch[Symbol.asyncDispose]();
    expect(existsSync(scratch.path)).toBe(false);
    expect(existsSync(elsewhere)).toBe(true);
    await scratch[Symbol.asyncDispose]();
  });

  test("leaves nothing behind when nothing was stored, not even the folders above it that it made", async () => {
    const folder = await newFolder();
    const workspace = await open(join(folder, "deep/cold/.tmp"));
    const [one, two] = [await workspace.scratch(), await workspace.scratch()];
    expect(one.path).not.toBe(two.path);
    await one[Symbol.asyncDispose]();
    expect(await readdir(join(folder, "deep/cold/.tmp"))).toHaveLength(1);
    await two[Symbol.asyncDispose]();
    expect(await readdir(folder)).toEqual([]);
  });

  test("keeps the folders above it when something was stored in them, or when they were there before", async () => {
    const folder = await newFolder();
    await mkdir(join(folder, "mine"));
    const mine = await open(join(folder, "mine"));
    await (await mine.scratch())[Symbol.asyncDispose]();
    const cold = await open(join(folder, "cold/.tmp"));
    const scratch = await cold.scratch();
    await writeFile(join(folder, "cold/object"), "1");
    await scratch[Symbol.asyncDispose]();
    expect((await readdir(folder, { recursive: true })).sort()).toEqual(["cold", join("cold", "object"), "mine"]);
  });

  test("of many runs that begin and end at once none fails, and nothing but the store's empty folder is left", async () => {
    const folder = await newFolder();
    const runs = Array.from({ length: 8 }, async () => {
      const workspace = await open(join(folder, "cold/.tmp"));
      for (let i = 0; i < 40; i += 1) {
        await using scratch = await workspace.scratch();
        await writeFile(scratch.file("x"), "1");
      }
    });
    await Promise.all(runs);
    // Who made it may have found another run's scratch in it, and that run doesn't know that it was made for a run.
    const left = await readdir(folder, { recursive: true });
    expect(left.filter((name) => name !== "cold")).toEqual([]);
  });

  test("an emergency removal takes all of it at once", async () => {
    const folder = await newFolder();
    const workspace = await open(join(folder, "cold/.tmp"));
    const one = await workspace.scratch();
    await workspace.scratch();
    await writeFile(one.file("x"), "1", { mode: 0o444 });
    workspace.removeScratchNow();
    expect(await readdir(folder)).toEqual([]);
    workspace.removeScratchNow();
  });

  test("can't be made in a file's place: one sentence", async () => {
    const folder = await newFolder();
    await writeFile(join(folder, "file"), "");
    const workspace = await open(join(folder, "file/.tmp"));
    await expect(workspace.scratch()).rejects.toMatchObject({
      failure: "store",
      message: expect.stringContaining("scratch"),
    });
  });

  test("that can't be made says what would help: another store, or another folder for temporary files", async () => {
    const file = join(await newFolder(), "file");
    await writeFile(file, "");
    const saidOf = async (root: string) => (await open(root)).scratch().catch(String);
    expect(await saidOf(join(file, ".tmp"))).toMatch(/use another store\.$/);
    expect(await saidOf(join(file, "temp"))).toMatch(
      /use another folder for temporary files \(RUNNER_TEMP.* TMPDIR\)\.$/,
    );
  });

  test("tells how much is free, also where nothing is yet", async () => {
    const folder = await newFolder();
    const free = await (await open(join(folder, "deep/er/.tmp"))).freeBytes();
    expect(free).toBeGreaterThan(1000);
  });

  test("isn't made for a run that was stopped", async () => {
    const io = testIo();
    const root = join(await newFolder(), ".tmp");
    const workspace = await openWorkspace({ root, signal: io.signal });
    io.abort();
    await expect(workspace.scratch()).rejects.toBe(io.reason);
    expect(existsSync(root)).toBe(false);
  });

  test("an aborted run leaves no scratch that was being made", async () => {
    const io = testIo();
    const root = join(await newFolder(), ".tmp");
    const workspace = await openWorkspace({ root, signal: io.signal });
    const scratch = workspace.scratch();
    io.abort();
    await expect(scratch).rejects.toBe(io.reason);
    expect(existsSync(root)).toBe(false);
  });
});

describe("opening a workspace", () => {
  test("removes what dead processes left, and leaves the living, strangers and links alone", async () => {
    const folder = await newFolder();
    const here = ownProcess();
    const outside = join(folder, "outside");
    await mkdir(outside);
    await writeFile(join(outside, "precious"), "1");
    const names = {
      dead: scratchName({ ...here, pid: await deadPid() }),
      recycled: scratchName({ ...here, pid: process.ppid, start: "1" }),
      living: scratchName(here),
      elsewhere: scratchName({ ...here, host: "other-host.example" }),
      old: scratchName({ ...here, host: "other-host.example" }),
      oldButBusy: scratchName({ ...here, host: "other-host.example" }),
      otherBoot: scratchName({ ...here, pid: 2 ** 22 + 1, realm: "0123abcd" }),
      stranger: "lost+found",
      linked: scratchName({ ...here, pid: await deadPid() }),
    };
    const root = join(folder, ".tmp");
    for (const [what, name] of Object.entries(names))
      if (what !== "linked") await mkdir(join(root, name), { recursive: true });
    await symlink(outside, join(root, names.linked));
    await symlink(outside, join(root, names.dead, "to-outside"));
    await writeFile(join(root, names.oldButBusy, "growing"), "1");
    for (const name of [names.old, names.oldButBusy, names.stranger]) await backdate(join(root, name), 25);
    await backdate(join(root, names.elsewhere), 23);
    await open(root);
    const left = [names.living, names.elsewhere, names.oldButBusy, names.otherBoot, names.stranger, names.linked];
    if (process.platform !== "linux") left.push(names.recycled);
    expect((await readdir(root)).sort()).toEqual(left.sort());
    expect(await readdir(outside)).toEqual(["precious"]);
  });

  test("removes an empty .tmp, and no other empty folder", async () => {
    const folder = await newFolder();
    for (const name of ["cold/.tmp", "mine"]) await mkdir(join(folder, name), { recursive: true });
    for (const name of ["cold/.tmp", "mine"]) await open(join(folder, name));
    expect((await readdir(folder, { recursive: true })).sort()).toEqual(["cold", "mine"]);
  });

  test("old scratch in a folder that was renamed meanwhile, or can't be read, is no error", async () => {
    const folder = await newFolder();
    await mkdir(join(folder, "a"));
    await rename(join(folder, "a"), join(folder, "b"));
    await open(join(folder, "a"));
    await writeFile(join(folder, "file"), "");
    await open(join(folder, "file"));
    expect((await readdir(folder)).sort()).toEqual(["b", "file"]);
  });
});

describe("the name of a scratch folder", () => {
  test("tells its owner, whatever the host is called", () => {
    const owners = ["a", "a-b-c", "runner-1.example.org", "host-12-34"].map((host) => ({
      host,
      pid: 4711,
      start: "123456",
      realm: "0a1b2c3dn4026531836",
    }));
    for (const owner of owners) {
      expect(ownerOf(scratchName(owner))).toEqual(owner);
      expect(scratchName(owner)).toMatch(/^[A-Za-z0-9_.-]+$/);
      expect(scratchName(owner)).not.toBe(scratchName(owner));
    }
    for (const name of ["", "node_modules", "a-b-c-d", "host-1-2x3-xyz"]) expect(ownerOf(name)).toBeUndefined();
  });

  test("tells the living from the dead on this host alone", async () => {
    const here = ownProcess();
    expect(stateOf(here, here)).toBe("alive");
    expect(stateOf({ ...here, pid: await deadPid() }, here)).toBe("dead");
    expect(stateOf({ ...here, host: "x" }, here)).toBe("elsewhere");
    expect(stateOf({ ...here, realm: "x" }, here)).toBe("elsewhere");
  });
});
