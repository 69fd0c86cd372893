import { ColdstoreError } from "../model/errors.ts";
import { formatCount } from "../model/units.ts";
import type { FoundPointer } from "./folder-pointers.ts";
import { missingLfsError, withoutContent } from "./lfs-content.ts";
import { namePointers } from "./lfs-pointer.ts";

const leaveOut = "leave the files out with exclude: PATTERN";
const keepOrLeaveOut = `set lfs to pointers to keep the pointers, or ${leaveOut}`;

/** Why an archive with Git LFS pointers in it isn't made, with the ways out. */
export function unwantedPointers(found: readonly FoundPointer[]): ColdstoreError {
  const isInClone = found.some(({ entry }) => entry.lfs !== undefined);
  const include = isInClone
    ? "set lfs to include to put the contents in"
    : "archive a clone that has the contents with lfs: include";
  return new ColdstoreError(
    "source",
    `${formatCount(found.length, "file would be a Git LFS pointer", "files would be Git LFS pointers")} in the archive, without the contents: ${named(found)}; ` +
      `${include}, ${keepOrLeaveOut}`,
    { ...(isInClone && { remedy: { checkout: { lfs: "true" }, settings: { lfs: "include" } } }) },
  );
}

/** What stands against putting in the contents that pointers stand for: those that aren't here, clone by clone, and those that only a program could give. */
export async function contentErrors(found: readonly FoundPointer[]): Promise<readonly ColdstoreError[]> {
  const extended = found.filter((each) => each.extended);
  const errors = extended.length > 0 ? [needExtensions(extended)] : [];
  for (const [clone, inClone] of Map.groupBy(found, ({ entry }) => entry.lfs)) {
    const pointers = inClone.map(({ pointer }) => pointer);
    if (clone !== undefined) {
      const missing = await withoutContent(clone, pointers);
      const from = { folder: clone.facts.workTree, orElse: `; or ${keepOrLeaveOut}` };
      if (missing.length > 0) errors.push(missingLfsError(missing, from));
    } else if (pointers.some(({ bytes }) => bytes > 0)) errors.push(outsideOfClones(inClone));
  }
  return errors;
}

/** Why contents can't be put in where there is no clone to take them from. */
export function outsideOfClones(found: readonly Pick<FoundPointer, "pointer">[]): ColdstoreError {
  return new ColdstoreError(
    "source",
    `the contents of ${formatCount(found.length, "Git LFS file")} can't be included, since the folder isn't in a clone that git could be asked of: ${named(found)}; ` +
      `archive a clone that has the contents, ${keepOrLeaveOut}`,
  );
}

function needExtensions(found: readonly FoundPointer[]): ColdstoreError {
  return new ColdstoreError(
    "source",
    `${formatCount(found.length, "file is", "files are")} kept in Git LFS by way of an extension, a program that would have to be run to get the content, and Coldstore runs none: ${named(found)}; ` +
      keepOrLeaveOut,
  );
}

function named(found: readonly Pick<FoundPointer, "pointer">[]): string {
  return namePointers(found.map(({ pointer }) => pointer));
}
