import { ColdstoreError } from "../../src/model/errors.ts";
import type {
  BytePath,
  Candidate,
  DiskEntry,
  DiskName,
  DiskType,
  FetchedFiles,
  FolderDisk,
  GitListing,
  SourceFolder,
} from "../../src/ports/folder.ts";
import type { Repository } from "../../src/ports/repository.ts";
import type { FolderUnderTest } from "../contracts/folder-contract.ts";

/** What lies under a path: text or bytes of a file, or something else. Times are seconds since 1970. */
export type MemoryFile =
  | string
  | Uint8Array
  | {
      readonly content: string;
      readonly executable?: boolean;
      readonly mtime?: number;
      readonly unreadable?: string;
    }
  | { readonly link: BytePath; readonly mtime?: number }
  | { readonly special: "fifo" | "socket" | "device" }
  /** A folder; `closed`: nobody may read it. */
  | { readonly folder: "open" | "closed" };

export interface MemoryFolderSpec {
  readonly files?: Readonly<Record<BytePath, MemoryFile>>;
  /** Files around the folder, by absolute path. */
  readonly around?: Readonly<Record<BytePath, MemoryFile>>;
  /** Absent: there is no git. */
  readonly git?: MemoryGit;
  readonly repository?: Repository;
  readonly inRepository?: BytePath;
  /** Repositories in it. */
  readonly nested?: Readonly<Record<BytePath, MemoryFolderSpec>>;
  /** Absolute; `/memory/project` if nobody says. */
  readonly path?: string;
  /** Contents have to be fetched before they can be read, so many files at once. */
  readonly batches?: number;
}

/** What git would say; the fake knows no rules. */
export interface MemoryGit {
  readonly tracked?: readonly BytePath[];
  /** What .gitignore files leave out; a path that ends with a slash is a folder with all that is in it. */
  readonly ignored?: readonly BytePath[];
  /** Commits by path. */
  readonly submodules?: Readonly<Record<BytePath, string>>;
  readonly sparse?: readonly BytePath[];
  readonly unmerged?: readonly BytePath[];
  /** The files are byte for byte what the index has; true if nobody says. */
  readonly faithful?: boolean;
}

/** A folder that is nowhere but in memory, and what git says of it. */
export function memoryFolder(spec: MemoryFolderSpec = {}): SourceFolder {
  const path = spec.path ?? "/memory/project";
  const tree = new MemoryTree(path);
  fill(tree, path, spec);
  return sourceOf(tree, path, spec);
}

/** The same for the contract that every folder keeps. */
export function memoryFolderUnderTest(batches?: number): FolderUnderTest {
  const root = "/memory/project";
  const tree = new MemoryTree(root);
  const full = (path: BytePath): BytePath => `${root}/${path}`;
  return {
    disk: batches === undefined ? new MemoryDisk(tree, root) : new FarDisk(tree, root, batches),
    root,
    write: (path, content, as = {}) =>
      tree.put(full(path), {
        type: "file",
        data: Buffer.from(content),
        executable: as.executable === true,
        mtime: as.mtime ?? 0,
      }),
    link: (path, target) => tree.put(full(path), { type: "symlink", data: Buffer.from(target, "latin1") }),
    folder: (path) => tree.put(full(path), { type: "dir" }),
    remove: (path) => tree.remove(full(path)),
    move: (from, to) => tree.move(full(from), full(to)),
    [Symbol.asyncDispose]: async () => {},
  };
}

function fill(tree: MemoryTree, path: string, { files = {}, around = {}, nested = {} }: MemoryFolderSpec): void {
  for (const [name, file] of Object.entries(files)) tree.put(`${path}/${name}`, nodeOf(file));
  for (const [name, file] of Object.entries(around)) tree.put(name, nodeOf(file));
  for (const [name, inner] of Object.entries(nested)) {
    tree.put(`${path}/${name}/.git/HEAD`, nodeOf("ref: refs/heads/main\n"));
    fill(tree, `${path}/${name}`, inner);
  }
}

function sourceOf(tree: MemoryTree, path: string, spec: MemoryFolderSpec): SourceFolder {
  return {
    path,
    disk: spec.batches === undefined ? new MemoryDisk(tree, path) : new FarDisk(tree, path, spec.batches),
    inRepository: spec.inRepository ?? "",
    ...(spec.repository && { repository: spec.repository }),
    ...(spec.git && { git: listingOf(spec, spec.git), gitVersion: "2.39.5" }),
    nested: async (inner) => sourceOf(tree, `${path}/${inner}`, spec.nested?.[inner] ?? {}),
  };
}

