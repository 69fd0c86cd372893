import type { Environment } from "./defaults-from-env.ts";
import type { Surroundings } from "./load-config.ts";
import { readInputs } from "./read-inputs.ts";
import { settle, type Settled } from "./settle.ts";

export interface Step extends Surroundings {
  /** How many sets back the report is to tell of. */
  readonly setsBack: number;
}

/**
 * Settings of an action's inputs, of its surroundings and of the config file, checked to the last. Paths count from `cwd`.
 * Rejects with SeveralErrors of kind `settings`.
 */
export async function loadInputs({ setsBack, ...around }: Step): Promise<Settled> {
  const { values, problems } = readInputs(around.env);
  const layer = { from: "call", base: around.cwd, values } as const;
  return settle({ by: "inputs", layer, problems, unsure: problems.length > 0, setsBack }, around);
}

/** The mode that the inputs name, as far as it can be told: never fails. */
export function modeOfInputs(env: Environment): string {
  return readInputs(env).values.get("mode")?.[0]?.text ?? "snapshot";
}
