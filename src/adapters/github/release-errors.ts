import { ColdstoreError } from "../../model/errors.ts";
import { visibleText } from "../../model/visible-text.ts";

/** Nothing can be added to a release, or changed in it; with the ways out. */
export function immutableError(tag: string, store: string): ColdstoreError {
  return new ColdstoreError(
    "immutable",
    `the release ${visibleText(tag)} is published and immutable, so that nothing can be added to ${store} there or changed: ` +
      "let Coldstore make the release, by a run on the push of its tag before anybody publishes one; " +
      "or store in another release (store: release:OTHER-TAG) or in another store",
  );
}
