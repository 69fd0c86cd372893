import type { BaseDifference, Plan } from "../model/details.ts";
import { formatBytes, formatCount } from "../model/units.ts";

/** By how much it grew or shrank: `+1.2 MB`, `−300 B`. */
export function growthText(bytes: number): string {
  return `${bytes < 0 ? "−" : "+"}${formatBytes(Math.abs(bytes))}`;
}

/** How many entries a pull request changes: `3 enter, 1 leaves, 2 change (+1.2 MB)`; undefined where none differs. */
export function baseCounts(base: Extract<BaseDifference, { kind: "compared" }>): string | undefined {
  const counts = [
    [base.added, "enters", "enter"],
    [base.removed, "leaves", "leave"],
    [base.changed, "changes", "change"],
  ] as const;
  const words = counts.flatMap(([count, one, many]) =>
    count === 0 ? [] : [`${formatCount(count)} ${count === 1 ? one : many}`],
  );
  return words.length === 0 ? undefined : `${words.join(", ")} (${growthText(base.bytes)})`;
}

/** Why what a pull request changes isn't told. */
export const missingBase = "isn't in this clone, or not all of it, so what differs from it can't be told";

/** What the comparison with a pull request's base doesn't see. */
export function unseenByBase({ lfs, policies, engine }: Plan): string | undefined {
  const parts = [
    ...(engine === undefined ? [] : ["only what git tracks is compared, as both commits have it"]),
    ...(lfs.length > 0 && policies.lfs === "include" ? ["Git LFS files count as their pointers"] : []),
  ];
  return parts.length === 0 ? undefined : parts.join("; ");
}
