import type { PluginStore } from "./store.js";

/** What each test is given: an empty store. */
export interface PluginUnderTest {
  readonly store: PluginStore;
  /** Another store on the same place, as a second process would have it. */
  readonly other: PluginStore;
  /** Removes what the test has left. */
  close?(): Promise<void>;
}

export interface PluginTerms {
  /** What the store doesn't do; its tests are left out. */
  readonly lacks?: readonly ("replace" | "delete")[];
  /** Each call takes long: what is done many times is done fewer times. */
  readonly costly?: true;
  /** So many of the tests, others each time; all of them with COLDSTORE_TEST_COUNT in the environment. */
  readonly sample?: number;
}

/** Declares the tests that every store of Coldstore's passes, with vitest. `make` is called once a test. */
export type PluginContract = (name: string, make: () => Promise<PluginUnderTest>, terms?: PluginTerms) => void;

export declare const storeContract: PluginContract;
