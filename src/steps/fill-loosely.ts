import type { TreeCounts } from "../model/entry.ts";
import { ColdstoreError } from "../model/errors.ts";
import type { BytePath } from "../ports/folder.ts";
import type { FileSink } from "../ports/restore-target.ts";
import { textOf } from "./byte-text.ts";
import type { EntryGuard } from "./entry-guard.ts";
import { loosePath } from "./loose-name.ts";
import type { RestoreOrder } from "./restore-source.ts";
import type { TarMember } from "./tar-reader.ts";

/** Takes the members of an archive as they come: each begins, has its content, and ends. */
export interface MemberSink {
  begin(member: TarMember): void;
  data(data: Uint8Array): void;
  end(): void;
}

/** What an archive that nothing vouches for may grow to: each call throws `unsafe` when that is too much. */
export interface Expansion {
  entry(): void;
  /** To be told before they are written. */
  bytes(count: number): void;
}

interface MadeFile {
  readonly size: number;
}

/** Fills a target with the members of an archive as they are, each let in by the guard. Nothing is taken from their paths. */
export class LooseFiller implements MemberSink {
  readonly #order: RestoreOrder;
  readonly #guard: Pick<EntryGuard, "admit">;
  readonly #limits: Expansion;
  readonly #files = new Map<BytePath, MadeFile>();
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
    if (path === "" && member.type === "dir") return;
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
        throw refused(member, "is a device or a pipe, and none is made");
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

  #folder(path: BytePath, { mode, mtime }: TarMember): void {
    if (this.#guard.admit({ path, type: "dir" }) === "skip") return;
    this.#order.target.folder(path, { mode, mtime });
    this.#counts.dirs += 1;
  }

  #file(path: BytePath, { mode, mtime, size }: TarMember): void {
    if (this.#guard.admit({ path, type: "file" }) === "skip") return;
    this.#sink = this.#order.target.file(path, { mode, mtime });
    this.#made(path, size);
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
    const file = this.#files.get(to);
    if (file === undefined)
      throw refused(member, `is a hard link to ${textOf(to)}, which is no file that came before it`);
    if (this.#guard.admit({ path, type: "file" }) === "skip") return;
    this.#limits.bytes(file.size);
    const { mode, mtime } = member;
    const sink = this.#order.target.file(path, { mode, mtime });
    sink.write(this.#order.target.read(to));
    sink.close();
    this.#made(path, file.size);
  }

  #made(path: BytePath, size: number): void {
    this.#files.set(path, { size });
    this.#counts.files += 1;
    this.#counts.bytes += size;
  }
}

function refused({ path }: TarMember, why: string): ColdstoreError {
  return new ColdstoreError("unsafe", `${Buffer.from(path).toString()} ${why}`);
}
