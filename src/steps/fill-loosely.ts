import type { TreeCounts } from "../model/entry.ts";
import { ColdstoreError } from "../model/errors.ts";
import type { BytePath } from "../ports/folder.ts";
import type { FileSink, NewFile } from "../ports/restore-target.ts";
import type { EntryGuard } from "./entry-guard.ts";
import type { ExpansionLimit } from "./expansion-limit.ts";
import { loosePath } from "./loose-name.ts";
import type { RestoreOrder } from "./restore-source.ts";
import { shownPath } from "./shown-path.ts";
import type { TarMember } from "./tar-reader.ts";

/** Takes the members of an archive as they come: each begins, has its content, and ends. */
export interface MemberSink {
  begin(member: TarMember): void;
  data(data: Uint8Array): void;
  end(): void;
}

/** What an archive may grow to. */
export type Expansion = Pick<ExpansionLimit, "entry" | "bytes">;

const copyBytes = 1024 * 1024;

/** Fills a target with the members of an archive as they are, each let in by the guard. Nothing is taken from their paths. */
export class LooseFiller implements MemberSink {
  readonly #order: RestoreOrder;
  readonly #guard: Pick<EntryGuard, "admit">;
  readonly #limits: Expansion;
  /** Sizes of the files that were made. */
  readonly #files = new Map<BytePath, number>();
  readonly #folders = new Set<BytePath>();
  readonly #counts = { files: 0, dirs: 0, symlinks: 0, bytes: 0 };
  #sink: FileSink | undefined;

  constructor(order: RestoreOrder, guard: Pick<EntryGuard, "admit">, limits: Expansion) {
    this.#order = order;
    this.#guard = guard;
    this.#limits = limits;
  }

  get counts(): TreeCounts {
    return { ...this.#counts };
  }

  begin(member: TarMember): void {
    this.#limits.entry();
    const path = loosePath(member.path);
    if (path === "" && member.type === "dir") return this.#order.target.folder(path, madeOf(member));
    if (path === "") throw refused(member, `is a ${member.type} without a name of its own`);
    switch (member.type) {
      case "dir":
        return this.#folder(path, member);
      case "file":
        return this.#file(path, member);
      case "symlink":
        return this.#symlink(path, member);
      case "hardlink":
        return this.#hardlink(path, member);
      case "device":
        throw refused(member, "is a device or a pipe");
    }
  }

  data(data: Uint8Array): void {
    this.#limits.bytes(data.length);
    this.#sink?.write(data);
  }

  end(): void {
    this.#sink?.close();
    this.#sink = undefined;
  }

  #folder(path: BytePath, member: TarMember): void {
    // Archives that were added to have folders twice; no reader minds.
    if (!this.#folders.has(path)) {
      if (this.#guard.admit({ path, type: "dir" }) === "skip") return;
      this.#folders.add(path);
      this.#counts.dirs += 1;
    }
    this.#order.target.folder(path, madeOf(member));
  }

  #file(path: BytePath, member: TarMember): void {
    if (this.#guard.admit({ path, type: "file" }) === "skip") return;
    this.#sink = this.#order.target.file(path, madeOf(member));
    this.#count(path, member.size);
  }

  #symlink(path: BytePath, member: TarMember): void {
    const link = Buffer.from(member.link).toString("latin1");
    if (this.#guard.admit({ path, type: "symlink", link }) === "skip") return;
    this.#order.target.link(path, link);
    this.#counts.symlinks += 1;
  }

  /** A second name of a file that came before is a file of its own here. */
  #hardlink(path: BytePath, member: TarMember): void {
    const to = loosePath(member.link);
    const size = this.#files.get(to);
    if (size === undefined)
      throw refused(member, `is a hard link to ${shownPath(to)}, which is no file that came before it`);
    if (this.#guard.admit({ path, type: "file" }) === "skip") return;
    this.#limits.bytes(size);
    const { target } = this.#order;
    const sink = target.file(path, madeOf(member));
    for (let start = 0; start < size; start += copyBytes)
      sink.write(target.read(to, { start, end: Math.min(size, start + copyBytes) }));
    sink.close();
    this.#count(path, size);
  }

  #count(path: BytePath, size: number): void {
    this.#files.set(path, size);
    this.#counts.files += 1;
    this.#counts.bytes += size;
  }
}

function madeOf({ mode, mtime }: TarMember): NewFile {
  return { mode, mtime };
}

function refused({ path }: TarMember, why: string): ColdstoreError {
  const name = shownPath(Buffer.from(path).toString("latin1"));
  return new ColdstoreError("unsafe", `${name} isn't safe to restore: it ${why}; nothing was restored`);
}
