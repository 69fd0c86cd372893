import { resolve } from "node:path";
import { type Config, readConfig } from "./config-file.ts";
import { type Environment, homeOf, isPullRequest } from "./defaults-from-env.ts";
import { type ConfigSource, foundConfig, namedConfig } from "./find-config.ts";
import { absolute, placeOf } from "./parsed.ts";
import { namesNoPath } from "./parse-store.ts";
import type { RawLayer, RawText } from "./raw.ts";
import type { SettingName } from "./spec/table.ts";
import { oneOf } from "./wording.ts";

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
  const given = call.values.get("source")?.[0]?.text ?? ".";
  const folder = path(namesNoPath(given) ? "." : given);
  const text = named === undefined ? await foundConfig(search, folder) : await namedConfig(search, path(named), named);
  problems.push(...search.problems);
  if (text === undefined) return undefined;
  const config = readConfig(text, problems);
  return text.found && isPullRequest(env) ? withoutStores(config, warnings) : config;
}

/** What is checked out for a pull request may be anybody's: it doesn't say where this run reads and writes. */
function withoutStores(config: Config, warnings: string[]): Config {
  const layers = [config.settings, ...config.profiles.values()];
  const isStore = (name: SettingName, texts: readonly RawText[]) =>
    name === "store" || name === "from" || (name === "source" && texts.some(({ text }) => namesNoPath(text)));
  const found = layers.flatMap(({ values }) =>
    [...values].flatMap(([name, texts]) => (isStore(name, texts) ? name : [])),
  );
  const names = [...new Set(found)];
  if (names.length > 0)
    warnings.push(
      `${oneOf(names, "and")} in ${config.shown} ${names.length === 1 ? "isn't" : "aren't"} used: on a pull request ${names.length === 1 && names[0] === "store" ? "a store comes" : "stores and remotes come"} from a flag or an input.`,
    );
  const strip = (layer: RawLayer): RawLayer => ({
    ...layer,
    values: new Map([...layer.values].filter(([name, texts]) => !isStore(name, texts))),
  });
  const profiles = new Map([...config.profiles].map(([name, layer]) => [name, strip(layer)] as const));
  return { ...config, settings: strip(config.settings), profiles };
}