function listingOf(spec: MemoryFolderSpec, git: MemoryGit): GitListing {
  const { tracked = [], ignored = [], submodules = {}, sparse = [], unmerged = [] } = git;
  const isIgnored = (path: BytePath): boolean =>
    ignored.some((one) => one === path || (one.endsWith("/") && path.startsWith(one)));
  const untracked = Object.entries(spec.files ?? {}).flatMap(([path, file]) => {
    const plain = typeof file === "string" || file instanceof Uint8Array || "content" in file || "link" in file;
    const own = path.split("/").includes(".git");
    return !plain || own || tracked.includes(path) || unmerged.includes(path) ? [] : path;
  });
  const candidates: readonly Candidate[] = [
    ...untracked.filter((path) => !isIgnored(path)).map((path): Candidate => ({ path, kind: "file", tracked: false })),
    ...[...tracked, ...sparse].map((path): Candidate => ({
      path,
      kind: "file",
      tracked: true,
      ...(sparse.includes(path) && { state: "sparse" }),
    })),
    ...unmerged.map((path): Candidate => ({ path, kind: "file", tracked: true, state: "unmerged" })),
    ...Object.entries(submodules).map(([path, commit]): Candidate => ({
      path,
      kind: "submodule",
      tracked: true,
      commit,
    })),
    ...Object.keys(spec.nested ?? {}).map((path): Candidate => ({ path, kind: "nested", tracked: false })),
  ];
  return {
    candidates: (signal) => inBatches(candidates, signal),
    ignored: (signal) => inBatches(untracked.filter(isIgnored), signal),
    ignoredRoots: (signal) => inBatches(ignored, signal),
    trackedButIgnored: (signal) => inBatches(tracked.filter(isIgnored), signal),
    faithful: async () => git.faithful ?? true,
  };
}

async function* inBatches<T>(all: readonly T[], signal: AbortSignal): AsyncGenerator<readonly T[]> {
  for (let i = 0; i < all.length; i += 2) {
    signal.throwIfAborted();
    yield all.slice(i, i + 2);
  }
}

interface Node {
  readonly type: DiskType;
  /** Of a file its content, of a link its target. */
  readonly data: Uint8Array;
  readonly executable: boolean;
  readonly mtime: number;
  readonly closed: boolean;
  readonly unreadable?: string | undefined;
  /** No two that were ever put in are equal. */
  readonly serial: number;
}

function nodeOf(file: MemoryFile): Partial<Node> & Pick<Node, "type"> {
  if (typeof file === "string" || file instanceof Uint8Array) return { type: "file", data: Buffer.from(file) };
  if ("link" in file) return { type: "symlink", data: Buffer.from(file.link, "latin1"), mtime: file.mtime ?? 0 };
  if ("special" in file) return { type: file.special };
  if ("folder" in file) return { type: "dir", closed: file.folder === "closed" };
  return {
    type: "file",
    data: Buffer.from(file.content),
    executable: file.executable === true,
    mtime: file.mtime ?? 0,
    unreadable: file.unreadable,
  };
}

/** Nodes by absolute path. */
class MemoryTree {
  readonly nodes = new Map<BytePath, Node>();
  #serial = 0;

  constructor(root: BytePath) {
    this.put(root, { type: "dir" });
  }

  put(path: BytePath, node: Partial<Node> & Pick<Node, "type">): void {
    this.#makeWay(path);
    this.#serial += 1;
    const blank = { data: Buffer.alloc(0), executable: false, mtime: 0, closed: false };
    this.nodes.set(path, { ...blank, ...node, serial: this.#serial });
  }

  remove(path: BytePath): void {
    for (const each of this.nodes.keys()) if (each === path || each.startsWith(`${path}/`)) this.nodes.delete(each);
  }

  move(from: BytePath, to: BytePath): void {
    this.#makeWay(to);
    for (const [path, node] of Array.from(this.nodes)) {
      if (path !== from && !path.startsWith(`${from}/`)) continue;
      this.nodes.delete(path);
      this.nodes.set(to + path.slice(from.length), node);
    }
  }

  #makeWay(path: BytePath): void {
    for (let slash = path.indexOf("/", 1); slash !== -1; slash = path.indexOf("/", slash + 1))
      if (!this.nodes.has(path.slice(0, slash))) this.put(path.slice(0, slash), { type: "dir" });
  }
}

class MemoryDisk implements FolderDisk {
  readonly #tree: MemoryTree;
  readonly #root: BytePath;

  constructor(tree: MemoryTree, root: BytePath) {
    this.#tree = tree;
    this.#root = root;
  }

  look(path: BytePath): DiskEntry | undefined {
    const node = this.#node(path);
    return node && entryOf(node);
  }

