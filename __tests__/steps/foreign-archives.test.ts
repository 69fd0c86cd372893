import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { expect, type TestContext, test } from "vitest";
import { openRestoreTarget } from "../../src/adapters/local/restore-target.ts";
import { asColdstoreError } from "../../src/model/errors.ts";
import { checkLooseArchive } from "../../src/steps/check-loose-archive.ts";
import { ExpansionLimit } from "../../src/steps/expansion-limit.ts";
import { restoreLoose } from "../../src/steps/restore-loose.ts";
import { chunksOf, quiet, sweep } from "../support/packed-archive.ts";
import { testWith } from "../support/programs.ts";
import { restoreBytes } from "../support/restore-bytes.ts";
import { someOf } from "../support/some-of.ts";
import { uudecode } from "../support/uudecode.ts";

/** The archives that the makers of libarchive, Go and Python test them with; fetch-foreign-archives.sh brings them. */
function foreignArchives(context: TestContext): readonly (readonly [string, Buffer])[] {
  const folder = process.env["COLDSTORE_FOREIGN_ARCHIVES"];
  context.skip(folder === undefined, "COLDSTORE_FOREIGN_ARCHIVES names no folder");
  const names = readdirSync(folder ?? "");
  expect(names.length).toBeGreaterThan(100);
  return names.sort().map((name) => [name, decoded(name, readFileSync(join(folder ?? "", name)))]);
}

function decoded(name: string, bytes: Buffer): Buffer {
  if (name.endsWith(".uu")) return uudecode(bytes.toString("latin1")).bytes;
  return name.endsWith(".base64") ? Buffer.from(bytes.toString("latin1"), "base64") : bytes;
}

const fileOf = (bytes: Buffer) => ({
  bytes: bytes.length,
  open: async (range?: { readonly start: number; readonly end: number }) =>
    Readable.from(chunksOf(bytes.subarray(range?.start, range?.end), 50_000), { objectMode: false }),
});

async function failureOf(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
    return "restored";
  } catch (error) {
    const { failure, message } = asColdstoreError(error);
    return failure === "bug" ? message : failure;
  }
}

const ends = ["restored", "not-found", "integrity", "unsafe"];

test("archives that others made to try readers on come out, or are refused", async (context) => {
  const tally: Record<string, number> = {};
  for (const [name, bytes] of foreignArchives(context)) {
    const started = performance.now();
    const restored = await failureOf(async () => restoreBytes(bytes));
    const read = await failureOf(async () => checkLooseArchive({ ...fileOf(bytes), io: quiet }));
    expect([name, ends.includes(restored) ? "" : restored, ends.includes(read) ? "" : read]).toEqual([name, "", ""]);
    expect([name, performance.now() - started < 20_000]).toEqual([name, true]);
    // What is restored is sound, and what isn't an archive isn't one to either.
    if (restored === "restored") expect([name, read]).toEqual([name, "restored"]);
    expect([name, read === "not-found"]).toEqual([name, restored === "not-found"]);
    tally[restored] = (tally[restored] ?? 0) + 1;
  }
  expect(tally["restored"]).toBeGreaterThan(30);
  expect(tally["integrity"]).toBeGreaterThan(20);
  expect(tally["unsafe"]).toBeGreaterThan(3);
}, 300_000);

testWith(["bsdtar"], "of what comes out, libarchive says the same", async (context) => {
  const box = mkdtempSync(join(tmpdir(), "coldstore-foreign-"));
  try {
    for (const [name, bytes] of someOf(foreignArchives(context), 80)) {
      const into = join(box, `${name} ours`);
      const work = async (): Promise<void> => {
        await using target = await openRestoreTarget({ into, signal: quiet.signal });
        const order = { target, symlinks: "keep", outwardLinks: "refuse" } as const;
        await restoreLoose(fileOf(bytes), order, new ExpansionLimit({ archiveBytes: bytes.length }), quiet);
        await target.publish();
      };
      const found = await failureOf(work);
      expect([name, existsSync(into)]).toEqual([name, found === "restored"]);
      if (found !== "restored") continue;
      const theirs = join(box, `${name} theirs`);
      mkdirSync(theirs);
      writeFileSync(join(box, name), bytes);
      // It ends with an error where it can't set an owner or an access control list.
      spawnSync("bsdtar", ["--no-mac-metadata", "--no-acls", "--no-xattrs", "-xf", join(box, name), "-C", theirs], {
        stdio: "ignore",
        env: { ...process.env, LC_ALL: "C.UTF-8" },
      });
      expect([name, contents(into)]).toEqual([name, contents(theirs)]);
    }
    expect(readdirSync(box).every((name) => /\.[a-z0-9]+( ours| theirs)?$/.test(name))).toBe(true);
  } finally {
    rmSync(box, { recursive: true, force: true });
  }
});

/** What all files hold, by digest; names aside, which programs take for different codes. */
function contents(folder: string): string[] {
  execFileSync("chmod", ["-R", "u+rwX", folder]);
  const lines = execFileSync("find", [folder, "-type", "f", "-exec", "sha256sum", "{}", "+"], { encoding: "latin1" });
  return Array.from(lines.matchAll(/^\\?([0-9a-f]{64}) /gm), ([, digest]) => digest ?? "").sort();
}

test("changed at random they come out, or are refused, as well", async (context) => {
  const { seed, numRuns } = sweep(1);
  let state = seed >>> 0 || 1;
  const next = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state % below;
  };
  for (const [name, bytes] of someOf(foreignArchives(context), 150)) {
    if (bytes.length === 0 || bytes.length > 200_000 || !/tar|zip|tgz|ustar|jar/.test(name)) continue;
    for (let run = 0; run < numRuns; run += 1) {
      const changed = Buffer.from(bytes);
      for (let i = 0; i <= next(4); i += 1) changed[next(Math.min(changed.length, 4096))] = next(256);
      const cut = next(4) === 0 ? changed.subarray(0, next(changed.length)) : changed;
      const found = await failureOf(async () => restoreBytes(cut));
      expect([name, run, ends.includes(found) ? "" : found]).toEqual([name, run, ""]);
    }
  }
}, 600_000);
