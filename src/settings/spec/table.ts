import type { Manual, SettingGroup, SettingSpec } from "../../model/setting-spec.ts";
import { archive } from "./archive.ts";
import { first } from "./first.ts";
import { modes } from "./modes.ts";
import { notes } from "./notes.ts";
import { output } from "./output.ts";
import { outputs } from "./outputs.ts";
import { releases } from "./releases.ts";
import { remotes } from "./remotes.ts";
import { restoring } from "./restoring.ts";
import { running } from "./running.ts";
import { sets } from "./sets.ts";
import { source } from "./source.ts";
import { storing } from "./storing.ts";

/** THE table: every setting that works, once. Everything else that knows of settings is made from it. */
export const table = {
  ...first,
  ...source,
  ...archive,
  ...storing,
  ...releases,
  ...remotes,
  ...sets,
  ...restoring,
  ...notes,
  ...running,
  ...output,
};

export type Table = typeof table;

export type SettingName = keyof Table;

const groups: readonly SettingGroup[] = [
  { name: "first", title: "First settings" },
  { name: "source", title: "What is archived" },
  { name: "archive", title: "The archive" },
  { name: "storing", title: "Storing" },
  { name: "release", title: "The release" },
  { name: "remote", title: "Remotes and SSH hosts" },
  { name: "sets", title: "Which sets, how closely" },
  { name: "restoring", title: "What comes back, and where to" },
  { name: "notes", title: "Recorded in the manifest" },
  { name: "run", title: "The run" },
  { name: "output", title: "Output" },
];

/** Every setting with its name, in the table's order. */
export function settingSpecs(): readonly SettingSpec[] {
  return Object.entries(table).map(([name, declaration]) => ({ name, ...declaration }));
}

/** The setting of this name; undefined when there is none. */
export function settingSpec(name: string): SettingSpec | undefined {
  return isSettingName(name) ? { name, ...table[name] } : undefined;
}

export function isSettingName(name: string): name is SettingName {
  return Object.hasOwn(table, name);
}

/** All that help, completion and the reference pages are made from. */
export function manual(): Manual {
  return { modes, groups, settings: settingSpecs(), outputs };
}
