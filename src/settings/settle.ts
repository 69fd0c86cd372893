import { ColdstoreError, SeveralErrors } from "../model/errors.ts";
import { assemble, presentation } from "./assemble.ts";
import { chosenProfile, type Config } from "./config-file.ts";
import { contradictions } from "./contradictions.ts";
import {
  defaultsFromEnv,
  type Environment,
  fallbackFromEnv,
  homeOf,
  inActions,
  overridesFromEnv,
  tagOf,
} from "./defaults-from-env.ts";
import { loadConfig, type Noticed, type Surroundings } from "./load-config.ts";
import { foreignFlags, type Layers, originOf, parseValues } from "./parse.ts";
import { pullRequestBase } from "./pull-request-base.ts";
import type { RawLayer } from "./raw.ts";
import type { Presentation, Settings } from "./settings.ts";
import type { Values } from "./value-types.ts";

/** What the one who starts a run says of it. */
export interface Said {
  readonly by: "flags" | "inputs";
  readonly layer: RawLayer;
  /** What of it can't be read, as sentences. */
  readonly problems: readonly string[];
  /** Something in it isn't known: what seems to be missing may have been meant by it. */
  readonly unsure: boolean;
  /** Given in a store's place; absolute. */
  readonly file?: string | undefined;
  readonly setsBack: number;
}

/** A run, decided to the last. */
export interface Settled {
  readonly settings: Settings;
  readonly presentation: Presentation;
  readonly warnings: readonly string[];
  /** Stores that are gone when the machine is, by their texts. */
  readonly passing: readonly string[];
}

/** The settings of what was said, its surroundings and the config file. Rejects with SeveralErrors of kind `settings`. */
export async function settle(said: Said, around: Surroundings): Promise<Settled> {
  const { layer, file, by, setsBack } = said;
  const noticed = { problems: [...said.problems], warnings: [] as string[] };
  const { problems, warnings } = noticed;
  const config = await loadConfig(layer, around, noticed);
  const layers = layersOf(layer, config, around, noticed);
  const values = parseValues(layers, homeOf(around.env), problems);
  const symlinksFrom = originOf("symlinks", layers);
  const projectFrom = originOf("project", layers);
  const given = new Set(layer.values.keys());
  const ownRepository = around.env["GITHUB_REPOSITORY"];
  if (!said.unsure && values.mode !== undefined)
    problems.push(
      ...foreignFlags(layer, values.mode),
      ...contradictions(values, { by, file, symlinksFrom, projectFrom, given, ownRepository }),
    );
  if (problems.length > 0) throw failed(noticed);
  const base = await pullRequestBase(around);
  const settings = assemble(values as Values, { by, file, tag: tagOf(around.env), setsBack, symlinksFrom, base });
  warnings.push(...overruled(layer, layers));
  return { settings, presentation: presentation(values), warnings, passing: passing(settings, around.env) };
}

const mostProblems = 50;

function failed({ problems, warnings }: Noticed): SeveralErrors {
  const more = problems.length - mostProblems;
  const rest = more > 0 ? [`${more} more problems like these.`] : [];
  // A warning about a config file that was left out may be the reason for what is missing.
  const sentences = [...problems.slice(0, mostProblems), ...rest, ...warnings];
  return new SeveralErrors(sentences.map((sentence) => new ColdstoreError("settings", sentence)));
}

function layersOf(
  said: RawLayer,
  config: Config | undefined,
  { env, cwd }: Surroundings,
  { problems }: Noticed,
): Layers {
  const wanted = said.values.get("profile")?.[0]?.text;
  const profile = wanted === undefined ? undefined : chosenProfile(config, wanted, problems);
  const written = [profile, config?.settings].filter((layer) => layer !== undefined);
  const modes = [said, ...written].flatMap((layer) => layer.values.get("mode") ?? []);
  const mode = modes[0]?.text ?? "snapshot";
  const surroundings = defaultsFromEnv(env, cwd, mode);
  const overrides = overridesFromEnv(env, cwd, mode, problems);
  const unused = [...(config?.profiles.values() ?? [])].filter((layer) => layer !== profile);
  const fallback = fallbackFromEnv(env, cwd, mode);
  return { used: [overrides, said, surroundings, ...written, fallback], unused };
}

/** A folder on a machine that is gone after the job is no place to keep anything. */
function passing(settings: Settings, env: Environment): readonly string[] {
  if (!("prove" in settings) || settings.dryRun || !inActions(env)) return [];
  // https://docs.github.com/en/actions/reference/workflows-and-actions/variables
  if (env["RUNNER_ENVIRONMENT"] === "self-hosted") return [];
  return settings.stores.every(({ kind }) => kind === "folder") ? settings.stores.map(({ text }) => text) : [];
}

/** What the environment goes before is told: elsewhere a flag or an input always wins. */
function overruled(said: RawLayer, { used: [first] }: Layers): readonly string[] {
  return [...(first?.values ?? [])].flatMap(([name, [raw]]) => {
    const [own] = said.values.get(name) ?? [];
    return raw === undefined || own === undefined
      ? []
      : [`${own.label} isn't used: ${raw.label} is set, and goes before it.`];
  });
}
