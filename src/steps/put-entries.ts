import type { LfsPointer } from "../model/details.ts";
import { ColdstoreError } from "../model/errors.ts";
import { textOf } from "./byte-text.ts";
import { type DiskContent, type FileEntry, findFile, type FoundFile } from "./entry-content.ts";
import type { FolderEntry } from "./folder-entry.ts";
import { lfsContent, withoutContent } from "./lfs-content.ts";
import { parsePointer } from "./lfs-pointer.ts";
import { canBePointer, explainMissing } from "./missing-lfs.ts";
import type { TarWriter } from "./tar-writer.ts";

export interface PutRequest {
  /** All that go in, in the archive's order. */
  readonly entries: readonly FolderEntry[];
  /** What a Git LFS pointer becomes: `fail` and `pointers` leave it as it is, and `fail` tells of it. */
  readonly lfs: "fail" | "include" | "pointers";
  /** Called for each pointer with `fail`; what it throws ends the tar. */
  readonly onPointer?: ((pointer: LfsPointer) => void) | undefined;
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
    const { lfs, onPointer } = this.#request;
    const mayBe = lfs !== "pointers" && canBePointer({ ...entry, bytes: data.length });
    const pointer = mayBe ? parsePointer(data, textOf(entry.path)) : undefined;
    if (pointer !== undefined && lfs === "include") return this.#included(entry, pointer);
    if (pointer !== undefined) onPointer?.(pointer);
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

  async *#included(entry: FileEntry, pointer: LfsPointer): NonNullable<Rest> {
    const { entries, signal } = this.#request;
    const { lfs: repository } = entry;
    if (repository === undefined) return;
    if ((await withoutContent(repository, [pointer])).length > 0)
      throw await explainMissing(entries.slice(entries.findIndex(({ path }) => path === entry.path)), signal);
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
