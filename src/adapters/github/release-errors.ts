import { ColdstoreError } from "../../model/errors.ts";
import { visibleText } from "../../model/visible-text.ts";

/** To read, a release is named that isn't there, or that only others see. */
export function noReleaseError(repository: string, tag: string): ColdstoreError {
  return new ColdstoreError(
    "not-found",
    `${repository} has no release ${visibleText(tag)}; check the tag (a draft is seen only with a token that may write the repository's contents)${forgottenTag(tag)}`,
  );
}

/** What somebody may have meant who has named a repository where a tag is meant; else nothing. */
export function forgottenTag(tag: string): string {
  return /^[A-Za-z0-9-]+\/[A-Za-z0-9._-]+$/.test(tag)
    ? `; for another repository's release write release:${tag}@TAG`
    : "";
}

/** Nothing can be added to a release, or changed in it; with the ways out. */
export function immutableError(tag: string): ColdstoreError {
  return new ColdstoreError(
    "immutable",
    `the release ${visibleText(tag)} is published and immutable, so nothing in it can be added or changed: ` +
      "run on the push of the tag, and let Coldstore make the release; " +
      "or let the other tool leave a draft, which Coldstore fills, and publish that in a later step (gh release edit TAG --draft=false); " +
      "or store somewhere else (store: release:OTHER-TAG, or a folder)",
  );
}

/** A draft can't be published whose tag was that of an immutable release, since deleted. */
export function burntTagError(tag: string, cause: unknown): ColdstoreError {
  return new ColdstoreError(
    "immutable",
    `its draft can't be published, for the tag ${visibleText(tag)} was that of an immutable release, since deleted, and GitHub ` +
      "never takes such a tag again; delete the draft and use a new version",
    { cause },
  );
}
