import { resolve } from "node:path";
import { ColdstoreError, SeveralErrors } from "../model/errors.ts";
import { assemble, contradictions, presentation } from "./assemble.ts";
import { type Call, readCall } from "./call.ts";
import { chosenProfile, type Config, readConfig } from "./config-file.ts";
import {
  defaultsFromEnv,
  type Environment,
  inActions,
  isPullRequest,
  overridesFromEnv,
  tagOf,
} from "./defaults-from-env.ts";
import { type ConfigSource, foundConfig, namedConfig } from "./find-config.ts";
import { readFlags } from "./flags.ts";
import { foreignFlags, type Layers, parseValues } from "./parse.ts";
import { absolute, placeOf } from "./parsed.ts";
import type { RawLayer } from "./raw.ts";
import type { Presentation, Settings } from "./settings.ts";
import { type Aside, readAside } from "./aside.ts";
import type { Values } from "./value-types.ts";

export interface Invocation {
  /** Without the program's own name. */
  readonly argv: readonly string[];
  readonly env: Environment;
  /** Absolute. */
  readonly cwd: string;
  readonly config: ConfigSource;
}

/** What a command line asks for. */
export type Loaded =
  | {
      readonly kind: "run";
      readonly settings: Settings;
      readonly presentation: Presentation;
      readonly warnings: readonly string[];
    }
  | Aside;

/** Settings of a call, of its surroundings and of the config file, checked to the last. Rejects with SeveralErrors of kind `settings`. */
export async function loadSettings(invocation: Invocation): Promise<Loaded> {
  const flags = readFlags(invocation.argv);
  const aside = readAside(flags, invocation.argv.length);
  if (aside !== undefined) return aside;
  const call = readCall(flags);
  const problems = [...call.problems];
  const warnings: string[] = [];
  const file = await fileOf(call, invocation);
  const callLayer = layerOf(call, file, invocation.cwd);
  const config = await loadConfig(callLayer, invocation, problems, warnings);
  const layers = layersOf(callLayer, config, invocation, problems);
  const values = parseValues(layers, homeOf(invocation.env), problems);
  if (!call.unsure && values.mode !== undefined)
    problems.push(...foreignFlags(callLayer, values.mode), ...contradictions(values, file));
  if (problems.length > 0) throw failed(problems, warnings);
  const settings = assemble(values as Values, { file, tag: tagOf(invocation.env), setsBack: 0 });
  warnings.push(...passing(settings, invocation.env), ...overruled(callLayer, layers));
  return { kind: "run", settings, presentation: presentation(values), warnings };
}

/** How to talk about a call that can't be read: never fails. */
export function presentationOf(argv: readonly string[], env: Environment): Presentation {
  const { values } = readFlags(argv);
  const call: RawLayer = { from: "call", base: "/", values };
  return presentation(parseValues({ used: [call, defaultsFromEnv(env, "/", "snapshot")], unused: [] }, undefined, []));
}

const mostProblems = 50;

/** The mode that a call names, as far as it can be told: never fails. */
export function modeIn(argv: readonly string[]): string {
  const { values, words } = readFlags(argv);
  return values.get("mode")?.[0]?.text ?? words[0] ?? "snapshot";
}

function failed(problems: readonly string[], warnings: readonly string[]): SeveralErrors {
  const more = problems.length - mostProblems;
  const rest = more > 0 ? [`${more} more problems like these.`] : [];
  // A warning about a config file that was left out may be the reason for what is missing.
  const sentences = [...problems.slice(0, mostProblems), ...rest, ...warnings];
  return new SeveralErrors(sentences.map((sentence) => new ColdstoreError("settings", sentence)));
}

/** Windows has its own name for it. */
function homeOf(env: Environment): string | undefined {
  return env["HOME"] ?? env["USERPROFILE"];
}

/** The absolute path of the file that was given in a store's place; a link stands for what it leads to. */
async function fileOf(call: Call, { cwd, env, config }: Invocation): Promise<string | undefined> {
  if (call.storeOrFile === undefined) return undefined;
  const path = absolute(call.storeOrFile, placeOf(cwd, homeOf(env)));
  return path.ok ? config.realFile(path.value) : undefined;
}

function layerOf(call: Call, file: string | undefined, base: string): RawLayer {
  if (call.storeOrFile === undefined || file !== undefined) return { from: "call", base, values: call.values };
  const store = [{ text: call.storeOrFile, label: "store" }, ...(call.values.get("store") ?? [])];
  return { from: "call", base, values: new Map([...call.values, ["store", store]]) };
}

async function loadConfig(
  call: RawLayer,
  { cwd, env, config: source }: Invocation,
  problems: string[],
  warnings: string[],
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

function layersOf(call: RawLayer, config: Config | undefined, { env, cwd }: Invocation, problems: string[]): Layers {
  const wanted = call.values.get("profile")?.[0]?.text;
  const profile = wanted === undefined ? undefined : chosenProfile(config, wanted, problems);
  const written = [profile, config?.settings].filter((layer) => layer !== undefined);
  const modes = [call, ...written].flatMap((layer) => layer.values.get("mode") ?? []);
  const mode = modes[0]?.text ?? "snapshot";
  const surroundings = defaultsFromEnv(env, cwd, mode);
  const overrides = overridesFromEnv(env, cwd, mode, problems);
  const unused = [...(config?.profiles.values() ?? [])].filter((layer) => layer !== profile);
  return { used: [overrides, call, surroundings, ...written], unused };
}

function passing(settings: Settings, env: Environment): readonly string[] {
  if ((settings.mode !== "snapshot" && settings.mode !== "archive") || settings.dryRun || !inActions(env)) return [];
  const stores = settings.stores.map((store) => store.text).join(", ");
  return [`${stores} is on the runner: unless that is your own machine, it goes with the run.`];
}

/** A flag that the environment goes before is told: elsewhere a flag always wins. */
function overruled(call: RawLayer, { used: [first] }: Layers): readonly string[] {
  return [...(first?.values ?? [])].flatMap(([name, [raw]]) =>
    raw !== undefined && call.values.has(name)
      ? [`--${name} isn't used: ${raw.label} is set, and goes before it.`]
      : [],
  );
}
