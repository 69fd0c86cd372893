import type { SettingSpec } from "../../model/setting-spec.ts";

/** A row of the table; its name is its key. */
export type Declaration = Omit<SettingSpec, "name">;

export type Declarations = Readonly<Record<string, Declaration>>;
