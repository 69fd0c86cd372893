import type { Entry } from "../model/entry.ts";
import { ColdstoreError } from "../model/errors.ts";
import { bytesOf } from "./byte-text.ts";
import { nameSome } from "./name-some.ts";
import { shownPath } from "./shown-path.ts";

/** Files, links and folders that are asked for by their paths, a folder with all that is in it. */
export class AskedPaths {
  /** For each path the names, as bytes, of what was found under it: a name that isn't UTF-8 can read like another. */
  readonly #found: ReadonlyMap<string, Set<string>>;

  /** Paths as text, which count from where those of the entries do; nothing in them stands for anything else. */
  constructor(paths: readonly string[]) {
    this.#found = new Map(paths.map((path) => [path, new Set<string>()]));
  }

  /** The paths that don't lie in another one of them. */
  get outermost(): readonly string[] {
    return [...this.#found.keys()].filter((path) => [...foldersOf(path)].every((folder) => !this.#found.has(folder)));
  }

  /** The paths for which nothing was taken. */
  get missing(): readonly string[] {
    return [...this.#found].flatMap(([path, names]) => (names.size === 0 ? path : []));
  }

  /** Names that aren't UTF-8 are found only by who looks at all of them. */
  get isPlain(): boolean {
    return [...this.#found.keys()].every((path) => !path.includes(replacement));
  }

  /** Whether an entry is asked for; remembers for which paths. */
  take(entry: Entry): boolean {
    let isAsked = false;
    for (const path of [...foldersOf(entry.path), entry.path]) {
      const names = this.#found.get(path);
      if (names === undefined) continue;
      isAsked = true;
      names.add(path.includes(replacement) ? nameUpTo(path, entry) : path);
    }
    return isAsked;
  }

  /** Throws `settings` for a path that more than one thing reads like. */
  assertClear(): void {
    const doubtful = [...this.#found].find(([, names]) => names.size > 1);
    if (doubtful === undefined) return;
    const [path, names] = doubtful;
    throw new ColdstoreError(
      "settings",
      `path: ${shownPath(bytesOf(path))} could be any of ${names.size} names that aren't UTF-8 and read alike (in bytes: ${nameSome([...names].map(escaped))}); restore the folder that they are in`,
    );
  }
}

const replacement = "\ufffd";

function* foldersOf(path: string): Generator<string, void, undefined> {
  for (let slash = path.indexOf("/"); slash !== -1; slash = path.indexOf("/", slash + 1)) yield path.slice(0, slash);
}

/** The bytes of as many parts of an entry's path as a path has. */
function nameUpTo(path: string, entry: Entry): string {
  const bytes = entry.pathBytes === undefined ? bytesOf(entry.path) : Buffer.from(entry.pathBytes).toString("latin1");
  return bytes.split("/").slice(0, path.split("/").length).join("/");
}

function escaped(bytes: string): string {
  return bytes.replaceAll(/[^ -~]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16).padStart(2, "0")}`);
}
