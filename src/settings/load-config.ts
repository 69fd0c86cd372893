import { resolve } from "node:path";
import { type Config, readConfig } from "./config-file.ts";
import { type Environment, homeOf, isPullRequest } from "./defaults-from-env.ts";
import { type ConfigSource, foundConfig, namedConfig } from "./find-config.ts";
import { absolute, placeOf } from "./parsed.ts";
import type { RawLayer } from "./raw.ts";

/** What a run finds around it, whoever starts it. */
export interface Surroundings {
  readonly env: Environment;
  /** Absolute. */
  readonly cwd: string;
  readonly config: ConfigSource;
}

/** What was noticed on the way to the settings, as sentences. */
export interface Noticed {
  readonly problems: string[];
  readonly warnings: string[];
}

/** The config file that a call names, else the one of the repository that its source lies in; undefined for none. */
export async function loadConfig(
  call: RawLayer,
  { cwd, env, config: source }: Surroundings,
  { problems, warnings }: Noticed,
): Promise<Config | undefined> {
  const search = { source, env, problems: [] as string[], warnings };
  const path = (text: string) => {
    const parsed = absolute(text, placeOf(cwd, homeOf(env)));
    return parsed.ok ? parsed.value : resolve(cwd, text);
  };
  const named = call.values.get("config")?.[0]?.text;
  const folder = path(call.values.get("source")?.[0]?.text ?? ".");
  const text = named === undefined ? await foundConfig(search, folder) : await namedConfig(search, path(named), named);
  problems.push(...search.problems);
  if (text === undefined) return undefined;
  const config = readConfig(text, problems);
  return text.found && isPullRequest(env) ? withoutStores(config, warnings) : config;
}

/** What is checked out for a pull request may be anybody's: it doesn't say where this run reads and writes. */
function withoutStores(config: Config, warnings: string[]): Config {
  const layers = [config.settings, ...config.profiles.values()];
  if (layers.some((layer) => layer.values.has("store")))
    warnings.push(`store in ${config.shown} isn't used: on a pull request a store comes from a flag or an input.`);
  const strip = (layer: RawLayer): RawLayer => ({
    ...layer,
    values: new Map([...layer.values].filter(([name]) => name !== "store")),
  });
  const profiles = new Map([...config.profiles].map(([name, layer]) => [name, strip(layer)] as const));
  return { ...config, settings: strip(config.settings), profiles };
}
