import type { SettingName } from "./spec/table.ts";

/** A value before parsing; `label` is how a message names the place it came from: `--prove`, `prove (coldstore.yml, line 3)`. */
export interface RawText {
  readonly text: string;
  readonly label: string;
}

export type RawValues = ReadonlyMap<SettingName, readonly RawText[]>;

/** A flag or an input, the environment, a config file that somebody named, or one that merely lay in the repository. */
export type Origin = "call" | "environment" | "file" | "found file";

/** What one place sets. `base` is the absolute folder that its relative paths count from. */
export interface RawLayer {
  readonly from: Origin;
  readonly base: string;
  readonly values: RawValues;
}

/** Adds a text to a setting of values that are still being collected. */
export function addRaw(values: Map<SettingName, readonly RawText[]>, name: SettingName, raw: RawText): void {
  values.set(name, [...(values.get(name) ?? []), raw]);
}
