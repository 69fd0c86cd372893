import { type SettingSpec, standsIn } from "../model/setting-spec.ts";
import type { Environment } from "./defaults-from-env.ts";
import type { RawText } from "./raw.ts";
import { isSettingName, type SettingName, settingSpec } from "./spec/table.ts";
import { flagAsInput, unknownInput } from "./unknown-name.ts";

/** An action's inputs taken apart; values are still texts. */
export interface Inputs {
  readonly values: ReadonlyMap<SettingName, readonly RawText[]>;
  /** A sentence for each input that there isn't. */
  readonly problems: readonly string[];
}

/**
 * Reads the variables that a runner hands an action its inputs in: `INPUT_` and the name in upper case, spaces as
 * underscores, dashes as they are. Those that weren't given are there too, and empty (Handler.AddInputsToEnvironment in
 * actions/runner). Never throws.
 */
export function readInputs(env: Environment): Inputs {
  const values = new Map<SettingName, readonly RawText[]>();
  const problems: string[] = [];
  for (const [variable, text] of Object.entries(env)) {
    const name = nameOf(variable);
    const spec = name === undefined ? undefined : settingSpec(name);
    if (name === undefined || text === undefined) continue;
    if (spec === undefined) problems.push(unknownInput(name, variable, problems));
    else if (!standsIn(spec, "input")) problems.push(flagAsInput(name, variable));
    else if (isSettingName(spec.name)) giveTexts(values, spec.name, textsOf(spec, text));
  }
  return { values, problems };
}

/** The input that a variable holds; undefined for any other variable. */
function nameOf(variable: string): string | undefined {
  // A runner writes them in upper case; what isn't is a variable of the job's own.
  const [, name] = /^INPUT_(.+)$/s.exec(variable) ?? [];
  return name === undefined || name !== name.toUpperCase() ? undefined : name.toLowerCase();
}

function giveTexts(values: Map<SettingName, readonly RawText[]>, name: SettingName, texts: readonly string[]): void {
  if (texts.length > 0)
    values.set(
      name,
      texts.map((text) => ({ text, label: name })),
    );
}

/** The texts that an input gives; none for an empty one. */
function textsOf({ list, kind }: SettingSpec, text: string): readonly string[] {
  // Spaces before and behind are a part of a pattern: a .gitignore has rules for them.
  const clean = (line: string) => (kind.type === "pattern" ? line.replace(/\r$/, "") : line.trim());
  return (list ? text.split("\n") : [text]).map(clean).filter((line) => line !== "");
}
