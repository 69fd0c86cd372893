import { type BigIntStats, constants } from "node:fs";
import type { DiskEntry, DiskType } from "../../ports/folder.ts";

const second = 1_000_000_000n;

/** What stat says of a path. On Windows nothing is executable: there is no such bit. */
export function diskEntry(stat: BigIntStats): DiskEntry {
  const type = typeOf(stat);
  return {
    type,
    executable: type === "file" && process.platform !== "win32" && (Number(stat.mode) & constants.S_IXUSR) !== 0,
    bytes: Number(stat.size),
    mtime: wholeSeconds(stat.mtimeNs),
    signature: signatureOf(stat),
  };
}

/** Short, since there is one for each of very many files; and joined, since a template would be a tree of pieces in memory. */
function signatureOf({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  const parts = mtimeNs === ctimeNs ? [dev, ino, size, mtimeNs] : [dev, ino, size, mtimeNs, ctimeNs];
  return parts.map((part) => part.toString(36)).join(".");
}

type TypeTests = Pick<BigIntStats, "isFile" | "isDirectory" | "isSymbolicLink" | "isFIFO" | "isSocket">;

/** The kind of a thing in a file system; what isn't any of the others counts as a device. */
export function typeOf(thing: TypeTests): DiskType {
  if (thing.isFile()) return "file";
  if (thing.isDirectory()) return "dir";
  if (thing.isSymbolicLink()) return "symlink";
  if (thing.isFIFO()) return "fifo";
  return thing.isSocket() ? "socket" : "device";
}

/** Whether two looks at an open file found it the same. */
export function isUnchanged(before: BigIntStats, after: BigIntStats): boolean {
  return before.size === after.size && before.mtimeNs === after.mtimeNs && before.ctimeNs === after.ctimeNs;
}

// The kernel stamps a write with the time of its last clock tick, 10 ms back at the most, and before the bytes are there.
const settling = 20;

/**
 * Milliseconds until a file's signature can be trusted: before that a write under way leaves it as it is. What a program
 * writes through a mapping, or in a call that takes longer, can't be told from a finished write.
 */
export function millisecondsToSettle(stat: BigIntStats): number {
  const age = Date.now() - Number(stat.ctimeMs);
  return Math.abs(age) < settling ? settling - age : 0;
}

function wholeSeconds(ns: bigint): number {
  const whole = ns / second;
  return Number(ns % second < 0n ? whole - 1n : whole);
}
