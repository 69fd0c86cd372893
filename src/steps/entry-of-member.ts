import type { LfsPointer } from "../model/details.ts";
import type { Entry, TreeCounts } from "../model/entry.ts";
import { ColdstoreError } from "../model/errors.ts";
import { nameOf } from "./file-list-lines.ts";
import { parsePointer } from "./lfs-pointer.ts";
import type { ReadMember } from "./read-entries.ts";

/**
 * The entry that a member of a tar is, its path without the prefix (empty, or with a trailing slash); undefined for the
 * prefix's own folders. Gives a sentence's end instead when it is none that an archive of ours has.
 */
export function entryOfMember({ member, sha256 }: ReadMember, prefix: Uint8Array): Entry | string | undefined {
  const inside = withoutPrefix(member.path, prefix);
  if (inside === undefined) return `lies outside the folder ${Buffer.from(prefix).toString()}`;
  if (inside.length === 0) return member.type === "dir" ? undefined : "has the name of the folder that all is in";
  const name = nameOf(inside.at(-1) === 0x2f ? inside.subarray(0, -1) : inside);
  const { type, mode, size, offset } = member;
  const common = { path: name.text, ...(name.bytes && { pathBytes: name.bytes }), mode };
  switch (type) {
    case "file":
      return { ...common, type, size, ...(sha256 !== undefined && { sha256 }), offset };
    case "dir":
      return { ...common, type, size };
    case "symlink": {
      const link = nameOf(member.link);
      return { ...common, type, size, link: link.text, ...(link.bytes && { linkBytes: link.bytes }) };
    }
    case "hardlink":
    case "device":
      return `is a ${type}`;
  }
}

/** Counts entries as they come. */
class EntryCounter {
  #files = 0;
  #dirs = 0;
  #symlinks = 0;
  #bytes = 0;

  add(entry: Entry): void {
    if (entry.type === "file") this.#files += 1;
    else if (entry.type === "dir") this.#dirs += 1;
    else this.#symlinks += 1;
    this.#bytes += entry.size;
  }

  counts(): TreeCounts {
    return { files: this.#files, dirs: this.#dirs, symlinks: this.#symlinks, bytes: this.#bytes };
  }
}

/** Entries and LFS pointers of a tar whose members all lie under the prefix. Anything else is a bug of who made the tar. */
export class EntrySurvey {
  readonly lfs: LfsPointer[] = [];
  readonly #counter = new EntryCounter();
  readonly #prefix: Uint8Array;
  readonly #onPointer: ((pointer: LfsPointer) => void) | undefined;

  /** `onPointer` is told of each pointer when it comes; what it throws goes to who adds. */
  constructor(prefix: string, onPointer?: (pointer: LfsPointer) => void) {
    this.#prefix = Buffer.from(prefix);
    this.#onPointer = onPointer;
  }

  add(read: ReadMember): Entry | undefined {
    const entry = entryOfMember(read, this.#prefix);
    if (typeof entry === "string")
      throw new ColdstoreError("bug", `${Buffer.from(read.member.path).toString()} in the tar ${entry}.`);
    if (entry === undefined) return undefined;
    this.#counter.add(entry);
    this.#lookForPointer(read, entry);
    return entry;
  }

  counts(): TreeCounts {
    return this.#counter.counts();
  }

  #lookForPointer({ small }: ReadMember, { path }: Entry): void {
    const pointer = small === undefined ? undefined : parsePointer(small, path);
    if (pointer === undefined) return;
    this.lfs.push(pointer);
    this.#onPointer?.(pointer);
  }
}

/** `a/` of prefix `a/b/` is one of its folders: the empty rest. */
function withoutPrefix(path: Uint8Array, prefix: Uint8Array): Uint8Array | undefined {
  if (Buffer.compare(path.subarray(0, prefix.length), prefix) === 0) return path.subarray(prefix.length);
  const isAncestor = path.at(-1) === 0x2f && Buffer.compare(prefix.subarray(0, path.length), path) === 0;
  return isAncestor ? new Uint8Array() : undefined;
}
