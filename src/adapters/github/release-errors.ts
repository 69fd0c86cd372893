import { ColdstoreError } from "../../model/errors.ts";
import { visibleText } from "../../model/visible-text.ts";

/** To read, a release is named that isn't there, or that only others see. */
export function noReleaseError(repository: string, tag: string): ColdstoreError {
  return new ColdstoreError(
    "not-found",
    `${repository} has no release ${visibleText(tag)}; check the tag${forgottenTag(tag)} (a draft is seen only with a token that may write the repository's contents)`,
  );
}

/** What somebody may have meant who has named a repository where a tag is meant; else nothing. */
export function forgottenTag(tag: string): string {
  return /^[A-Za-z0-9-]+\/[A-Za-z0-9._-]+$/.test(tag)
    ? `; for another repository's release write release:${tag}@TAG`
    : "";
}

/** Nothing can be added to a release, or changed in it; with the ways out. */
export function immutableError(tag: string, store: string): ColdstoreError {
  return new ColdstoreError(
    "immutable",
    `the release ${visibleText(tag)} is published and immutable, so that nothing can be added to ${store} there or changed: ` +
      "let Coldstore make the release, by a run on the push of its tag before anybody publishes one; " +
      "or store in another release (store: release:OTHER-TAG) or in another store",
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
