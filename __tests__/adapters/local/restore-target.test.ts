import { execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { removeTree } from "../../../src/adapters/local/remove-tree.ts";
import { openDrillTarget, openRestoreTarget } from "../../../src/adapters/local/restore-target.ts";
import { ownProcess, scratchName } from "../../../src/adapters/local/scratch-owner.ts";
import { failureOf, put, thrownBy } from "../../contracts/restore-target-contract.ts";
import { exfatDisk, exfatPrograms } from "../../support/exfat-disk.ts";
import { lookAtTree } from "../../support/look-at-tree.ts";
import { finished, firstWord, startScript } from "../../support/processes.ts";
import { testWith } from "../../support/programs.ts";
import { makeReadOnly, smallDisk } from "../../support/small-disk.ts";
import { testIo } from "../../support/store-fixtures.ts";

const isRoot = process.geteuid?.() === 0;
const nobody = 65534;
const prefix = ".coldstore-restore-";

function newFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "coldstore-into-")));
  onTestFinished(() => removeTree(folder));
  return folder;
}

const open = (into: string) => openRestoreTarget({ into, signal: testIo().signal });

const scratchIn = (folder: string): string[] => readdirSync(folder).filter((name) => name.startsWith(prefix));

/** Where half-made things lie. */
const halfMade = (folder: string): string => join(folder, scratchIn(folder)[0]!, "tree");

