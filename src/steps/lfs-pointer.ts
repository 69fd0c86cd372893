import type { LfsPointer } from "../model/details.ts";
import type { Repository, TreeEntry } from "../ports/repository.ts";

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

/** Reads those of the entries that are Git LFS pointers. */
export async function findPointers(
  repository: Repository,
  entries: readonly TreeEntry[],
  signal: AbortSignal,
): Promise<readonly LfsPointer[]> {
  const pointers: LfsPointer[] = [];
  let i = 0;
  for await (const { data } of repository.blobs(
    entries.map(({ oid }) => oid),
    signal,
  )) {
    const pointer = parsePointer(data, entries[i]?.path ?? "");
    if (pointer !== undefined) pointers.push(pointer);
    i += 1;
  }
  return pointers;
}
