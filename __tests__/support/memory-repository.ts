import { createHash } from "node:crypto";
import { statSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { isUtf8 } from "node:buffer";
import ignore, { type Ignore } from "ignore";
import { ColdstoreError } from "../../src/model/errors.ts";
import type { Revision } from "../../src/model/revision.ts";
import type {
  ArchiveRecipe,
  Blob,
  BlobPiece,
  Repository,
  RepositoryFacts,
  TreeChange,
  TreeEntry,
  WorkTreeChanges,
} from "../../src/ports/repository.ts";
import {
  exampleUrl,
  type FixtureCommit,
  type FixtureFile,
  type FixtureSpec,
  fixtureTime,
  lfsPointer,
} from "./git-fixture.ts";
import { buildTar, type TarSpec } from "./tar-builder.ts";

/** The same spec as a real fixture's, and what a fake has to be told. */
export interface MemorySpec extends FixtureSpec {
  readonly facts?: Partial<RepositoryFacts>;
  readonly changes?: WorkTreeChanges;
  /** Folder in which Git LFS contents lie, each under its id. */
  readonly lfsFolder?: string;
  /** Files and folders that are export-ignore. */
  readonly exportIgnored?: readonly string[];
  /** Files that are export-subst; the fake expands nothing. */
  readonly exportSubst?: readonly string[];
}

interface MemoryCommit {
  readonly id: string;
  readonly tree: string;
  readonly time: number;
  readonly parent?: MemoryCommit;
  readonly entries: readonly TreeEntry[];
}

/** A repository without git: the trees, blobs and tree ids are those that git would have, commit and tag ids are its own. */
export function memoryRepository(spec: MemorySpec = {}): Repository {
  return new MemoryRepository(spec);
}

class MemoryRepository implements Repository {
  readonly facts: RepositoryFacts;
  readonly #spec: MemorySpec;
  readonly #blobs = new Map<string, Uint8Array>();
  readonly #commits = new Map<string, MemoryCommit>();
  readonly #branches = new Map<string, MemoryCommit>();
  /** By path. */
  readonly #submodules = new Map<string, MemoryRepository>();
  readonly #tags = new Map<string, { readonly commit: MemoryCommit; readonly object?: string }>();

  constructor(spec: MemorySpec) {
    this.#spec = spec;
    this.facts = {
      gitVersion: "2.39.5",
      objectFormat: spec.objectFormat ?? "sha1",
      shallow: false,
      partial: false,
      branch: "main",
      ...(!spec.bare && { workTree: "/memory/project" }),
      ...spec.facts,
    };
    this.#makeCommits();
  }

  async resolve(ref: string, signal: AbortSignal): Promise<Revision> {
    signal.throwIfAborted();
    if (this.#commits.size === 0) throw new ColdstoreError("source", "the repository has no commits yet");
    const { objectFormat, branch } = this.facts;
    const short = ref.replace(/^refs\/(tags|heads)\//, "");
    const tag = ref.startsWith("refs/heads/") ? undefined : this.#tags.get(short);
    const onBranch = ref === "HEAD" ? branch : short;
    const commit = tag?.commit ?? this.#branches.get(onBranch ?? "") ?? this.#ancestor(ref);
    if (commit === undefined) throw new ColdstoreError("source", `there is no tag, branch or commit ${ref}`);
    const name = tag ? `refs/tags/${short}` : this.#branches.has(onBranch ?? "") ? `refs/heads/${onBranch}` : undefined;
    return {
      commit: commit.id,
      tree: commit.tree,
      committed: commit.time,
      objectFormat,
      ...(name !== undefined && { ref: name }),
      ...(tag && { tag: { name: short, ...(tag.object !== undefined && { object: tag.object }) } }),
    };
  }

  async *tree(revision: Revision, signal: AbortSignal): AsyncGenerator<readonly TreeEntry[]> {
    const { entries } = this.#commitOf(revision);
    for (let at = 0; at < entries.length; at += 2) {
      signal.throwIfAborted();
      yield entries.slice(at, at + 2);
    }
  }

  async archive(revision: Revision, { prefix }: ArchiveRecipe, signal: AbortSignal): Promise<Readable> {
    signal.throwIfAborted();
    const commit = this.#commitOf(revision);
    const kept = commit.entries.filter((entry) => !entry.exportIgnored);
    const header = (block: Buffer): void => void block.write(commit.time.toString(8).padStart(11, "0"), 136);
    const members = kept.map((entry) => ({ ...this.#member(entry, prefix), header }));
    const top = prefix === "" ? [] : [{ name: prefix, header }];
    const tar = buildTar([...top, ...members], { commit: commit.id });
    const pieces = Array.from({ length: Math.ceil(tar.length / 4096) }, (_, i) =>
      tar.subarray(i * 4096, (i + 1) * 4096),
    );
    return Readable.from(
      (async function* () {
        for (const piece of pieces) {
          signal.throwIfAborted();
          yield piece;
        }
      })(),
      { objectMode: false },
    );
  }

  async *blobs(oids: readonly string[], signal: AbortSignal): AsyncGenerator<Blob> {
    for (const oid of oids) {
      signal.throwIfAborted();
      yield { oid, data: this.#blob(oid) };
    }
  }

  async *blobPieces(oids: readonly string[], signal: AbortSignal): AsyncGenerator<readonly BlobPiece[]> {
    for await (const { oid, data } of this.blobs(oids, signal)) yield [{ oid, offset: 0, data, last: true }];
  }

  async changes(_without: readonly string[], signal: AbortSignal): Promise<WorkTreeChanges> {
    signal.throwIfAborted();
    return this.#spec.changes ?? { modified: 0, deleted: 0, untracked: 0, paths: [] };
  }

  async diff(from: string, revision: Revision, signal: AbortSignal): Promise<readonly TreeChange[] | undefined> {
    signal.throwIfAborted();
    const before = this.#commits.get(from);
    if (before === undefined) return undefined;
    const old = leavesOf(before.entries);
    const now = leavesOf(this.#commitOf(revision).entries);
    const paths = [...new Set([...old.keys(), ...now.keys()])].sort(byBytes);
    return paths.flatMap((path): TreeChange[] => {
      if (old.get(path) === now.get(path)) return [];
      return [{ path, change: !old.has(path) ? "added" : !now.has(path) ? "removed" : "changed" }];
    });
  }

  async submoduleUrls(revision: Revision, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
    signal.throwIfAborted();
    const file = this.#commitOf(revision).entries.find((entry) => entry.path === ".gitmodules");
    const text = file === undefined ? "" : Buffer.from(this.#blob(file.oid)).toString();
    const sections = text.matchAll(/path = (.*)\n\turl = (.*)\n/g);
    return new Map(Array.from(sections, ([, path = "", url = ""]) => [path, url.replace(/^(\w+:\/\/)[^/]*@/, "$1")]));
  }

  async submodule(
    { path, commit }: { readonly path: string; readonly commit: string },
    signal: AbortSignal,
  ): Promise<Repository | undefined> {
    signal.throwIfAborted();
    const submodule = this.#submodules.get(path);
    return submodule !== undefined && submodule.#commits.has(commit) ? submodule : undefined;
  }

  async lfsFile({ oid, bytes }: { readonly oid: string; readonly bytes: number }): Promise<string | undefined> {
    const file = join(this.#spec.lfsFolder ?? "/nowhere", oid);
    return statSync(file, { throwIfNoEntry: false })?.size === bytes ? file : undefined;
  }

  async trackedButIgnored(revision: Revision, signal: AbortSignal): Promise<readonly string[]> {
    signal.throwIfAborted();
    const { entries } = this.#commitOf(revision);
    const rules = new Map<string, Ignore>();
    for (const { path, type, oid } of entries)
      if (type === "file" && /(^|\/)\.gitignore$/.test(path))
        rules.set(
          path.slice(0, -".gitignore".length),
          ignore({ ignorecase: false }).add(Buffer.from(this.#blob(oid)).toString()),
        );
    const leaves = entries.filter(({ type, path }) => type !== "dir" && isIgnored(path, type === "submodule", rules));
    return leaves.map(({ path }) => path).sort(byBytes);
  }

  #makeCommits(): void {
    const { commits: given, files, tags } = this.#spec;
    const commits: readonly FixtureCommit[] = given ?? (files === undefined ? [] : [{ files }]);
    const contents = new Map<string, Map<string, Node>>();
    let before: { commit: MemoryCommit; content: Map<string, Node> } | undefined;
    for (const [index, commit] of commits.entries()) {
      const branch = commit.branch ?? "main";
      const content = new Map(contents.get(branch) ?? before?.content);
      for (const path of commit.remove ?? []) content.delete(byteText(path));
      for (const [path, file] of filesOf(commit)) content.set(byteText(path), this.#node(path, file));
      const parent = this.#branches.get(branch) ?? before?.commit;
      const made = this.#makeCommit(content, commit.time ?? fixtureTime + 60 * index, parent);
      contents.set(branch, content);
      this.#branches.set(branch, made);
      for (const [name, kind] of Object.entries({ ...commit.tags, ...(index === commits.length - 1 && tags) }))
        this.#tags.set(name, {
          commit: made,
          ...(kind !== "light" && { object: this.#hash("tag", `${name} ${made.id}`) }),
        });
      before = { commit: made, content };
    }
  }

  #makeCommit(content: Map<string, Node>, time: number, parent: MemoryCommit | undefined): MemoryCommit {
    const { oid: tree, entries } = this.#makeTree(content, "", false);
    const id = this.#hash("commit", `tree ${tree}\nparent ${parent?.id}\n${time}`);
    const commit = { id, tree, time, entries, ...(parent && { parent }) };
    this.#commits.set(id, commit);
    return commit;
  }

  /** Git's order: by bytes of the name, a folder's as if it ended with a slash. */
  #makeTree(content: Map<string, Node>, folder: string, ignored: boolean): { oid: string; entries: TreeEntry[] } {
    const names = new Map<string, Map<string, Node>>();
    for (const [path, node] of content) {
      const [name = "", ...rest] = path.split("/");
      const key = rest.length > 0 ? `${name}/` : name;
      names.set(key, (names.get(key) ?? new Map<string, Node>()).set(rest.join("/"), node));
    }
    const listing: Buffer[] = [];
    const entries: TreeEntry[] = [];
    for (const key of [...names.keys()].sort((a, b) => (a < b ? -1 : 1))) {
      const inner = names.get(key)!;
      const path = `${folder}${key.replace(/\/$/, "")}`;
      const left = ignored || (this.#spec.exportIgnored ?? []).includes(decoded(path).path);
      const below = key.endsWith("/") ? this.#makeTree(inner, `${path}/`, left) : undefined;
      const entry = below ? folderEntry(path, below.oid, left) : this.#leaf(path, inner.get("")!, left);
      entries.push(entry, ...(below?.entries ?? []));
      const mode = below ? "40000" : inner.get("")!.mode;
      listing.push(Buffer.from(`${mode} ${key.replace(/\/$/, "")}\0`, "latin1"), Buffer.from(entry.oid, "hex"));
    }
    return { oid: this.#hash("tree", Buffer.concat(listing)), entries };
  }

  #leaf(path: string, node: Node, exportIgnored: boolean): TreeEntry {
    const types = { "120000": "symlink", "160000": "submodule" } as const;
    return {
      ...decoded(path),
      type: types[node.mode as keyof typeof types] ?? "file",
      executable: node.mode === "100755",
      oid: node.oid,
      bytes: this.#blobs.get(node.oid)?.length ?? 0,
      exportIgnored,
      exportSubst: (this.#spec.exportSubst ?? []).includes(path),
    };
  }

  #member(entry: TreeEntry, prefix: string): TarSpec {
    const folder = entry.type === "dir" || entry.type === "submodule";
    const name = Buffer.concat([
      Buffer.from(prefix),
      entry.pathBytes ?? Buffer.from(entry.path),
      Buffer.from(folder ? "/" : ""),
    ]);
    if (folder) return { name };
    const data = this.#blob(entry.oid);
    if (entry.type === "symlink") return { name, flag: "2", mode: 0o777, link: data };
    return { name, data, mode: entry.executable ? 0o775 : 0o664 };
  }

  #node(path: string | Uint8Array, file: FixtureFile): Node {
    if (typeof file === "object" && "contains" in file) {
      const submodule = new MemoryRepository(file.contains);
      this.#submodules.set(String(path), submodule);
      return { mode: "160000", oid: submodule.#branches.get("main")?.id ?? "" };
    }
    if (typeof file === "object" && "submodule" in file) return { mode: "160000", oid: file.submodule };
    const mode = typeof file === "object" && "link" in file ? "120000" : isExecutable(file) ? "100755" : "100644";
    const data = contentOf(file);
    const oid = this.#hash("blob", data);
    this.#blobs.set(oid, data);
    return { mode, oid };
  }

  #hash(type: string, content: string | Uint8Array): string {
    const bytes = Buffer.from(content);
    return createHash(this.facts.objectFormat).update(`${type} ${bytes.length}\0`).update(bytes).digest("hex");
  }

  #blob(oid: string): Uint8Array {
    const data = this.#blobs.get(oid);
    if (data === undefined) throw new ColdstoreError("source", `the object ${oid} isn't here`);
    return data;
  }

  #commitOf({ commit }: Revision): MemoryCommit {
    const found = this.#commits.get(commit);
    if (found === undefined) throw new ColdstoreError("source", `the object ${commit} isn't here`);
    return found;
  }

  #ancestor(ref: string): MemoryCommit | undefined {
    const [, base = "", steps = "0"] = /^(.*?)(?:~(\d+))?$/s.exec(ref) ?? [];
    const named = base === "HEAD" ? (this.facts.branch ?? "") : base;
    let commit = this.#tags.get(named)?.commit ?? this.#branches.get(named) ?? this.#commits.get(base);
    for (let left = Number(steps); left > 0; left--) commit = commit?.parent;
    return commit;
  }
}

interface Node {
  readonly mode: string;
  readonly oid: string;
}

function filesOf({ files = {} }: FixtureCommit): readonly (readonly [string | Uint8Array, FixtureFile])[] {
  const pairs: readonly (readonly [string | Uint8Array, FixtureFile])[] = Array.isArray(files)
    ? files
    : Object.entries(files);
  const sections = pairs.flatMap(([path, file]) =>
    typeof file === "object" && ("contains" in file || ("submodule" in file && file.url !== undefined))
      ? [`[submodule "${String(path)}"]\n\tpath = ${String(path)}\n\turl = ${file.url ?? exampleUrl(path)}\n`]
      : [],
  );
  return sections.length === 0 ? pairs : [...pairs, [".gitmodules", sections.join("")]];
}

type PlainFile = Exclude<FixtureFile, { readonly submodule: string } | { readonly contains: FixtureSpec }>;

function contentOf(file: PlainFile): Uint8Array {
  if (typeof file === "string" || file instanceof Uint8Array) return Buffer.from(file);
  if ("link" in file) return Buffer.from(file.link);
  return Buffer.from("lfs" in file ? lfsPointer(file.lfs) : file.executable);
}

function isExecutable(file: FixtureFile): boolean {
  return typeof file === "object" && "executable" in file;
}

function folderEntry(path: string, oid: string, exportIgnored: boolean): TreeEntry {
  return { ...decoded(path), type: "dir", executable: false, oid, bytes: 0, exportIgnored, exportSubst: false };
}

/** Whether .gitignore files, by the folder that they lie in, match a path or a folder that it is in. */
function isIgnored(path: string, isFolder: boolean, rules: ReadonlyMap<string, Ignore>): boolean {
  const parts = path.split("/");
  return parts.some((_, depth) => {
    const whole = parts.slice(0, depth + 1).join("/");
    const name = depth < parts.length - 1 || isFolder ? `${whole}/` : whole;
    for (let above = depth; above >= 0; above--) {
      const folder = parts
        .slice(0, above)
        .map((part) => `${part}/`)
        .join("");
      const verdict = rules.get(folder)?.test(name.slice(folder.length));
      if (verdict?.ignored || verdict?.unignored) return verdict.ignored;
    }
    return false;
  });
}

/** One character a byte, so that sorting is by bytes. */
function byteText(path: string | Uint8Array): string {
  return Buffer.from(path).toString("latin1");
}

function decoded(text: string): { path: string; pathBytes?: Uint8Array } {
  const bytes = Buffer.from(text, "latin1");
  const path = bytes.toString("utf8");
  return isUtf8(bytes) ? { path } : { path, pathBytes: Uint8Array.from(bytes) };
}

function leavesOf(entries: readonly TreeEntry[]): ReadonlyMap<string, string> {
  const leaves = entries.filter((entry) => entry.type !== "dir");
  return new Map(leaves.map((entry) => [entry.path, `${entry.type} ${entry.executable} ${entry.oid}`]));
}

function byBytes(a: string, b: string): number {
  return Buffer.from(a).compare(Buffer.from(b));
}
