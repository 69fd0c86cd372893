import type { LfsPointer } from "../model/details.ts";
import { ColdstoreError } from "../model/errors.ts";
import type { Repository } from "../ports/repository.ts";
import { textOf } from "./byte-text.ts";
import { type DiskContent, type FileEntry, findFile, type FoundFile } from "./entry-content.ts";
import type { FolderEntry } from "./folder-entry.ts";
import { outsideOfClones } from "./archive-lfs-errors.ts";
import { lfsContent } from "./lfs-content.ts";
import { hasPointerSize, parsePointer } from "./lfs-pointer.ts";
import type { TarWriter } from "./tar-writer.ts";

export interface PutRequest {
  /** What a Git LFS pointer becomes: its content, or else it stays as it is. */
  readonly lfs: "fail" | "include" | "pointers";
  readonly signal: AbortSignal;
}

/** Work that is left of an entry, and the chunks of the tar that it fills. */
export type Rest = AsyncGenerator<Uint8Array, void, undefined> | undefined;

/** Puts entries into a tar, at once where that can be: a promise a file would cost more than the reading. */
export class EntryPutter {
  readonly #writer: TarWriter;
  readonly #request: PutRequest;

  constructor(writer: TarWriter, request: PutRequest) {
    this.#writer = writer;
    this.#request = request;
  }

  /** A folder or a link. */
  plain(entry: Exclude<FolderEntry, FileEntry>): void {
    this.#writer.whole({ ...entry, size: 0 });
  }

  /** A file on disk, as it is now. */
  file(entry: FileEntry, content: DiskContent): Rest {
    const found = findFile(entry, content);
    if (found.data === undefined) return this.#large(entry, content, found);
    return this.small({ ...entry, mode: found.mode, mtime: found.mtime }, found.data);
  }

  /** A file whose content is at hand, which may be a Git LFS pointer. */
  small(entry: FileEntry, data: Uint8Array): Rest {
    const mayBe = this.#request.lfs === "include" && hasPointerSize(data.length);
    const pointer = mayBe ? parsePointer(data, textOf(entry.path)) : undefined;
    if (pointer !== undefined) return this.#included(entry, pointer);
    this.#writer.whole({ ...headOf(entry), size: data.length }, data);
    return undefined;
  }

  /** The start of a file whose content follows in pieces. */
  start(entry: FileEntry): void {
    this.#writer.startMember({ ...headOf(entry), size: entry.bytes });
  }

  piece(data: Uint8Array): readonly Uint8Array[] {
    this.#writer.content(data);
    return this.#writer.full();
  }

  /** The end of such a file; throws `source` when there was more or less of it than its head says. */
  end({ path, bytes }: FileEntry): void {
    const had = this.#writer.endMember();
    if (had !== bytes)
      throw new ColdstoreError("source", `${textOf(path)} has ${had} bytes where ${bytes} were expected; run again`);
  }

  async *#large(entry: FileEntry, { disk, path }: DiskContent, found: FoundFile): NonNullable<Rest> {
    const { mode, mtime, looked } = found;
    yield* this.#pieces(
      { ...entry, mode, mtime, bytes: looked.bytes },
      disk.stream(path, looked, this.#request.signal),
    );
  }

  /** Contents that are missing are looked for before; here they have gone since, or the pointer has come. */
  async *#included(entry: FileEntry, pointer: LfsPointer): NonNullable<Rest> {
    const { lfs: repository = noClone(pointer) } = entry;
    const { signal } = this.#request;
    yield* this.#pieces({ ...entry, bytes: pointer.bytes }, lfsContent({ repository, pointer, signal }));
  }

  async *#pieces(entry: FileEntry, pieces: AsyncIterable<Uint8Array>): NonNullable<Rest> {
    this.start(entry);
    for await (const piece of pieces) yield* this.piece(piece);
    this.end(entry);
  }
}

function headOf({ path, mode, mtime }: FileEntry): Pick<FileEntry, "path" | "mode" | "mtime" | "type"> {
  return { path, type: "file", mode, mtime };
}

/** A clone that has no content, and says so. */
function noClone(pointer: LfsPointer): Pick<Repository, "lfsFile"> {
  return {
    lfsFile: async () => {
      throw outsideOfClones([{ pointer }]);
    },
  };
}
