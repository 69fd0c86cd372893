import * as fc from "fast-check";
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, normalize } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { textOf } from "../../src/steps/byte-text.ts";
import { EntryGuard, type GuardedEntry } from "../../src/steps/entry-guard.ts";
import { sweep } from "../support/packed-archive.ts";

const traits = {
  symlinks: true,
  modes: true,
  foldsCase: false,
  normalizes: false,
  windowsNames: false,
  anyBytes: true,
} as const;

let around: string;

beforeAll(() => {
  around = realpathSync(mkdtempSync(join(tmpdir(), "coldstore-guard-")));
});

afterAll(() => rmSync(around, { recursive: true, force: true }));

const name = fc.constantFrom("a", "b", "c", "d", "a", "b", "..", ".", "", "A", "b\\..", ".git", "\xff", "k:");
const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join("/"));
const tame = fc
  .array(fc.constantFrom("a", "b", "c", "d"), { minLength: 1, maxLength: 4 })
  .map((names) => names.join("/"));
const wanders = fc
  .array(fc.constantFrom("a", "b", "c", "d", "..", "..", ".", ""), { minLength: 1, maxLength: 6 })
  .map((names) => names.join("/"))
  .filter((text) => text !== "");
// What is likely to be there.
const climbs = fc.constantFrom(
  "..",
  "../..",
  "../../..",
  ".",
  "a",
  "b",
  "a/..",
  "b/../..",
  "c/../../a",
  "../b/..",
  "/",
);
const target = fc.oneof(wanders, climbs);
const anyPath = fc.oneof({ weight: 1, arbitrary: path }, { weight: 12, arbitrary: tame });
const entry: fc.Arbitrary<GuardedEntry> = fc.oneof(
  anyPath.map((one): GuardedEntry => ({ path: one, type: "file" })),
  anyPath.map((one): GuardedEntry => ({ path: one, type: "dir" })),
  fc.tuple(anyPath, target).map(([one, link]): GuardedEntry => ({ path: one, type: "symlink", link })),
);

/** Those of the entries that can be together: what a guard refuses by itself is left out, so that others are reached. */
function admitted(entries: readonly GuardedEntry[]) {
  const kept: GuardedEntry[] = [];
  for (const one of entries) {
    const guard = new EntryGuard({ symlinks: "keep", outwardLinks: "keep", traits });
    try {
      for (const before of [...kept, one]) guard.admit(before);
      kept.push(one);
    } catch {
      continue;
    }
  }
  const guard = new EntryGuard({ symlinks: "keep", outwardLinks: "keep", traits });
  for (const one of kept) guard.admit(one);
  return { kept, end: guard.finish() };
}

/** As naively as can be: plain calls that follow links, overwrite and know no rules. */
function writeNaively(root: string, entries: readonly GuardedEntry[]): void {
  const at = (one: GuardedEntry): Buffer => Buffer.from(`${root}/${one.path}`, "latin1");
  for (const one of entries) {
    const above = Buffer.from(dirname(`${root}/${one.path}`), "latin1");
    mkdirSync(above, { recursive: true });
    if (one.type === "dir") mkdirSync(at(one), { recursive: true });
    if (one.type === "file") writeFileSync(at(one), one.path);
  }
  for (const one of entries) if (one.type === "symlink") symlinkSync(Buffer.from(one.link ?? "", "latin1"), at(one));
}

/** What is in a folder, links not followed: each with its type. */
function found(root: string, below = ""): string[] {
  return readdirSync(Buffer.from(`${root}${below}`, "latin1"), { encoding: "buffer" }).flatMap((bytes) => {
    const at = `${below}/${bytes.toString("latin1")}`;
    const look = lstatSync(Buffer.from(root + at, "latin1"));
    if (look.isDirectory()) return [`dir ${at.slice(1)}`, ...found(root, at)];
    return [`${look.isSymbolicLink() ? "symlink" : "file"} ${at.slice(1)}`];
  });
}

function withFolders(entries: readonly GuardedEntry[]): string[] {
  const all = new Set(entries.map(({ path: one, type }) => `${type} ${one}`));
  for (const { path: one } of entries)
    for (let at = one.lastIndexOf("/"); at > 0; at = one.lastIndexOf("/", at - 1)) all.add(`dir ${one.slice(0, at)}`);
  return [...all].sort();
}

/** Where the system says that a link ends; undefined for nowhere. */
function endOf(root: string, link: string): string | undefined {
  try {
    return realpathSync.native(Buffer.from(`${root}/${link}`, "latin1"), "latin1");
  } catch {
    return undefined;
  }
}

test("what was let in can be written without any care, and lies where it should, once, and nowhere else", () => {
  const { seed, numRuns } = sweep(30);
  let links = 0;
  let outward = 0;
  fc.assert(
    fc.property(fc.array(entry, { minLength: 1, maxLength: 25 }), (entries) => {
      const { kept, end } = admitted(entries);
      const box = mkdtempSync(join(around, "box-"));
      const root = join(box, "x", "root");
      mkdirSync(root, { recursive: true });
      // What a link that leads out would find.
      for (const there of ["a", "b", "c", "d"]) {
        mkdirSync(join(box, there, "a"), { recursive: true });
        mkdirSync(join(box, "x", there, "b"), { recursive: true });
      }
      const outside = (): string[] =>
        found(box)
          .filter((line) => !line.includes(" x/root/"))
          .sort();
      const before = outside();
      writeNaively(root, kept);
      expect(found(root).sort()).toEqual(withFolders(kept));
      expect(outside()).toEqual(before);
      for (const one of kept) {
        if (one.type === "file")
          expect(readFileSync(Buffer.from(`${root}/${one.path}`, "latin1"), "utf8")).toBe(
            Buffer.from(one.path).toString(),
          );
        if (one.type !== "symlink") continue;
        links += 1;
        const real = endOf(root, one.path);
        if (real === undefined) continue;
        const leadsOut = real !== root && !real.startsWith(`${root}/`);
        const climbs = normalize(join(dirname(one.path), one.link ?? "")).startsWith("..");
        if (leadsOut) outward += 1;
        expect([one, end.outwardLinks.includes(textOf(one.path))]).toEqual([one, leadsOut || climbs]);
      }
      rmSync(box, { recursive: true });
    }),
    { seed, numRuns },
  );
  if (numRuns < 30) return;
  // Else nothing was tried.
  expect(links).toBeGreaterThan(numRuns);
  expect(outward).toBeGreaterThan(0);
}, 600_000);
