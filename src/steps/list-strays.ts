import { manifestSuffix } from "../model/manifest.ts";
import type { SetName } from "../model/set-name.ts";
import type { Io, Store } from "../ports/store.ts";
import { listSet } from "./list-sets.ts";

/**
 * Names of files in a set's folder that aren't its own: of an earlier state, or of a run that broke. A manifest that lists
 * them as superseded tells verification that they are no strays.
 */
export async function listStrays(
  { store, set, own }: { readonly store: Store; readonly set: SetName; readonly own: readonly string[] },
  io: Io,
): Promise<readonly string[]> {
  const { files } = await listSet(store, set, io);
  return files.map(({ name }) => name).filter((name) => !own.includes(name) && !name.endsWith(manifestSuffix));
}
