import type { LfsPointer } from "../model/details.ts";
import type { Repository } from "../ports/repository.ts";
import { formatBytes } from "../model/units.ts";
import { readEntries, type SnapshotEntry } from "./commit-tree.ts";
import { nameSome } from "./name-some.ts";

/** Bytes that a pointer has at the most. Source: the Git LFS specification. */
export const pointerLimit = 1024;

const firstLine = "version https://git-lfs.github.com/spec/v1\n";

/** The Git LFS pointer that a small file's content is, told by its first line; undefined for anything else. */
export function parsePointer(content: Uint8Array, path: string): LfsPointer | undefined {
  if (content.length < firstLine.length) return undefined;
  const text = Buffer.from(content).toString("latin1");
  if (!text.startsWith(firstLine)) return undefined;
  const oid = /^oid sha256:([0-9a-f]{64})$/m.exec(text)?.[1];
  const bytes = Number(/^size ([0-9]{1,15})$/m.exec(text)?.[1]);
  return oid === undefined || Number.isNaN(bytes) ? undefined : { path, oid, bytes };
}

/** Whether a pointer's content went through Git LFS extensions before it was stored: what it stands for then isn't the file. */
export function usesExtensions(content: Uint8Array): boolean {
  return /^ext-/m.test(Buffer.from(content).toString("latin1"));
}

// The first line, one of 76 bytes with the id, and one with a size of a digit, whose line feed may lack.
const pointerLeast = firstLine.length + 76 + 6;

/** Whether a file of this size can be a pointer. */
export function hasPointerSize(bytes: number): boolean {
  return bytes >= pointerLeast && bytes <= pointerLimit;
}

/** Whether an entry has the size that a pointer can have, and isn't one whose content goes in. */
export function mayBePointer({ type, bytes, lfs }: SnapshotEntry): boolean {
  return type === "file" && lfs === undefined && hasPointerSize(bytes);
}

/** Pointers for a sentence, with the sizes of what they stand for. */
export function namePointers(pointers: readonly LfsPointer[]): string {
  return nameSome(pointers.map(({ path, bytes }) => `${path} (${formatBytes(bytes)})`));
}

/** A file of a commit that is a Git LFS pointer. */
export interface PointerEntry {
  readonly entry: SnapshotEntry;
  readonly pointer: LfsPointer;
  /** As `usesExtensions` says. */
  readonly extended: boolean;
}

/** Reads those of the entries that are Git LFS pointers; an entry without a repository of its own is in this one. */
export async function* pointersAmong(
  repository: Repository,
  entries: readonly SnapshotEntry[],
  signal: AbortSignal,
): AsyncGenerator<PointerEntry, void, undefined> {
  for await (const { entry, data } of readEntries(repository, entries, signal)) {
    const pointer = parsePointer(data, entry.path);
    if (pointer !== undefined) yield { entry, pointer, extended: usesExtensions(data) };
  }
}

/** The same at once, without where they are. */
export async function findPointers(
  repository: Repository,
  entries: readonly SnapshotEntry[],
  signal: AbortSignal,
): Promise<readonly LfsPointer[]> {
  const pointers: LfsPointer[] = [];
  for await (const { pointer } of pointersAmong(repository, entries, signal)) pointers.push(pointer);
  return pointers;
}
