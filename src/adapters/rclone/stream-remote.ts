import { asColdstoreError } from "../../model/errors.ts";
import type { Io } from "../../ports/store.ts";
import { digestError } from "./check-fetched.ts";
import { checkOf, digesterOf } from "./file-digest.ts";
import type { Rclone, RemoteFile } from "./rclone.ts";
import { changedMeanwhile, remoteError } from "./remote-error.ts";

const breaks = 3;

/** A file, and the byte that it is wanted from. */
export interface StreamOrder {
  readonly file: RemoteFile;
  readonly from: number;
}

/**
 * The content of a file straight from the remote; a stream that breaks off is taken up where it was, if a digest will tell
 * that it was the same file. Rejects with a transient `source` when size or digest aren't those that were listed; of a part the
 * digest isn't known.
 */
export async function* streamRemote(rclone: Rclone, { file, from }: StreamOrder, io: Io): AsyncGenerator<Uint8Array> {
  const { path, bytes, hashes } = file;
  const digester = from === 0 ? digesterOf(checkOf(hashes)?.name ?? "") : undefined;
  let at = from;
  for (let broken = 0; ;) {
    try {
      const range = at === 0 ? undefined : { start: at, end: bytes };
      for await (const piece of pieces(await rclone.cat(path, range, io))) {
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
  const unlike = digester && digestError(rclone, file, digester.hex());
  if (unlike !== undefined) throw changedMeanwhile(path);
}

async function* pieces(stream: AsyncIterable<unknown>): AsyncGenerator<Uint8Array> {
  for await (const piece of stream) if (piece instanceof Uint8Array) yield piece;
}
