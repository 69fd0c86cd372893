import type { TreeEntry } from "../../ports/repository.ts";
import type { PathAttributes } from "./read-attributes.ts";

/**
 * Decides entry by entry, in tree order, what `git archive` writes: nothing below an ignored folder, and a folder only
 * once a non-folder below it is reached, even an ignored one. Holds entries back until their folder is decided.
 */
export class ArchivedEntries {
  #held: TreeEntry[] = [];
  /** Open folders, outermost first, and where in #held they wait; -1 once written. */
  #open: { readonly prefix: string; held: number }[] = [];
  /** Path of the ignored folder that the entries now come from, with a slash. */
  #ignored: string | undefined;

  /** Takes the next entry. */
  add(entry: TreeEntry, attributes: PathAttributes): void {
    const name = byteName(entry);
    if (this.#ignored !== undefined && name.startsWith(this.#ignored)) {
      this.#held.push(exported(entry, true, attributes));
      return;
    }
    this.#ignored = undefined;
    this.#leave(name);
    if (entry.type !== "dir") this.#write();
    else if (attributes.exportIgnore) this.#ignored = `${name}/`;
    else this.#open.push({ prefix: `${name}/`, held: this.#held.length });
    this.#held.push(exported(entry, attributes.exportIgnore, attributes));
  }

  /** The entries that are decided by now. */
  take(): TreeEntry[] {
    const first = this.#open.find((folder) => folder.held >= 0)?.held ?? this.#held.length;
    const decided = this.#held.slice(0, first);
    this.#held = this.#held.slice(first);
    for (const folder of this.#open) if (folder.held >= 0) folder.held -= first;
    return decided;
  }

  /** The entries that were still held when there are no more. */
  end(): TreeEntry[] {
    this.#leave("");
    return this.take();
  }

  #leave(name: string): void {
    for (let last = this.#open.at(-1); last !== undefined && !name.startsWith(last.prefix); last = this.#open.at(-1)) {
      const waiting = this.#held[last.held];
      if (waiting !== undefined) this.#held[last.held] = { ...waiting, exportIgnored: true };
      this.#open.pop();
    }
  }

  #write(): void {
    for (const folder of this.#open) folder.held = -1;
  }
}

// oxlint-disable-next-line no-control-regex -- exactly ASCII
const ascii = /^[\0-\x7f]*$/;

/** The path with one character a byte, so that folders and what is in them compare equal whatever their encoding. */
function byteName({ path, pathBytes }: TreeEntry): string {
  if (pathBytes === undefined && ascii.test(path)) return path;
  return Buffer.from(pathBytes ?? Buffer.from(path)).toString("latin1");
}

function exported(entry: TreeEntry, ignored: boolean, { exportSubst }: PathAttributes): TreeEntry {
  const subst = exportSubst && !ignored && entry.type === "file";
  return ignored || subst ? { ...entry, exportIgnored: ignored, exportSubst: subst } : entry;
}
