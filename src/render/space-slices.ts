import type { Weight } from "../model/details.ts";

const mostSlices = 9;

/** The biggest folders and files as parts of the whole that don't overlap, the biggest first, and what is left over. */
export function spaceSlices(found: {
  readonly bytes: number;
  readonly biggestEntries: readonly Weight[];
  readonly biggestFolders: readonly Weight[];
}): readonly Weight[] {
  const { bytes, biggestEntries, biggestFolders } = found;
  const rootFiles = biggestEntries.filter(({ path }) => !path.includes("/"));
  const parts = [
    ...biggestFolders.filter(({ path }) => !path.includes("/")).flatMap((top) => split(top, found)),
    ...rootFiles,
  ]
    .filter((part) => part.bytes > 0)
    .toSorted((a, b) => b.bytes - a.bytes)
    .slice(0, mostSlices);
  const rest = bytes - parts.reduce((sum, part) => sum + part.bytes, 0);
  return rest > 0 && parts.length > 0 ? [...parts, { path: "all else", bytes: rest }] : parts;
}

/** A folder that is most of the whole says little; the folders in it say more. */
function split(
  top: Weight,
  { bytes, biggestFolders }: { bytes: number; biggestFolders: readonly Weight[] },
): readonly Weight[] {
  if (top.bytes < bytes / 3) return [top];
  const inside = biggestFolders.filter(({ path }) => path.startsWith(`${top.path}/`));
  if (inside.length === 0) return [top];
  const rest = top.bytes - inside.reduce((sum, folder) => sum + folder.bytes, 0);
  return [...inside, { path: `${top.path}/ (its rest)`, bytes: rest }];
}
