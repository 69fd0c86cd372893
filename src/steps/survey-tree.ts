import type { Weight } from "../model/details.ts";
import type { SnapshotEntry } from "./commit-tree.ts";
import { SampleGrid } from "./sample-grid.ts";

const shown = 10;

// A pointer has a line of 43 bytes, one of 76 and a size. Those of LFS extensions have more lines; they are seen when an
// archive is made, and looking for them among all small files of a large tree would take as long as all the rest.
const pointerBytes = { least: 126, most: 140 };

/** What a dry run wants to know of a tree: what takes the space, what may be a pointer, where to take samples. */
export class TreeSurvey {
  readonly grid = new SampleGrid();
  readonly #files: Weight[] = [];
  readonly #folders = new Map<string, number>();
  readonly #maybePointers: SnapshotEntry[] = [];
  readonly #expanded: SnapshotEntry[] = [];

  /** Takes a path that the archive will hold, and the offset of its content in the tar. */
  add(entry: SnapshotEntry, offset: number): void {
    this.grid.add(entry, offset);
    if (entry.type !== "file") return;
    this.#weigh(entry);
    if (entry.exportSubst) this.#expanded.push(entry);
    if (entry.lfs !== undefined) return;
    if (entry.bytes >= pointerBytes.least && entry.bytes <= pointerBytes.most) this.#maybePointers.push(entry);
  }

  biggestFiles(): readonly Weight[] {
    return heaviest(this.#files);
  }

  /** Folders of the first two levels, with all that is below them. */
  biggestFolders(): readonly Weight[] {
    return heaviest([...this.#folders].map(([path, bytes]) => ({ path, bytes })));
  }

  /** Files of a size that a Git LFS pointer without extensions can have. */
  get maybePointers(): readonly SnapshotEntry[] {
    return this.#maybePointers;
  }

  /** Files that `git archive` expands $Format:…$ in. */
  get expanded(): readonly SnapshotEntry[] {
    return this.#expanded;
  }

  #weigh({ path, bytes }: SnapshotEntry): void {
    this.#files.push({ path, bytes });
    if (this.#files.length > 50 * shown) this.#files.splice(0, Infinity, ...heaviest(this.#files));
    let slash = path.indexOf("/");
    for (let depth = 0; depth < 2 && slash >= 0; depth++, slash = path.indexOf("/", slash + 1)) {
      const folder = path.slice(0, slash);
      this.#folders.set(folder, (this.#folders.get(folder) ?? 0) + bytes);
    }
  }
}

function heaviest(weights: readonly Weight[]): readonly Weight[] {
  return weights.toSorted((a, b) => b.bytes - a.bytes || (a.path < b.path ? -1 : 1)).slice(0, shown);
}
