import { ColdstoreError } from "../../src/model/errors.ts";
import type { BytePath } from "../../src/ports/folder.ts";
import type { FileSink, NewFile, RestoreTarget, TargetTraits } from "../../src/ports/restore-target.ts";
import type { ByteRange } from "../../src/ports/store.ts";

/** What lies at a path; a folder that was only made for what is in it has the bits 0755 and no time. */
export type RestoredEntry =
  | { readonly type: "file"; readonly mode: number; readonly mtime?: number; readonly data: Uint8Array }
  | { readonly type: "dir"; readonly mode: number; readonly mtime?: number }
  | { readonly type: "symlink"; readonly link: BytePath };

export type TargetCall = "folder" | "file" | "write" | "close" | "link" | "publish";

export interface MemoryTargetOptions {
  /** Those of Linux unless told. */
  readonly traits?: Partial<TargetTraits>;
  /** 022 unless told. */
  readonly umask?: number;
  /** A drill's can't be published. */
  readonly drill?: boolean;
}

/** A target in memory that keeps the contract, can be looked at, and can be told to fail. */
export class MemoryTarget implements RestoreTarget {
  readonly traits: TargetTraits;
  /** What was published, by path; undefined until then. The root folder is the empty path. */
  published: ReadonlyMap<BytePath, RestoredEntry> | undefined;
  disposed = false;
  /** Bytes that were written, to all files together. */
  written = 0;
  readonly #drill: boolean;
  readonly #umask: number;
  readonly #entries = new Map<BytePath, RestoredEntry>();
  readonly #links = new Map<BytePath, BytePath>();
  readonly #names = new Map<string, BytePath>();
  readonly #faults: {
    readonly call: TargetCall;
    readonly path: BytePath | undefined;
    readonly error: ColdstoreError;
  }[] = [];

  constructor({ traits, umask = 0o022, drill = false }: MemoryTargetOptions = {}) {
    const linux = { symlinks: true, modes: true, foldsCase: false, normalizes: false, windowsNames: false };
    this.traits = { ...linux, anyBytes: true, ...traits };
    this.#drill = drill;
    this.#umask = umask;
  }

  /** Makes one kind of call fail, of one path or of any. */
  fail(call: TargetCall, error: ColdstoreError, path?: BytePath): void {
    this.#faults.push({ call, path, error });
  }

  /** What lies in it so far, in byte order; links only when it is published. */
  get held(): ReadonlyMap<BytePath, RestoredEntry> {
    return new Map([...this.#entries].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  folder(path: BytePath, { mode, mtime }: NewFile): void {
    this.#begin("folder", path);
    this.#makeFolder(path);
    this.#entries.set(path, { type: "dir", mode: this.#bits(mode, 0o755), ...(mtime !== undefined && { mtime }) });
  }

  file(path: BytePath, { mode, mtime }: NewFile): FileSink {
    this.#begin("file", path);
    if (path === "") throw notAPath(path);
    this.#makeAbove(path);
    this.#claim(path);
    const chunks: Uint8Array[] = [];
    const put = (): void => {
      const time = mtime !== undefined && { mtime };
      this.#entries.set(path, {
        type: "file",
        mode: this.#bits(mode, 0o644),
        ...time,
        data: new Uint8Array(Buffer.concat(chunks)),
      });
    };
    put();
    return {
      write: (data) => {
        this.#begin("write", path);
        this.written += data.length;
        // A caller may use its buffer again.
        chunks.push(new Uint8Array(data));
      },
      close: () => {
        this.#begin("close", path);
        put();
      },
    };
  }

  link(path: BytePath, link: BytePath): void {
    this.#begin("link", path);
    this.#makeAbove(path);
    if (this.#links.has(path)) throw taken(path);
    this.#links.set(path, link);
  }

  read(path: BytePath, range?: ByteRange): Uint8Array {
    this.#check(path);
    const entry = this.#entries.get(path);
    if (entry?.type !== "file") throw new ColdstoreError("store", `can't read ${path}: no such file was made`);
    return range === undefined ? entry.data : entry.data.subarray(range.start, range.end);
  }

  async publish(): Promise<void> {
    if (this.#drill) throw new ColdstoreError("bug", "a drill isn't published");
    this.#begin("publish", "");
    for (const [path, link] of this.#links) {
      this.#claim(path);
      if (!this.traits.symlinks) throw new ColdstoreError("store", `can't make the link ${path}: there are none here`);
      this.#entries.set(path, { type: "symlink", link });
    }
    if (!this.#entries.has("")) this.#entries.set("", { type: "dir", mode: 0o755 });
    this.published = this.held;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.disposed = true;
  }

  #begin(call: TargetCall, path: BytePath): void {
    if (this.disposed || this.published !== undefined)
      throw new ColdstoreError("bug", `${call} ${path} of a target that is done`);
    this.#check(path);
    const fault = this.#faults.find((one) => one.call === call && (one.path ?? path) === path);
    if (fault !== undefined) throw fault.error;
  }

  #check(path: BytePath): void {
    if (path !== "" && path.split("/").some((part) => ["", ".", ".."].includes(part) || part.includes("\0")))
      throw notAPath(path);
    if (path.split("/").some((part) => part.length > 255))
      throw new ColdstoreError("store", `can't make ${path}: its name is too long`);
  }

  #makeAbove(path: BytePath): void {
    if (path.includes("/")) this.#makeFolder(path.slice(0, path.lastIndexOf("/")));
  }

  #makeFolder(path: BytePath): void {
    if (path === "" || this.#entries.get(path)?.type === "dir") return;
    this.#makeAbove(path);
    this.#claim(path);
    this.#entries.set(path, { type: "dir", mode: this.#bits(0o755, 0o755) });
  }

  /** Takes a name, which has to be free by the rules of this file system. */
  #claim(path: BytePath): void {
    let name = Buffer.from(path, "latin1").toString("utf8");
    if (!this.traits.anyBytes && Buffer.from(name, "utf8").toString("latin1") !== path)
      throw new ColdstoreError("store", `can't make ${name}: its name isn't Unicode`);
    if (this.traits.normalizes) name = name.normalize("NFC");
    if (this.traits.foldsCase) name = name.toUpperCase().toLowerCase();
    const key = this.traits.normalizes || this.traits.foldsCase ? name : path;
    if (this.#names.has(key)) throw taken(path);
    this.#names.set(key, path);
  }

  #bits(mode: number, without: number): number {
    return this.traits.modes ? mode & 0o777 & ~this.#umask : without;
  }
}

function notAPath(path: BytePath): ColdstoreError {
  return new ColdstoreError("bug", `"${path}" can't be a path in a target`);
}

function taken(path: BytePath): ColdstoreError {
  return new ColdstoreError("unsafe", `can't make ${path}: something is there already`);
}