  names(folder: BytePath): readonly DiskName[] {
    const node = this.#node(folder);
    const full = this.#full(folder);
    if (node?.type !== "dir" || node.closed) throw new ColdstoreError("source", `can't list ${readable(full)}`);
    return [...this.#tree.nodes]
      .filter(([path]) => path.startsWith(`${full}/`) && !path.includes("/", full.length + 1))
      .map(([path, { type }]) => ({ name: path.slice(full.length + 1), type }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  link(path: BytePath): BytePath {
    const node = this.#node(path);
    if (node?.type !== "symlink") throw new ColdstoreError("source", `${readable(this.#full(path))} is no link`);
    return textIn(node);
  }

  resolve(path: BytePath): { readonly path: BytePath; readonly entry: DiskEntry } | undefined {
    const end = this.#follow(this.#full(path));
    const node = end === undefined ? undefined : this.#tree.nodes.get(end);
    return end === undefined || node === undefined ? undefined : { path: end, entry: entryOf(node) };
  }

  read(path: BytePath, looked: DiskEntry): Uint8Array | undefined {
    const node = this.#node(path);
    return node === undefined || entryOf(node).signature !== looked.signature ? undefined : node.data;
  }

  async *stream(path: BytePath, looked: DiskEntry, signal: AbortSignal, from = 0): AsyncGenerator<Uint8Array> {
    const mebibyte = 1024 * 1024;
    for (let at = from; at === from || at < looked.bytes; at += mebibyte) {
      signal.throwIfAborted();
      const data = this.read(path, looked);
      if (data === undefined)
        throw new ColdstoreError("source", `${readable(path)} changed while it was read`, { transient: true });
      if (data.length > 0) yield data.subarray(at, at + mebibyte);
    }
  }

  at(folder: BytePath): FolderDisk {
    return new MemoryDisk(this.#tree, folder);
  }

  #full(path: BytePath): BytePath {
    if (path === "") return this.#root;
    return this.#root === "/" ? `/${path}` : `${this.#root}/${path}`;
  }

  /** The root's own path is gone through as it is. */
  #node(path: BytePath): Node | undefined {
    for (let slash = path.indexOf("/"); slash !== -1; slash = path.indexOf("/", slash + 1))
      if (this.#tree.nodes.get(this.#full(path.slice(0, slash)))?.type !== "dir") return undefined;
    return this.#tree.nodes.get(this.#full(path));
  }

  #follow(path: BytePath): BytePath | undefined {
    const ahead = path.split("/").reverse();
    const at: string[] = [];
    for (let links = 0; ahead.length > 0;) {
      const part = ahead.pop();
      if (part === "" || part === ".") continue;
      if (part === "..") {
        at.pop();
        continue;
      }
      const here = `/${[...at, part].join("/")}`;
      const node = this.#tree.nodes.get(here);
      if (node?.type === "symlink") {
        links += 1;
        if (links > 40) return undefined;
        if (textIn(node).startsWith("/")) at.length = 0;
        ahead.push(...textIn(node).split("/").reverse());
      } else if (node === undefined || (node.type !== "dir" && ahead.length > 0)) return undefined;
      else at.push(part!);
    }
    return `/${at.join("/")}`;
  }
}

/** A disk that is read only in what was fetched. */
class FarDisk extends MemoryDisk {
  readonly #batch: number;
  readonly #here: (readonly BytePath[])[] = [];

  constructor(tree: MemoryTree, root: BytePath, batch: number) {
    super(tree, root);
    this.#batch = batch;
  }

  override read(path: BytePath, looked: DiskEntry): Uint8Array | undefined {
    if (!path.endsWith(".gitignore") && !this.#here.some((paths) => paths.includes(path)))
      throw new Error(`${path} was read before it was fetched`);
    return super.read(path, looked);
  }

  override async *stream(path: BytePath, looked: DiskEntry, signal: AbortSignal, from = 0): AsyncGenerator<Uint8Array> {
    await using _ = await this.fetch([path], signal);
    yield* super.stream(path, looked, signal, from);
  }

  async fetch(paths: readonly BytePath[], signal: AbortSignal): Promise<FetchedFiles> {
    signal.throwIfAborted();
    const fetched = paths.slice(0, this.#batch);
    this.#here.push(fetched);
    return {
      count: fetched.length,
      [Symbol.asyncDispose]: async () => void this.#here.splice(this.#here.indexOf(fetched), 1),
    };
  }
}

function entryOf({ type, data, executable, mtime, serial, unreadable }: Node): DiskEntry {
  const bytes = type === "file" ? data.length : 0;
  const closed = unreadable !== undefined && { unreadable };
  return { type, executable, bytes, mtime: Math.floor(mtime), signature: String(serial), ...closed };
}

function textIn({ data }: Node): BytePath {
  return Buffer.from(data).toString("latin1");
}

function readable(path: BytePath): string {
  return Buffer.from(path, "latin1").toString();
}
