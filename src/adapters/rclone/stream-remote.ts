import { asColdstoreError, ColdstoreError } from "../../model/errors.ts";
import type { Io } from "../../ports/store.ts";
import { digestError } from "./check-fetched.ts";
import { checkOf, digesterOf } from "./file-digest.ts";
import type { FarFiles } from "./far-files.ts";
import { findAgain } from "./find-again.ts";
import type { RemoteFile } from "./rclone.ts";
import { changedMeanwhile, remoteError } from "./remote-error.ts";

const breaks = 3;

/** A file, and the byte that it is wanted from. */
export interface StreamOrder {
  readonly file: RemoteFile;
  readonly from: number;
}

/**
 * The content of a file straight from the remote; a stream that breaks off is taken up where it was, if a digest will tell
 * that it was the same file. Rejects with a transient `source` when size or digest aren't those of the remote; of a part the
 * digest isn't known. Returns by what the whole was checked.
 */
export async function* streamRemote(
  far: FarFiles,
  { file, from }: StreamOrder,
  io: Io,
): AsyncGenerator<Uint8Array, string, undefined> {
  const { path, bytes } = file;
  const kind = far.late ? far.hashes[0] : checkOf(file.hashes)?.name;
  const digester = from === 0 ? digesterOf(kind ?? "") : undefined;
  let at = from;
  for (let broken = 0; ;) {
    try {
      const range = at === 0 ? undefined : { start: at, end: bytes };
      for await (const piece of pieces(await far.rclone.cat(path, range, io))) {
        at += piece.length;
        if (at > bytes) throw changedMeanwhile(path);
        digester?.update(piece);
        yield piece;
      }
      break;
    } catch (thrown) {
      io.signal.throwIfAborted();
      broken += 1;
      const { failure, transient } = asColdstoreError(thrown);
      if (failure === "not-found") throw changedMeanwhile(path);
      if (!transient || failure === "source" || digester === undefined || broken > breaks)
        throw remoteError(thrown, `can't read ${path}`);
    }
  }
  if (at !== bytes) throw changedMeanwhile(path);
  if (digester === undefined) return "size";
  return checkWhole(far, { file, found: digester.hex() }, io);
}

/** Compares with the digest that the remote has listed, or tells now. */
async function checkWhole(
  { rclone, hashes, late }: FarFiles,
  { file, found }: { readonly file: RemoteFile; readonly found: string },
  io: Io,
): Promise<string> {
  const [again] = late ? await findAgain(rclone, { files: [{ path: file.path, of: file }], hashes }, io) : [];
  const told = late ? again?.now : file;
  if (told?.bytes !== file.bytes || told.modified?.getTime() !== file.modified?.getTime())
    throw changedMeanwhile(file.path);
  const unlike = digestError(rclone, told, found);
  if (unlike !== undefined) throw new ColdstoreError("source", unlike.message, { transient: true });
  return checkOf(told.hashes)?.name ?? "size";
}

async function* pieces(stream: AsyncIterable<unknown>): AsyncGenerator<Uint8Array> {
  for await (const piece of stream) if (piece instanceof Uint8Array) yield piece;
}
