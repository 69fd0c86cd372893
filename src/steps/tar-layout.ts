import { bytePathOf, type SnapshotEntry } from "./commit-tree.ts";
import { tarHead } from "./write-tar-header.ts";

const block = 512;
const record = 10240;

/**
 * Computes where `git archive` puts each entry in its tar, from sizes alone: a global pax header with the commit, the
 * prefix folder, then per entry a header (and a pax header for what ustar can't hold) and the content in 512-byte blocks.
 * Source: git's archive-tar.c.
 */
export class TarLayout {
  readonly #prefix: Buffer;
  #offset: number;

  constructor(prefix: string, commit: string) {
    this.#prefix = Buffer.from(prefix);
    const comment = paxRecordBytes("comment", commit.length);
    this.#offset = block + padded(comment);
    if (!prefix.endsWith("/")) return;
    // Git writes its folder with one slash at the end, however many there are.
    const folder = Buffer.from(prefix.replace(/\/+$/, "/"));
    this.#offset += paxHeader(fitsUstar(folder) ? 0 : paxRecordBytes("path", folder.length)) + block;
  }

  /** Makes room for the next entry; gives the offset of its content. */
  place(entry: SnapshotEntry): number {
    const head = entry.lfs === undefined ? this.#paxBytes(entry) + block : this.#ownHeadBytes(entry);
    const content = this.#offset + head;
    this.#offset = content + (entry.type === "file" ? padded(entry.bytes) : 0);
    return content;
  }

  /** Bytes of the whole tar: two zero blocks at least, filled up to a record of 10,240 bytes. */
  end(): number {
    return Math.ceil((this.#offset + 2 * block) / record) * record;
  }

  /** Contents of Git LFS are put in with a header that isn't git's. */
  #ownHeadBytes(entry: SnapshotEntry): number {
    const path = Buffer.concat([this.#prefix, Buffer.from(bytePathOf(entry), "latin1")]);
    return tarHead({ path, type: "file", mode: 0, size: entry.bytes, mtime: 0, owner: "root" }).length;
  }

  #paxBytes(entry: SnapshotEntry): number {
    const slash = entry.type === "dir" || entry.type === "submodule" ? "/" : "";
    const length = this.#prefix.length + (entry.pathBytes?.length ?? Buffer.byteLength(entry.path)) + slash.length;
    let bytes = 0;
    if (length > 100) {
      const path = Buffer.concat([this.#prefix, entry.pathBytes ?? Buffer.from(entry.path), Buffer.from(slash)]);
      if (!fitsUstar(path)) bytes += paxRecordBytes("path", length);
    }
    if (entry.type === "symlink" && entry.bytes > 100) bytes += paxRecordBytes("linkpath", entry.bytes);
    if (entry.type === "file" && entry.bytes > 0o77777777777)
      bytes += paxRecordBytes("size", String(entry.bytes).length);
    return paxHeader(bytes);
  }
}

function paxHeader(recordBytes: number): number {
  return recordBytes === 0 ? 0 : block + padded(recordBytes);
}

/** A path over 100 bytes fits when it can be cut at a slash into at most 155 and 100 bytes. */
function fitsUstar(path: Uint8Array): boolean {
  if (path.length <= 100) return true;
  const slash = 0x2f;
  let cut = Math.min(path.at(-1) === slash ? path.length - 1 : path.length, 155);
  do cut -= 1;
  while (cut > 0 && path[cut] !== slash);
  return cut > 0 && path.length - cut - 1 <= 100;
}

/** Bytes of a pax record, `<length> <key>=<value>\n`, where the length counts its own digits. */
function paxRecordBytes(key: string, valueBytes: number): number {
  const rest = key.length + valueBytes + 3;
  let total = rest + String(rest).length;
  if (rest + String(total).length > total) total += 1;
  return total;
}

function padded(bytes: number): number {
  return Math.ceil(bytes / block) * block;
}
