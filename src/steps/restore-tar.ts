import { addAbortSignal } from "node:stream";
import { asColdstoreError, ColdstoreError } from "../model/errors.ts";
import { blockIndexOf, filesOf, type ManifestArtifact } from "../model/manifest.ts";
import type { Io } from "../ports/store.ts";
import { codecOf } from "./block-codec.ts";
import { DigestedFile } from "./digested-file.ts";
import { inflateBlocks, type Piece, type Surroundings } from "./inflate-blocks.ts";
import { openJoined } from "./joined-file.ts";
import type { ListedOrder } from "./restore-list.ts";
import type { RestoreSource } from "./restore-source.ts";
import { TarFiller } from "./tar-filler.ts";

/**
 * Fills a target from a tar, tar.gz or tar.zst of a set, every byte compared with the file list, the whole with its digest.
 * Rejects with `integrity`, naming the archive, when it isn't what the manifest says; the target is of no use then.
 */
export async function restoreTar(
  source: RestoreSource,
  artifact: ManifestArtifact,
  { listed: expected, skipped, target }: ListedOrder,
  io: Io,
): Promise<void> {
  const { store, prefix, content } = source;
  const file = filesOf(artifact).map(({ name, bytes }) => ({ key: prefix + name, bytes }));
  const opened = addAbortSignal(io.signal, await openJoined(store, { file }, io));
  const archive = new DigestedFile(artifact);
  const filler = new TarFiller({ expected, skipped, target, prefix: content.prefix, commit: content.source?.commit });
  try {
    for await (const piece of piecesOf(archive.through(opened), source, artifact)) {
      io.signal.throwIfAborted();
      if ("lost" in piece) throw new ColdstoreError("integrity", `${piece.detail}. Use another copy of the set.`);
      filler.push(piece.data);
    }
    filler.end();
    archive.end();
  } catch (thrown) {
    io.signal.throwIfAborted();
    throw ofArchive(artifact.name, thrown);
  } finally {
    opened.destroy();
  }
}

async function* piecesOf(
  source: AsyncIterable<Uint8Array>,
  { content }: RestoreSource,
  artifact: ManifestArtifact,
): AsyncGenerator<Piece, void, undefined> {
  const [codec, blocks] = [codecOf(artifact.format ?? "tar"), blockIndexOf(artifact)];
  if (codec !== undefined && blocks !== undefined) {
    const around: Surroundings = { header: Buffer.alloc(0), tail: Buffer.alloc(0) };
    const file = { codec, blocks, bytes: artifact.bytes, plainBytes: content.tar.bytes };
    for await (const piece of inflateBlocks(source, file, around)) {
      yield piece;
      if ("data" in piece) letGo(piece.data);
    }
    return;
  }
  let start = 0;
  for await (const data of source) {
    yield { start, data };
    start += data.length;
  }
}

// Smaller ones may share their memory with other buffers (Buffer.poolSize), and can't be taken from them.
const surelyOwnBytes = 256 * 1024;

/** Frees a block at once: the collector comes to it late, and each time looks at the whole file list, too. */
function letGo({ buffer, length }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && length >= surelyOwnBytes) buffer.transfer(0);
}

function ofArchive(name: string, thrown: unknown): unknown {
  const error = asColdstoreError(thrown);
  if (error.failure !== "integrity") return thrown;
  return new ColdstoreError("integrity", `${name}: ${error.message}`, { cause: error });
}
