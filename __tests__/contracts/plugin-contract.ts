import { asPluginStore } from "../../src/adapters/plugin/plugin-answers.ts";
import { CheckedPluginStore } from "../../src/adapters/plugin/plugin-store.ts";
import type { PluginStore } from "../../src/ports/plugin-store.ts";
import type { PluginContract } from "./plugin-under-test.ts";
import { storeContract as contractOfStores } from "./store-contract.ts";

/** Proves a plugin's store, checked and completed as a run has it. */
export const storeContract: PluginContract = (name, make, terms = {}) => {
  const warn = (line: string): never => {
    throw new Error(line);
  };
  const checked = (plugin: PluginStore) => new CheckedPluginStore(name, asPluginStore(name, plugin), warn);
  contractOfStores(
    name,
    async () => {
      const made = await make();
      const stores = { store: checked(made.store), other: checked(made.other) };
      return {
        ...stores,
        async [Symbol.asyncDispose]() {
          for (const store of [stores.store, stores.other]) await store[Symbol.asyncDispose]();
          await made.close?.();
        },
      };
    },
    terms,
  );
};
