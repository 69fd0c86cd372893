import { ColdstoreError } from "../model/errors.ts";
import type { RestoreTarget } from "../ports/restore-target.ts";

/**
 * A target that keeps nothing: for a dry run, which reads and compares all that a restore would. It takes every name: what a disk
 * can hold is tried out by writing to it, so that names that clash on one that folds case, say, come to light in the real run.
 */
export function nowhereTarget(): RestoreTarget {
  const nothing = () => undefined;
  const never = (): never => {
    throw new ColdstoreError("bug", "a dry run keeps nothing that could be read or shown");
  };
  return {
    traits: {
      symlinks: true,
      modes: true,
      foldsCase: false,
      normalizes: false,
      windowsNames: false,
      anyBytes: true,
    },
    folder: nothing,
    file: () => ({ write: nothing, close: nothing }),
    link: nothing,
    // Whoever reads back what was written copies it, and that is kept as little.
    read: (_path, range) => new Uint8Array(range === undefined ? 0 : range.end - range.start),
    publish: async () => never(),
    [Symbol.asyncDispose]: async () => undefined,
  };
}
