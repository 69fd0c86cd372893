import type { BytePath, Candidate, FolderDisk } from "../ports/folder.ts";
import { FolderRules } from "./folder-rules.ts";
import { readError, walkFolder } from "./walk-folder.ts";
import type { ColdstoreError } from "../model/errors.ts";

/** What lies in a folder beside its files: what can't be archived, or can't even be looked at. */
export interface OddThings {
  /** FIFOs, sockets and devices that no .gitignore leaves out. */
  readonly special: readonly BytePath[];
  /** Folders with nothing in them that no .gitignore leaves out. */
  readonly empty: readonly BytePath[];
  readonly unreadable: readonly { readonly path: BytePath; readonly error: ColdstoreError }[];
}

export interface RuleListing {
  readonly disk: FolderDisk;
  /** Nothing in this folder (its path ends with a slash) is wanted. */
  readonly skips: (folder: BytePath) => boolean;
  /** An ignored file that is wanted all the same; absent: there is no such file. */
  readonly wants?: (path: BytePath) => boolean;
}

/** What a folder gives without git: every file that no .gitignore leaves out, as untracked. */
export function listByRules(
  listing: RuleListing,
  signal: AbortSignal,
): OddThings & { readonly candidates: readonly Candidate[] } {
  const { disk, skips, wants } = listing;
  const candidates: Candidate[] = [];
  const special: BytePath[] = [];
  const empty: BytePath[] = [];
  const unreadable: { path: BytePath; error: ColdstoreError }[] = [];
  walkFolder<FolderRules | "ignored">(
    {
      disk,
      state: FolderRules.top(disk),
      enter(folder, rules) {
        if (skips(folder)) return undefined;
        const ignored = rules === "ignored" || rules.ignores(folder);
        if (ignored && wants === undefined) return undefined;
        if (isRepository(disk, folder)) {
          if (!ignored || wants?.(folder))
            candidates.push({ path: folder.slice(0, -1), kind: "nested", tracked: false });
          return undefined;
        }
        return ignored ? "ignored" : rules.inside(disk, folder);
      },
      visit(path, type, rules) {
        const ignored = rules === "ignored" || rules.ignores(path);
        if (type === "file" || type === "symlink") {
          if (!ignored || wants?.(path)) candidates.push({ path, kind: "file", tracked: false });
        } else if (!ignored) special.push(path);
      },
      empty(folder, rules) {
        if (rules !== "ignored") empty.push(folder.slice(0, -1));
      },
      unreadable: (folder, error) => void unreadable.push({ path: folder.slice(0, -1), error }),
    },
    signal,
  );
  return { candidates, special, empty, unreadable };
}

/** Looks for what git's listing doesn't tell of. `rules`, the .gitignore files of the top folder and those above it, decide about it. */
export function findOddThings(
  listing: Pick<RuleListing, "disk" | "skips">,
  rules: () => FolderRules,
  signal: AbortSignal,
): OddThings {
  const { disk, skips } = listing;
  let top: FolderRules | undefined;
  const ignores = (path: BytePath): boolean => isIgnored(disk, path, (top ??= rules()));
  const special: BytePath[] = [];
  const empty: BytePath[] = [];
  const unreadable: { path: BytePath; error: ColdstoreError }[] = [];
  walkFolder<true>(
    {
      disk,
      state: true,
      enter: (folder) => (skips(folder) ? undefined : true),
      visit(path, type) {
        if (type !== "file" && type !== "symlink" && !ignores(path)) special.push(path);
      },
      empty(folder) {
        if (!ignores(folder)) empty.push(folder.slice(0, -1));
      },
      unreadable: (folder, error) => void unreadable.push({ path: folder.slice(0, -1), error }),
    },
    signal,
  );
  return { special, empty, unreadable };
}

function isIgnored(disk: FolderDisk, path: BytePath, top: FolderRules): boolean {
  let rules = top;
  for (let slash = path.indexOf("/"); slash !== -1; slash = path.indexOf("/", slash + 1)) {
    const folder = path.slice(0, slash + 1);
    if (rules.ignores(folder)) return true;
    rules = rules.inside(disk, folder);
  }
  return rules.ignores(path);
}

/** Has a work tree of its own: git takes a folder for one when its .git is a file, or a folder with a HEAD. */
function isRepository(disk: FolderDisk, folder: BytePath): boolean {
  try {
    const type = disk.look(`${folder}.git`)?.type;
    return type === "file" || (type === "dir" && disk.look(`${folder}.git/HEAD`) !== undefined);
  } catch (error) {
    // The walk finds out that it can't be read, and says so.
    readError(error);
    return false;
  }
}
