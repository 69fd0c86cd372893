import { ColdstoreError } from "../model/errors.ts";
import type { ManifestContent } from "../model/manifest.ts";
import type { RestoreTarget } from "../ports/restore-target.ts";
import type { Io } from "../ports/store.ts";
import type { RestoreSource } from "./restore-source.ts";

/** What a drill may use. */
export interface Drill {
  openDrill(): Promise<RestoreTarget>;
  /** The tar of the same commit, made anew; undefined where that can't be had. */
  remakeTar?(content: ManifestContent): Promise<AsyncIterable<Uint8Array> | undefined>;
}

/** Brings a set back, out of sight, and compares it; resolves to everything that isn't as it should be. */
export async function drillSet(source: RestoreSource, _drill: Drill, _io: Io): Promise<readonly ColdstoreError[]> {
  throw new ColdstoreError("bug", `the drill of ${source.prefix} isn't there yet`);
}
