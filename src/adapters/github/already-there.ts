import { ColdstoreError } from "../../model/errors.ts";

/** The release has an asset of that name, whatever its state: look at it before anything else. */
export class AlreadyThere extends ColdstoreError {}
