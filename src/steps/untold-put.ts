import { ColdstoreError } from "../model/errors.ts";
import type { Store } from "../ports/store.ts";
import { nameSome } from "./name-some.ts";

/** What is said of a store that owes an answer to what was put: no set is made whole on the strength of it. */
export function untoldPut({ name }: Pick<Store, "name">, files: readonly string[]): ColdstoreError {
  return new ColdstoreError(
    "store",
    `${name} doesn't say what became of ${nameSome(files)}, which may not be stored; run again, and if that ends the same way, tell ` +
      "whoever makes that kind of store",
  );
}
