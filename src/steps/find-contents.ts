import type { LfsPointer } from "../model/details.ts";
import { ColdstoreError } from "../model/errors.ts";
import type { ContentPolicies } from "../model/manifest.ts";
import type { Revision } from "../model/revision.ts";
import type { BytePath } from "../ports/folder.ts";
import type { Repository, TreeEntry } from "../ports/repository.ts";
import { bytePathOf, type CommitTree, plainTree } from "./commit-tree.ts";
import { missingLfsError, withoutContent } from "./lfs-content.ts";
import { mayBePointer, pointersAmong } from "./lfs-pointer.ts";
import { nameSome } from "./name-some.ts";

export interface ContentsRequest {
  readonly repository: Repository;
  readonly revision: Revision;
  readonly policies: ContentPolicies;
}

/** A submodule and the commit that it is pinned to, by its path in the snapshot. */
export interface Submodule {
  readonly path: string;
  readonly commit: string;
}

/** What is put into a snapshot, and what stands against it: all that should be and isn't here. */
export interface FoundContents {
  readonly tree: CommitTree;
  /** All pointers, in the order of the tar, also those that stay what they are; none are looked for under the policy `fail`. */
  readonly pointers: readonly LfsPointer[];
  readonly errors: readonly ColdstoreError[];
}

/** Finds submodules and Git LFS contents that go in: reads trees and small blobs, and of contents only whether they are here. */
export async function findContents(request: ContentsRequest, signal: AbortSignal): Promise<FoundContents> {
  const search = new ContentsSearch(request.policies, signal);
  return search.end(await search.fill(plainTree(request.repository, request.revision)));
}

// So many small files are held in memory until their blobs are read.
const blobsAtOnce = 20_000;

class ContentsSearch {
  readonly #policies: ContentPolicies;
  readonly #signal: AbortSignal;
  readonly #missing: Submodule[] = [];
  readonly #pointers: LfsPointer[] = [];
  readonly #errors: ColdstoreError[] = [];

  constructor(policies: ContentPolicies, signal: AbortSignal) {
    this.#policies = policies;
    this.#signal = signal;
  }

  end(tree: CommitTree): FoundContents {
    const absent = this.#missing.length === 0 ? [] : [missingSubmodules(this.#missing)];
    return { tree, pointers: this.#pointers, errors: [...absent, ...this.#errors] };
  }

  /** The tree with all that is to be put in, below its submodules too. */
  async fill(tree: CommitTree): Promise<CommitTree> {
    const { submodules, lfs } = this.#policies;
    if (submodules !== "include" && lfs === "fail") return tree;
    const links: TreeEntry[] = [];
    const pointers = new Map<BytePath, LfsPointer>();
    let small: TreeEntry[] = [];
    for await (const batch of tree.repository.tree(tree.revision, this.#signal)) {
      for (const entry of batch) {
        if (entry.exportIgnored) continue;
        if (entry.type === "submodule") links.push(entry);
        else if (lfs !== "fail" && mayBePointer(entry)) small.push(entry);
      }
      if (small.length < blobsAtOnce) continue;
      await this.#readPointers(tree, small, pointers);
      small = [];
    }
    await this.#readPointers(tree, small, pointers);
    this.#pointers.push(...pointers.values());
    return {
      ...tree,
      ...(lfs === "include" && { pointers: await this.#checked(tree, pointers) }),
      ...(submodules === "include" && { submodules: await this.#enter(tree, links) }),
    };
  }

  async #readPointers(
    { repository, folder }: CommitTree,
    entries: readonly TreeEntry[],
    into: Map<BytePath, LfsPointer>,
  ): Promise<void> {
    for await (const { entry, pointer: found, extended } of pointersAmong(repository, entries, this.#signal)) {
      const pointer = { ...found, path: `${folder}${found.path}` };
      into.set(bytePathOf(entry), pointer);
      if (this.#policies.lfs === "include" && extended)
        this.#errors.push(needsExtension(pointer, folder === "" ? "own" : "submodule"));
    }
  }

  async #checked(
    { repository, revision, folder }: CommitTree,
    pointers: ReadonlyMap<BytePath, LfsPointer>,
  ): Promise<ReadonlyMap<BytePath, LfsPointer>> {
    const missing = await withoutContent(repository, pointers.values());
    this.#signal.throwIfAborted();
    const { commit } = revision;
    const clone = folder === "" ? {} : { folder: folder.slice(0, -1) };
    if (missing.length > 0) this.#errors.push(missingLfsError(missing, { commit, ...clone }));
    return pointers;
  }

  async #enter(tree: CommitTree, links: readonly TreeEntry[]): Promise<ReadonlyMap<BytePath, CommitTree>> {
    const found = new Map<BytePath, CommitTree>();
    for (const link of links) {
      const path = `${tree.folder}${link.path}`;
      // Git takes no --prefix of any bytes.
      if (link.pathBytes !== undefined) {
        this.#errors.push(needsUtf8(path));
        continue;
      }
      const at = { revision: tree.revision, path: link.path, commit: link.oid };
      const repository = await tree.repository.submodule(at, this.#signal);
      if (repository === undefined) {
        this.#missing.push({ path, commit: link.oid });
        continue;
      }
      const revision = await repository.resolve(link.oid, this.#signal);
      const below = { ...plainTree(repository, revision), folder: `${path}/` };
      // oxlint-disable-next-line unicorn/no-array-fill-with-reference-type -- no array's fill
      found.set(bytePathOf(link), await this.fill(below));
    }
    return found;
  }
}

function missingSubmodules(missing: readonly Submodule[]): ColdstoreError {
  const named = nameSome(missing.map(({ path, commit }) => `${path} (${commit.slice(0, 7)})`));
  const what = missing.length === 1 ? "1 submodule" : `${missing.length} submodules`;
  return new ColdstoreError(
    "source",
    `${what} can't be included, since there is no clone with the commit here: ${named}; ` +
      "get them with `git submodule update --init --recursive`",
    { remedy: { checkout: { submodules: "recursive" } } },
  );
}

function needsUtf8(path: string): ColdstoreError {
  return new ColdstoreError(
    "source",
    `the submodule ${path} can't be included, since its name isn't UTF-8; rename it, or set submodules to exclude`,
  );
}

function needsExtension({ path }: LfsPointer, of: "own" | "submodule"): ColdstoreError {
  const leaveOut = of === "own" ? ", or leave the file out by export-ignore in .gitattributes" : "";
  return new ColdstoreError(
    "source",
    `${path} is kept in Git LFS by way of an extension, a program that would have to be run to get its content; ` +
      `Coldstore runs none: set lfs to pointers${leaveOut}`,
  );
}
