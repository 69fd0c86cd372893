import { isAbsolute, relative, sep } from "node:path";
import type { ArchiveFilters, SymlinkPolicy } from "../model/manifest.ts";
import type { BytePath } from "../ports/folder.ts";
import { bytesOf } from "./byte-text.ts";
import { PatternList } from "./pattern-list.ts";

/** What decides about the paths of a folder. */
export interface SelectionRules {
  readonly filters: ArchiveFilters;
  readonly symlinks: SymlinkPolicy;
  readonly submodules: "fail" | "include" | "exclude";
  /** `own`: each file's own; `all`: this one (seconds since 1970) for every path. */
  readonly mtime: { readonly kind: "own" } | { readonly kind: "all"; readonly seconds: number };
  /** Absolute paths of folders that nothing is taken of: this run's own stores and scratch. */
  readonly without: readonly string[];
}

/** The patterns that a person gave. Paths count from the folder that is archived; a folder's ends with a slash. */
export class EntryFilter {
  readonly #include: PatternList | undefined;
  readonly #exclude: readonly PatternList[];

  constructor({ include, exclude, profiles }: ArchiveFilters) {
    this.#include = include.length === 0 ? undefined : PatternList.of(include);
    this.#exclude = [exclude, ...profiles.map(({ patterns }) => patterns)]
      .filter((patterns) => patterns.length > 0)
      .map((patterns) => PatternList.of(patterns));
  }

  /** Ignored files may be taken, so that there is a reason to look at them. */
  get asksForIgnored(): boolean {
    return this.#include !== undefined;
  }

  includes(path: BytePath): boolean {
    return this.#include?.decide(path) === "leave";
  }

  excludes(path: BytePath): boolean {
    return this.#exclude.some((list) => list.decide(path) === "leave");
  }
}

/** The way from a folder down to another one (both absolute): "" when they are the same; undefined when there is none. */
export function wayDown(folder: string, other: string): BytePath | undefined {
  const way = relative(folder, other);
  return way === ".." || way.startsWith(`..${sep}`) || isAbsolute(way) ? undefined : bytesOf(way.split(sep).join("/"));
}

/** Those of the folders that lie in this one, as paths that count from it; "" when it lies in one of them itself. */
export function foldersWithin(folder: string, others: readonly string[]): readonly BytePath[] {
  return others.flatMap((other) => (wayDown(other, folder) === undefined ? (wayDown(folder, other) ?? []) : ""));
}

/** Whether a path is one of these or lies in one of them. */
export function isWithin(path: BytePath, folders: readonly BytePath[]): boolean {
  return folders.some((folder) => folder === "" || path === folder || path.startsWith(`${folder}/`));
}
