import type { SnapshotEntry } from "./commit-tree.ts";
import { SampleGrid } from "./sample-grid.ts";
import { WeightSurvey } from "./weight-survey.ts";

// A pointer has a line of 43 bytes, one of 76 and a size. Those of LFS extensions have more lines; they are seen when an
// archive is made, and looking for them among all small files of a large tree would take as long as all the rest.
const pointerBytes = { least: 126, most: 140 };

/** What a dry run wants to know of a tree: what takes the space, what may be a pointer, where to take samples. */
export class TreeSurvey {
  readonly grid = new SampleGrid();
  readonly weights = new WeightSurvey();
  readonly #maybePointers: SnapshotEntry[] = [];
  readonly #expanded: SnapshotEntry[] = [];

  /** Takes a path that the archive will hold, and the offset of its content in the tar. */
  add(entry: SnapshotEntry, offset: number): void {
    this.grid.add(entry, offset);
    if (entry.type !== "file") return;
    this.weights.add(entry);
    if (entry.exportSubst) this.#expanded.push(entry);
    if (entry.lfs !== undefined) return;
    if (entry.bytes >= pointerBytes.least && entry.bytes <= pointerBytes.most) this.#maybePointers.push(entry);
  }

  /** Files of a size that a Git LFS pointer without extensions can have. */
  get maybePointers(): readonly SnapshotEntry[] {
    return this.#maybePointers;
  }

  /** Files that `git archive` expands $Format:…$ in. */
  get expanded(): readonly SnapshotEntry[] {
    return this.#expanded;
  }
}
