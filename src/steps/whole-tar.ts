import type { LfsPointer } from "../model/details.ts";
import type { ArchiveRecipe } from "../ports/repository.ts";
import type { CommitTree } from "./commit-tree.ts";
import { lfsContent } from "./lfs-content.ts";
import { TarEditor, type TarVerdict } from "./tar-editor.ts";
import type { TarMember } from "./tar-reader.ts";
import { tarEnd, tarHead, tarPadding } from "./write-tar-header.ts";

export interface WholeTarRequest {
  readonly tree: CommitTree;
  readonly recipe: ArchiveRecipe;
  readonly signal: AbortSignal;
}

/**
 * The superproject's tar as `git archive` gives it, byte for byte, but for what is put in: behind a submodule's folder the
 * entries of its own `git archive`, with the superproject's time, and in the place of Git LFS pointers their contents.
 * Rejects with `source` when git fails or a content isn't the one that its pointer names.
 */
export async function* wholeTar({ tree, recipe, signal }: WholeTarRequest): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  // Git says a later time in the global header, once for all entries.
  const time = Math.min(tree.revision.committed, 0o77777777777);
  for await (const piece of membersOf(tree, { recipe, time, signal })) {
    bytes += piece.length;
    yield piece;
    signal.throwIfAborted();
  }
  yield tarEnd(bytes);
}

interface TarTerms {
  readonly recipe: ArchiveRecipe;
  readonly time: number;
  readonly signal: AbortSignal;
}

async function* membersOf(tree: CommitTree, terms: TarTerms): AsyncGenerator<Uint8Array> {
  const { recipe, time, signal } = terms;
  const prefix = `${recipe.prefix}${tree.folder}`;
  const names = new MemberNames(tree, prefix);
  const isTop = tree.folder === "";
  const editor = new TarEditor({
    choose: (member) => names.choose(member),
    globalHeader: isTop ? "keep" : "drop",
    ...(!isTop && { mtime: time }),
  });
  const tar = await tree.repository.archive(tree.revision, { ...recipe, prefix }, signal);
  try {
    for await (const chunk of tar) {
      signal.throwIfAborted();
      for (const piece of editor.push(chunk as Uint8Array)) {
        if (piece.kind === "bytes") yield piece.bytes;
        else yield* putIn(piece.member, { ...terms, tree, names });
      }
    }
    editor.end();
  } catch (error) {
    // The stream tells of an abort in its own words; the reason is what the caller gave.
    signal.throwIfAborted();
    throw error;
  } finally {
    tar.destroy();
  }
}

async function* putIn(
  member: TarMember,
  terms: TarTerms & { readonly tree: CommitTree; readonly names: MemberNames },
): AsyncGenerator<Uint8Array> {
  const { tree, names, time, signal } = terms;
  const submodule = names.submodule(member);
  if (submodule !== undefined) yield* membersOf(submodule, terms);
  const pointer = names.pointer(member);
  if (pointer === undefined) return;
  const { path, mode } = member;
  yield tarHead({ path, type: "file", mode, size: pointer.bytes, mtime: time, owner: "root" });
  yield* lfsContent({ repository: tree.repository, pointer, signal });
  yield tarPadding(pointer.bytes);
}

/** Finds what a member of a tree's tar stands for. */
class MemberNames {
  readonly #tree: CommitTree;
  readonly #prefixBytes: number;

  constructor(tree: CommitTree, prefix: string) {
    this.#tree = tree;
    this.#prefixBytes = Buffer.byteLength(prefix);
  }

  choose(member: TarMember): TarVerdict {
    if (this.submodule(member) !== undefined) return "extend";
    if (this.pointer(member) !== undefined) return "replace";
    // The folder that a submodule's files are in is there already: as its entry in the tree around it.
    return this.#tree.folder !== "" && member.path.length <= this.#prefixBytes ? "drop" : "keep";
  }

  submodule({ type, path }: TarMember): CommitTree | undefined {
    const { submodules } = this.#tree;
    return type === "dir" && submodules.size > 0 ? submodules.get(this.#inside(path.subarray(0, -1))) : undefined;
  }

  pointer({ type, path }: TarMember): LfsPointer | undefined {
    const { pointers } = this.#tree;
    return type === "file" && pointers.size > 0 ? pointers.get(this.#inside(path)) : undefined;
  }

  #inside(path: Uint8Array): string {
    return Buffer.from(path.subarray(this.#prefixBytes)).toString("latin1");
  }
}
