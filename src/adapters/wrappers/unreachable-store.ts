import type { ColdstoreError } from "../../model/errors.ts";
import type { Store } from "../../ports/store.ts";

/** A store that couldn't even be opened: every call ends with the reason. */
export function unreachableStore(name: string, error: ColdstoreError): Store {
  const reject = async (): Promise<never> => {
    throw error;
  };
  return {
    name,
    traits: { digests: [], flat: false, records: true, ranges: true, cold: false },
    preflight: async () => [error],
    // oxlint-disable-next-line require-yield -- there is nothing to list
    list: async function* () {
      throw error;
    },
    stat: reject,
    put: async function* (items) {
      for await (const { key } of items) yield { key, outcome: "failed", error };
    },
    settle: reject,
    open: reject,
    read: async function* (keys) {
      for (const key of keys) yield { key, error };
    },
    replace: reject,
    delete: async function* (keys) {
      for (const key of keys) yield { key, outcome: "failed", error };
    },
  };
}