/** Does something as a user that may not do everything. */
async function asNobody<T>(work: () => Promise<T>): Promise<T> {
  if (isRoot) process.seteuid?.(nobody);
  try {
    return await work();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}

function withUmask(mask: number): void {
  const before = process.umask(mask);
  onTestFinished(() => void process.umask(before));
}

describe("a folder to restore into", () => {
  const cases: Readonly<Record<string, [string, (into: string) => void]>> = {
    "a file": ["isn't a folder", (into) => writeFileSync(into, "")],
    "a link that leads nowhere": ["leads nowhere", (into) => symlinkSync("nowhere", into)],
    "a link to itself": ["leads nowhere", (into) => symlinkSync("into", into)],
    "a link to a file": [
      "isn't a folder",
      (into) => (writeFileSync(`${into}-file`, ""), symlinkSync("into-file", into)),
    ],
    "a folder with a hidden file": [
      "something in it",
      (into) => (mkdirSync(into), writeFileSync(join(into, ".x"), "")),
    ],
    "a folder with an empty folder": ["something in it", (into) => mkdirSync(join(into, "x"), { recursive: true })],
  };
  for (const [what, [words, make]] of Object.entries(cases))
    test(`can't be ${what}: one sentence, and nothing is made`, async () => {
      const folder = newFolder();
      const into = join(folder, "into");
      make(into);
      const before = readdirSync(folder);
      await expect(open(into)).rejects.toMatchObject({
        failure: "settings",
        message: expect.stringMatching(new RegExp(`^into is ${into}, and .*${words}.*; give an empty folder`)),
      });
      expect(readdirSync(folder)).toEqual(before);
    });

  test("can't lie below a file", async () => {
    const folder = newFolder();
    writeFileSync(join(folder, "file"), "");
    for (const into of ["file/into", "file/deep/into"])
      await expect(open(join(folder, into))).rejects.toMatchObject({ failure: "settings" });
  });

  test("that is empty is replaced, and keeps its permissions and its owner", async () => {
    const folder = newFolder();
    const into = join(folder, "into");
    mkdirSync(into);
    chmodSync(into, 0o710);
    if (isRoot) chownSync(into, nobody, nobody);
    const target = await open(into);
    expect(readdirSync(into)).toEqual([]);
    put(target, "file", "x");
    target.folder("", { mode: 0o755, mtime: 9 });
    await target.publish();
    const { mode, uid, mtimeMs } = statSync(into);
    expect([mode & 0o7777, uid, mtimeMs]).toEqual([0o710, isRoot ? nobody : uid, 9000]);
    expect(readdirSync(folder)).toEqual(["into"]);
  });

  test("is empty, too, when all that's in it is half of a restore that was killed there", async () => {
    const into = join(newFolder(), "into");
    mkdirSync(join(into, prefix + scratchName({ ...ownProcess(), pid: 2 ** 22 + 1 })), {
      recursive: true,
      mode: 0o700,
    });
    await using target = await open(into);
    expect(readdirSync(into)).toEqual([]);
    await target.publish();
    expect(readdirSync(into)).toEqual([]);
  });

  test("behind a link is filled, and the link stays", async () => {
    const folder = newFolder();
    mkdirSync(join(folder, "far/real"), { recursive: true });
    symlinkSync("far/real", join(folder, "into"));
    const target = await open(join(folder, "into"));
    expect(scratchIn(join(folder, "far"))).toHaveLength(1);
    put(target, "file", "x");
    await target.publish();
    expect(lstatSync(join(folder, "into")).isSymbolicLink()).toBe(true);
    expect(readdirSync(join(folder, "far/real"))).toEqual(["file"]);
    expect(readdirSync(join(folder, "far"))).toEqual(["real"]);
  });

  test("whose disk is read-only, or forbids it, is a store error", async (context) => {
    const disk = await smallDisk(context, 1);
    makeReadOnly(disk);
    await expect(open(join(disk, "into"))).rejects.toMatchObject({
      failure: "store",
      message: expect.stringMatching(/^can't restore into .*read-only.*another folder/),
    });
    await expect(open(disk)).rejects.toMatchObject({ failure: "store" });
    const folder = newFolder();
    chmodSync(folder, 0o555);
    await asNobody(async () => expect(open(join(folder, "into"))).rejects.toMatchObject({ failure: "store" }));
    expect(readdirSync(folder)).toEqual([]);
  });

  test("isn't looked at for a run that was stopped", async () => {
    const io = testIo();
    io.abort();
    const into = join(newFolder(), "into");
    await expect(openRestoreTarget({ into, signal: io.signal })).rejects.toBe(io.reason);
  });

  test("gets nothing more, and isn't shown, once the run is stopped", async () => {
    const io = testIo();
    const folder = newFolder();
    await using target = await openRestoreTarget({ into: join(folder, "into"), signal: io.signal });
    put(target, "file", "x");
    io.abort();
    expect(() => put(target, "more", "x")).toThrow(io.reason);
    await expect(target.publish()).rejects.toBe(io.reason);
    await target[Symbol.asyncDispose]();
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("a folder that no rename can replace", () => {
  async function expectFilled(into: string): Promise<void> {
    const before = statSync(into);
    const target = await open(into);
    expect(readdirSync(into)).toEqual(scratchIn(into));
    put(target, "closed/deep/file", "x");
    put(target, "top\xff", "y", { mode: 0o600, mtime: 4 });
    target.folder("closed", { mode: 0o555, mtime: 5 });
    target.link("link", "closed");
    await target.publish();
    await target[Symbol.asyncDispose]();
    expect(statSync(into)).toMatchObject({ ino: before.ino, mode: before.mode, uid: before.uid, gid: before.gid });
    const seen = lookAtTree(into);
    expect([...seen!.keys()]).toEqual(["", "closed", "closed/deep", "closed/deep/file", "link", "top\xff"]);
    expect(seen?.get("closed")).toEqual({ type: "dir", mode: 0o555, mtime: 5 });
    expect(seen?.get("top\xff")).toMatchObject({ mode: 0o600, mtime: 4 });
  }

  test("is filled, when it's where a disk is mounted", async (context) => {
    await expectFilled(await smallDisk(context, 4));
  });

  test("is filled, when a folder of the same disk is mounted there", async (context) => {
    const folder = newFolder();
    for (const name of ["from", "in to"]) mkdirSync(join(folder, name));
    try {
      execFileSync("mount", ["--bind", join(folder, "from"), join(folder, "in to")], { stdio: "pipe" });
    } catch {
      context.skip("needs root to mount");
    }
    onTestFinished(() => void execFileSync("umount", [join(folder, "in to")]));
    await expectFilled(join(folder, "in to"));
  });

  test("is filled, when the process is in it", async () => {
    const [folder, before] = [newFolder(), process.cwd()];
    process.chdir(folder);
    onTestFinished(() => process.chdir(before));
    await expectFilled(folder);
    expect(readdirSync(".")).toContain("link");
  });

  test("is filled, when the folder around it is closed to the user", async () => {
    const folder = newFolder();
    const into = join(folder, "into");
    mkdirSync(into);
    if (isRoot) chownSync(into, nobody, nobody);
    chmodSync(folder, 0o555);
    await asNobody(async () => expectFilled(into));
    chmodSync(folder, 0o755);
  });

  test("is filled, when it gives its group to what is made in it", async () => {
    const into = newFolder();
    if (isRoot) chownSync(into, 0, nobody);
    chmodSync(into, 0o2770);
    await expectFilled(into);
    expect(statSync(join(into, "closed/deep/file")).gid).toBe(statSync(into).gid);
  });

  test("gets nothing when something came to be in it meanwhile", async (context) => {
    const into = await smallDisk(context, 4);
    const target = await open(into);
    put(target, "file", "mine");
    writeFileSync(join(into, "theirs"), "theirs");
    await expect(target.publish()).rejects.toMatchObject({ failure: "settings" });
    await target[Symbol.asyncDispose]();
    expect(readdirSync(into)).toEqual(["theirs"]);
  });

  test("is one restore's alone, and the next one's when the process was killed", async (context) => {
    const into = await smallDisk(context, 4);
    const child = startScript("fill-target.ts", [into]);
    await firstWord(child);
    await expect(open(into)).rejects.toMatchObject({ failure: "settings" });
    expect(scratchIn(into)).toHaveLength(1);
    const end = finished(child);
    child.kill("SIGKILL");
    await end;
    await expectFilled(into);
  });
});

describe("what came to be there while it was restored", () => {
  const things: Readonly<Record<string, (into: string) => void>> = {
    "a file": (into) => writeFileSync(into, "theirs"),
    "a link": (into) => symlinkSync("elsewhere", into),
    "a folder with a file": (into) => (mkdirSync(into), writeFileSync(join(into, "x"), "theirs")),
  };
  for (const [what, make] of Object.entries(things))
    test(`stays as it is, and nothing is restored: ${what}`, async () => {
      const folder = newFolder();
      mkdirSync(join(folder, "elsewhere"));
      const into = join(folder, "into");
      const target = await open(into);
      put(target, "file", "mine");
      make(into);
      const before = lstatSync(into, { bigint: true });
      await expect(target.publish()).rejects.toMatchObject({
        failure: "settings",
        message: expect.stringMatching(/^into is .*nothing was restored; give an empty folder/),
      });
      await target[Symbol.asyncDispose]();
      expect(lstatSync(into, { bigint: true })).toMatchObject({ ino: before.ino, mtimeNs: before.mtimeNs });
      expect(readdirSync(folder).sort()).toEqual(["elsewhere", "into"]);
      expect(readdirSync(join(folder, "elsewhere"))).toEqual([]);
    });

  test("of two restores at once one is shown, whole, and the other says so", async () => {
    const folder = newFolder();
    const into = join(folder, "deep/into");
    const go = join(folder, "go");
    const children = ["a", "b"].map((mark) => startScript("fill-target.ts", [into, mark, go]));
    const runs = children.map(async (child) => finished(child));
    await Promise.all(children.map(firstWord));
    writeFileSync(go, "");
    const ends = (await Promise.all(runs)).map(({ out }) => out);
    const winner = ends.indexOf("filled published");
    expect(ends[1 - winner]).toContain(`into is ${into}, and something has come to be there`);
    const files = [...lookAtTree(into)!].flatMap(([path, { type }]) =>
      type === "file" && path !== "half" ? path.split("/")[2] : [],
    );
    expect(files).toEqual(Array.from({ length: 200 }, () => ["a", "b"][winner]));
    expect(readdirSync(join(folder, "deep"))).toEqual(["into"]);
  });
});

describe("half-made things", () => {
  test("lie in a private folder beside it, and disposal takes them and the folders that were made for it", async () => {
    const folder = newFolder();
    const target = await open(join(folder, "deep/er/into"));
    put(target, "file", "x");
    expect(lstatSync(halfMade(join(folder, "deep/er"))).mode & 0o777).toBe(0o700);
    expect(lstatSync(join(folder, "deep/er", scratchIn(join(folder, "deep/er"))[0]!)).mode & 0o777).toBe(0o700);
    await target[Symbol.asyncDispose]();
    expect(readdirSync(folder)).toEqual([]);
  });

  test.runIf(process.platform === "linux")("aren't held open when the target is disposed of", async () => {
    const target = await open(join(newFolder(), "into"));
    const before = readdirSync("/proc/self/fd").length;
    for (let i = 0; i < 100; i += 1) target.file(`half-${i}`, { mode: 0o644 }).write(Buffer.from("x"));
    await target[Symbol.asyncDispose]();
    expect(readdirSync("/proc/self/fd").length).toBeLessThan(before + 50);
  });

  test("are gone at once before a hard exit, open files and closed folders too", async () => {
    const folder = newFolder();
    if (isRoot) chownSync(folder, nobody, nobody);
    await asNobody(async () => {
      const target = await open(join(folder, "deep/into"));
      target.file("half", { mode: 0o600 }).write(Buffer.from("x"));
      put(target, "closed/file\xff", "x");
      chmodSync(join(halfMade(join(folder, "deep")), "closed"), 0o555);
      target.removeScratchNow();
      expect(readdirSync(folder)).toEqual([]);
      target.removeScratchNow();
    });
  });

  test("are gone when showing them fails, folders that can't be written to as well", async () => {
    const folder = newFolder();
    if (isRoot) chownSync(folder, nobody, nobody);
    await asNobody(async () => {
      const target = await open(join(folder, "into"));
      put(target, "closed/deep/file", "x");
      for (const path of ["closed/deep", "closed", ""]) target.folder(path, { mode: 0o555, mtime: 1 });
      writeFileSync(join(folder, "into"), "theirs");
      await expect(target.publish()).rejects.toMatchObject({ failure: "settings" });
      await target[Symbol.asyncDispose]();
      expect(readdirSync(folder)).toEqual(["into"]);
    });
  });

  test("a user who may not do everything gets read-only folders and files, the topmost too", async () => {
    const folder = newFolder();
    if (isRoot) chownSync(folder, nobody, nobody);
    await asNobody(async () => {
      const target = await open(join(folder, "into"));
      put(target, "closed/file", "x", { mode: 0o444, mtime: 2 });
      put(target, "blind", "y", { mode: 0o000, mtime: 2 });
      expect(Buffer.from(target.read("blind")).toString()).toBe("y");
      for (const path of ["closed", ""]) target.folder(path, { mode: 0o555, mtime: 1 });
      for (const path of ["dark", "dark/deep"]) target.folder(path, { mode: 0o000, mtime: 1 });
      await target.publish();
    });
    const modes = [...lookAtTree(join(folder, "into"))!.values()].map((entry) => "mode" in entry && entry.mode);
    expect(modes).toEqual([0o555, 0, 0o555, 0o444, 0, 0]);
  });

  test("of a process that was killed are never seen, and gone after the next run", async () => {
    const folder = newFolder();
    const into = join(folder, "into");
    const child = startScript("fill-target.ts", [into]);
    await firstWord(child);
    const end = finished(child);
    child.kill("SIGKILL");
    await end;
    expect(existsSync(into)).toBe(false);
    expect(scratchIn(folder)).toHaveLength(1);
    for (const name of readdirSync(join(halfMade(folder), "folder"), "buffer"))
      chmodSync(Buffer.concat([Buffer.from(join(halfMade(folder), "folder/")), name]), 0o555);
    if (isRoot) execFileSync("chown", ["-Rh", String(nobody), folder]);
    await asNobody(async () => {
      const target = await open(into);
      expect(scratchIn(folder)).toHaveLength(1);
      put(target, "file", "x");
      await target.publish();
    });
    expect(readdirSync(folder)).toEqual(["into"]);
  });

  test("of the living, of strangers and of other users stay, old ones of other hosts go", async () => {
    const folder = newFolder();
    const here = ownProcess();
    const dead = { ...here, pid: 2 ** 22 + 1 };
    const away = { ...here, host: "other-host.example" };
    const stay = {
      living: prefix + scratchName(here),
      away: prefix + scratchName(away),
      open: prefix + scratchName(dead),
      file: prefix + scratchName(dead),
      linked: prefix + scratchName(dead),
      plain: scratchName(dead),
      stranger: `${prefix}mine`,
      claim: "claim-of-land",
      ...(isRoot && { other: prefix + scratchName(dead) }),
    };
    const go = { dead: prefix + scratchName(dead), old: prefix + scratchName(away) };
    for (const name of Object.values({ ...stay, ...go }))
      if (name !== stay.linked && name !== stay.file) mkdirSync(join(folder, name), { mode: 0o700 });
    writeFileSync(join(folder, stay.file), "", { mode: 0o700 });
    mkdirSync(join(folder, "precious"));
    symlinkSync("precious", join(folder, stay.linked));
    chmodSync(join(folder, stay.open), 0o755);
    if (stay.other !== undefined) chownSync(join(folder, stay.other), nobody, nobody);
    const day = Date.now() / 1000 - 25 * 3600;
    for (const name of [go.old, stay.claim, stay.living]) utimesSync(join(folder, name), day, day);
    await using target = await open(join(folder, "into"));
    void target;
    const left = readdirSync(folder);
    for (const name of Object.values(stay)) expect(left).toContain(name);
    for (const name of Object.values(go)) expect(left).not.toContain(name);
  });
});

describe("a full disk", () => {
  test("in the middle of a file is a store error that names it, and nothing stays", async (context) => {
    const disk = await smallDisk(context, 2);
    const target = await open(join(disk, "into"));
    put(target, "small", "x");
    const error = thrownBy(() => put(target, "a/big\xc3\xa9", Buffer.alloc(4 * 1024 * 1024)));
    expect(error.failure).toBe("store");
    expect(error.message).toContain(`can't write ${join(disk, "into/a/big\u00e9")}: the disk is full`);
    expect(error.message).not.toContain("another store");
    await target[Symbol.asyncDispose]();
    expect(readdirSync(disk)).toEqual([]);
  });

  test.for([1, 2, 4])("of %i files is told at the beginning", async (files, context) => {
    const disk = await smallDisk(context, 1);
    execFileSync("mount", ["-o", `remount,nr_inodes=${files}`, disk]);
    await expect(open(join(disk, "into"))).rejects.toMatchObject({
      failure: "store",
      message: expect.stringContaining("the disk is full"),
    });
    expect(readdirSync(disk)).toEqual([]);
  });
});

describe("what another puts among half-made things", () => {
  test("isn't written through: a link to a file or a folder, dangling or not, or another name of a file", async () => {
    const folder = newFolder();
    writeFileSync(join(folder, "precious"), "precious");
    mkdirSync(join(folder, "home"));
    await using target = await open(join(folder, "into"));
    const tree = halfMade(folder);
    symlinkSync(join(folder, "precious"), join(tree, "link"));
    symlinkSync(join(folder, "not-yet"), join(tree, "dangling"));
    symlinkSync(join(folder, "home"), join(tree, "folder"));
    linkSync(join(folder, "precious"), join(tree, "hard"));
    for (const path of ["link", "dangling", "hard", "folder", "folder/file", "folder/deep/file"])
      expect([path, failureOf(() => target.file(path, { mode: 0o666 }))]).toEqual([path, "unsafe"]);
    expect(failureOf(() => target.folder("folder", { mode: 0o777 }))).toBe("unsafe");
    expect(readFileSync(join(folder, "precious"), "utf8")).toBe("precious");
    expect(readdirSync(join(folder, "home"))).toEqual([]);
    expect(existsSync(join(folder, "not-yet"))).toBe(false);
  });

  test("in the place of what was made isn't read, nor given permissions", async () => {
    const folder = newFolder();
    writeFileSync(join(folder, "precious"), "precious", { mode: 0o600 });
    mkdirSync(join(folder, "home"), { mode: 0o700 });
    await using target = await open(join(folder, "into"));
    put(target, "file", "mine");
    target.folder("folder", { mode: 0o777, mtime: 1 });
    const tree = halfMade(folder);
    rmSync(join(tree, "file"));
    symlinkSync(join(folder, "precious"), join(tree, "file"));
    renameSync(join(tree, "folder"), join(folder, "moved"));
    symlinkSync(join(folder, "home"), join(tree, "folder"));
    expect(failureOf(() => target.read("file"))).toBe("store");
    await expect(target.publish()).rejects.toMatchObject({ failure: "store" });
    expect(existsSync(join(folder, "into"))).toBe(false);
    expect(statSync(join(folder, "home")).mode & 0o777).toBe(0o700);
  });
});

describe("permissions and times", () => {
  for (const mask of [0o022, 0o077, 0o000])
    test(`of what was asked for those are given that a umask of ${mask.toString(8).padStart(3, "0")} leaves; what nothing was said of gets all of them`, async () => {
      withUmask(mask);
      const into = join(newFolder(), "into");
      const target = await open(into);
      const modes = [0o644, 0o755, 0o666, 0o777, 0o444, 0o400, 0o600];
      for (const mode of modes) {
        put(target, `made/file-${mode}`, "x", { mode, mtime: 1 });
        target.folder(`folder-${mode}`, { mode, mtime: 1 });
      }
      await target.publish();
      for (const mode of modes) {
        expect(statSync(join(into, `made/file-${mode}`)).mode & 0o7777).toBe(mode & ~mask);
        expect(statSync(join(into, `folder-${mode}`)).mode & 0o7777).toBe(mode & ~mask);
      }
      for (const path of [into, join(into, "made")]) expect(statSync(path).mode & 0o7777).toBe(0o777 & ~mask);
    });

  test("that are far off become the nearest there are, fractions the second before", async () => {
    const into = join(newFolder(), "into");
    const target = await open(into);
    const times = { far: 1e300, past: -1e300, y2040: 2_208_988_800, half: 1.75, "-half": -1.25 };
    for (const [name, mtime] of Object.entries(times)) {
      put(target, name, "x", { mode: 0o644, mtime });
      target.folder(`d${name}`, { mode: 0o755, mtime });
    }
    await target.publish();
    const seen = Object.keys(times).map((name) => statSync(join(into, name)).mtimeMs / 1000);
    expect(seen.slice(2)).toEqual([2_208_988_800, 1, -2]);
    expect(seen[0]).toBeGreaterThan(2 ** 31);
    expect(seen[1]).toBeLessThanOrEqual(-(2 ** 31));
    expect(Object.keys(times).map((name) => statSync(join(into, `d${name}`)).mtimeMs / 1000)).toEqual(seen);
  });

  test("without a time are of now", async () => {
    const into = join(newFolder(), "into");
    const target = await open(into);
    target.file("file", { mode: 0o644 }).close();
    target.folder("folder", { mode: 0o755 });
    await target.publish();
    for (const name of ["file", "folder"]) expect(Date.now() - statSync(join(into, name)).mtimeMs).toBeLessThan(60_000);
  });
});

describe("what the file system can hold", () => {
  test.runIf(process.platform === "linux")("is found out: links, permissions, any name", async () => {
    await using target = await open(join(newFolder(), "into"));
    expect(target.traits).toEqual({
      symlinks: true,
      modes: true,
      foldsCase: false,
      normalizes: false,
      windowsNames: false,
      anyBytes: true,
    });
  });

  test("on Windows names are Windows's, and there are no permissions", async () => {
    const into = join(newFolder(), "into");
    await using target = await openRestoreTarget({ into, signal: testIo().signal, platform: "win32" });
    expect(target.traits).toMatchObject({ windowsNames: true, modes: false });
    expect(failureOf(() => put(target, "a\\b"))).toBe("bug");
    expect(failureOf(() => put(target, "C:x"))).toBe("bug");
  });

  testWith(
    exfatPrograms,
    "on exFAT there are no links and no case, and files come back all the same",
    async (context) => {
      const disk = exfatDisk(context);
      const target = await open(join(disk, "into"));
      expect(target.traits).toMatchObject({
        symlinks: false,
        modes: false,
        foldsCase: true,
        windowsNames: true,
        anyBytes: false,
      });
      put(target, "a/file", "x", { mode: 0o444, mtime: 1_700_000_000 });
      expect(failureOf(() => put(target, "A/other"))).toBe("unsafe");
      expect(failureOf(() => put(target, "a/FILE"))).toBe("unsafe");
      target.folder("closed", { mode: 0o000, mtime: 1 });
      await target.publish();
      expect(readFileSync(join(disk, "into/a/file"), "utf8")).toBe("x");
      expect(Math.floor(statSync(join(disk, "into/a/file")).mtimeMs / 1000)).toBe(1_700_000_000);
      expect(readdirSync(disk)).toEqual(["into"]);
    },
  );
});

describe("a drill", () => {
  const drill = (root: string) => openDrillTarget({ root, signal: testIo().signal });

  test("is filled and read back in scratch, and disposal takes all of it", async () => {
    const folder = newFolder();
    const target = await drill(join(folder, "not/yet"));
    put(target, "a/b", "hello");
    expect(Buffer.from(target.read("a/b")).toString()).toBe("hello");
    await expect(target.publish()).rejects.toMatchObject({ failure: "bug" });
    await target[Symbol.asyncDispose]();
    expect(readdirSync(folder)).toEqual([]);
  });

  test("is gone at once before a hard exit, and leaves a root that was there", async () => {
    const root = newFolder();
    const target = await drill(root);
    put(target, "a/b", "hello");
    expect(readdirSync(root)).toHaveLength(1);
    target.removeScratchNow();
    expect(readdirSync(root)).toEqual([]);
  });

  test("that can't be made is a store error", async () => {
    const folder = newFolder();
    writeFileSync(join(folder, "file"), "");
    await expect(drill(join(folder, "file"))).rejects.toMatchObject({ failure: "store" });
  });
});
