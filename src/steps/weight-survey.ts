import type { Weight } from "../model/details.ts";

const shown = 10;

/** What takes the space of a tree, of files that come one by one. */
export class WeightSurvey {
  readonly #files: Weight[] = [];
  readonly #folders = new Map<string, number>();

  add({ path, bytes }: Weight): void {
    this.#files.push({ path, bytes });
    if (this.#files.length > 50 * shown) this.#files.splice(0, Infinity, ...heaviest(this.#files));
    let slash = path.indexOf("/");
    for (let depth = 0; depth < 2 && slash >= 0; depth++, slash = path.indexOf("/", slash + 1)) {
      const folder = path.slice(0, slash);
      this.#folders.set(folder, (this.#folders.get(folder) ?? 0) + bytes);
    }
  }

  biggestFiles(): readonly Weight[] {
    return heaviest(this.#files);
  }

  /** Folders of the first two levels, with all that is below them. */
  biggestFolders(): readonly Weight[] {
    return heaviest([...this.#folders].map(([path, bytes]) => ({ path, bytes })));
  }
}

function heaviest(weights: readonly Weight[]): readonly Weight[] {
  return weights.toSorted((a, b) => b.bytes - a.bytes || (a.path < b.path ? -1 : 1)).slice(0, shown);
}
