import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import type { LfsPointer } from "../model/details.ts";
import { ColdstoreError } from "../model/errors.ts";
import { formatCount } from "../model/units.ts";
import type { Repository } from "../ports/repository.ts";
import { namePointers } from "./lfs-pointer.ts";

export interface LfsContentRequest {
  /** The clone that the pointer is in. */
  readonly repository: Pick<Repository, "lfsFile">;
  readonly pointer: LfsPointer;
  readonly signal: AbortSignal;
}

const chunkBytes = 1024 * 1024;

/**
 * What a Git LFS pointer stands for, in chunks of at most 1 MiB. Its size and SHA-256 are checked on the way: rejects with
 * `source` at the end of a content that isn't the one, before more bytes than the pointer says, and when it isn't there.
 */
export async function* lfsContent({ repository, pointer, signal }: LfsContentRequest): AsyncGenerator<Uint8Array> {
  signal.throwIfAborted();
  // Git LFS keeps no object of an empty file.
  if (pointer.bytes === 0 && pointer.oid === createHash("sha256").digest("hex")) return;
  const file = await repository.lfsFile(pointer);
  if (file === undefined) throw missingLfsError([pointer]);
  const sha256 = createHash("sha256");
  let bytes = 0;
  for await (const chunk of chunksOf(file, pointer, signal)) {
    bytes += chunk.length;
    if (bytes > pointer.bytes) break;
    sha256.update(chunk);
    yield chunk;
  }
  if (bytes !== pointer.bytes) throw wrongContent(pointer, bytes > pointer.bytes ? "more bytes" : "fewer bytes");
  if (sha256.digest("hex") !== pointer.oid) throw wrongContent(pointer, "another SHA-256");
}

/** A part of a content, from one byte up to (not with) another, unchecked; nothing when it isn't there. */
export async function* lfsPart(
  { repository, pointer, signal }: LfsContentRequest,
  { from, to }: { readonly from: number; readonly to: number },
): AsyncGenerator<Uint8Array, void, undefined> {
  const file = await repository.lfsFile(pointer);
  if (file === undefined) return;
  for await (const data of createReadStream(file, { start: from, end: to - 1, signal })) yield data as Uint8Array;
}

/** Those of the pointers whose content a clone hasn't got. */
export async function withoutContent(
  repository: Pick<Repository, "lfsFile">,
  pointers: Iterable<LfsPointer>,
): Promise<readonly LfsPointer[]> {
  const missing: LfsPointer[] = [];
  for (const pointer of pointers)
    if (pointer.bytes > 0 && (await repository.lfsFile(pointer)) === undefined) missing.push(pointer);
  return missing;
}

/** Where missing contents could be fetched, and what else could be done. */
export interface MissingFrom {
  readonly commit?: string;
  /** Path of the submodule whose clone hasn't got them. */
  readonly folder?: string | undefined;
  /** The end of the sentence. */
  readonly orElse?: string;
}

/** Says which Git LFS contents aren't in a clone, and how to get them there. */
export function missingLfsError(pointers: readonly LfsPointer[], from: MissingFrom = {}): ColdstoreError {
  const { commit = "HEAD", folder, orElse = "" } = from;
  const inside = folder === undefined ? "" : `-C ${shellWord(folder)} `;
  return new ColdstoreError(
    "source",
    `the contents of ${formatCount(pointers.length, "Git LFS file")} can't be included, since this clone hasn't got them: ${namePointers(pointers)}; ` +
      `fetch them with \`git ${inside}lfs fetch origin ${commit}\`${orElse}`,
    { remedy: { checkout: { lfs: "true" } } },
  );
}

function shellWord(text: string): string {
  return /^[\w./@+-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

async function* chunksOf(file: string, pointer: LfsPointer, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const stream = createReadStream(file, { highWaterMark: chunkBytes, signal });
  try {
    for await (const chunk of stream) yield chunk as Uint8Array;
  } catch (error) {
    signal.throwIfAborted();
    const reason = error instanceof Error ? error.message : String(error);
    throw new ColdstoreError("source", `the Git LFS content of ${pointer.path} can't be read: ${reason}`, {
      cause: error,
    });
  } finally {
    stream.destroy();
  }
}

function wrongContent({ path, oid, bytes }: LfsPointer, has: string): ColdstoreError {
  return new ColdstoreError(
    "source",
    `the Git LFS content of ${path} is damaged in this clone: it has ${has} than sha256:${oid} of ${bytes} bytes; ` +
      "run `git lfs fsck`, which puts it aside, and `git lfs fetch` in that clone",
  );
}
