import { asColdstoreError, ColdstoreError, type Remedy } from "../../model/errors.ts";
import { formatCount } from "../../model/units.ts";

/** How a clone came to be without objects that its commits name: it was told to leave some out, or it lost them. */
export type Lacking = "partial" | "damaged";

/** A checkout in a workflow that leaves nothing out. */
export const wholeCheckout: Remedy = { checkout: { filter: "", "sparse-checkout": "" } };

const refetch = "`git fetch --refetch --no-filter`";

/** What to do when an object isn't there, and it can't be told why. */
export const missingAdvice = `if this is a partial clone, fetch what it left out with ${refetch}; else \`git fsck\` names what is damaged`;

const shown = 10;

/** Why files of a commit can't be read: these paths have no content in the clone. */
export function missingContents(paths: readonly string[], lacking: Lacking): ColdstoreError {
  const what = `the contents of ${formatCount(paths.length, "file")} aren't`;
  const more = paths.length > shown ? `, and ${paths.length - shown} more` : "";
  const named = paths.slice(0, shown).join(", ") + more;
  switch (lacking) {
    case "partial":
      return new ColdstoreError(
        "source",
        `${what} in this clone, since it was made with a filter or for a sparse checkout: ${named}; fetch what it left out with ${refetch}`,
        { remedy: wholeCheckout },
      );
    case "damaged":
      return new ColdstoreError("source", `${what} in this clone: ${named}; \`git fsck\` names what is damaged`);
  }
}

/** Why a commit can't be read that is there. */
export function missingTree(ref: string): ColdstoreError {
  return new ColdstoreError("source", `what ${ref} holds isn't in this clone; ${missingAdvice}`, {
    remedy: wholeCheckout,
  });
}

/** An error of git's in a partial clone, with the way out that a workflow has. */
export function inPartialClone(thrown: unknown): ColdstoreError {
  const error = asColdstoreError(thrown);
  if (error.failure !== "source" || error.remedy !== undefined) return error;
  return new ColdstoreError(error.failure, error.message, { cause: error, remedy: wholeCheckout });
}
