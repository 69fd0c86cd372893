import { ColdstoreError } from "../model/errors.ts";
import type { Io } from "../ports/store.ts";
import type { RestoreSource, SetEnd, SetOrder } from "./restore-source.ts";

/** Fills a target with all of a set, every byte compared with the file list. */
export async function restoreSet(source: RestoreSource, _order: SetOrder, _io: Io): Promise<SetEnd> {
  throw new ColdstoreError("bug", `restoring ${source.prefix} isn't there yet`);
}
