import type { Plan } from "../model/details.ts";
import type { ArchiveFormat } from "../model/manifest.ts";
import type { AskedLevel } from "./choose-level.ts";
import type { SnapshotEntry } from "./commit-tree.ts";
import { estimateSizes, type SizeRequest } from "./estimate-size.ts";
import type { Source } from "./examine-source.ts";
import { inspectTree } from "./inspect-tree.ts";
import { snapshotReader } from "./read-samples.ts";
import { SampleGrid } from "./sample-grid.ts";

/** A snapshot whose archives' sizes are wanted. */
export interface SnapshotToEstimate {
  readonly source: Pick<Source, "repository" | "revision" | "tree" | "names">;
  readonly formats: readonly ArchiveFormat[];
  readonly level?: AskedLevel | undefined;
}

/** The sizes of a snapshot's archives, told by samples of what it holds; walks its tree for that. */
export async function estimateSnapshot(wanted: SnapshotToEstimate, signal: AbortSignal): Promise<Plan["sizes"]> {
  const { tree, names } = wanted.source;
  const grid = new SampleGrid();
  let tarIsExact = true;
  const visit = (entry: SnapshotEntry, offset: number) => {
    grid.add(entry, offset);
    if (entry.exportSubst) tarIsExact = false;
  };
  const { tarBytes } = await inspectTree({ ...tree, prefix: names.prefix }, visit, signal);
  return estimateWalked(wanted, { grid, tarBytes, tarIsExact }, signal);
}

/** The same of a tree that was walked already. */
export async function estimateWalked(
  { source, formats, level }: SnapshotToEstimate,
  walked: Pick<SizeRequest<SnapshotEntry>, "grid" | "tarBytes" | "tarIsExact">,
  signal: AbortSignal,
): Promise<Plan["sizes"]> {
  const { repository, revision, names } = source;
  const headers = { prefix: names.prefix, mtime: revision.committed };
  return estimateSizes({ ...walked, ...headers, formats, level, read: snapshotReader(repository) }, signal);
}
