import { standsIn } from "../../src/model/setting-spec.ts";
import { ColdstoreError, SeveralErrors } from "../../src/model/errors.ts";
import type { ConfigSource } from "../../src/settings/find-config.ts";
import { loadInputs } from "../../src/settings/load-inputs.ts";
import { type Loaded, loadSettings } from "../../src/settings/load-settings.ts";
import type { Settings } from "../../src/settings/settings.ts";
import { settingSpecs } from "../../src/settings/spec/table.ts";
import type { Settled } from "../../src/settings/settle.ts";
import { plainPaths } from "./plain-paths.ts";

/** A disk of these files (absolute paths), all of them in the repository /repo. */
export function configDisk(files: Readonly<Record<string, string>> = {}): ConfigSource {
  return {
    read: async (path) => files[plainPaths(path)],
    isFile: async (path) => plainPaths(path) in files,
    realFile: async (path) => (plainPaths(path) in files ? path : undefined),
    repositoryRoot: async (folder) => (/^\/repo(?:\/|$)/.test(plainPaths(folder)) ? "/repo" : undefined),
  };
}

export interface Call {
  readonly argv?: readonly string[] | string;
  readonly env?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly readBase?: (path: string) => Promise<string | undefined>;
}

/** Loads the settings of a call in /repo; a string is split at spaces. */
export async function load({ argv = [], env = {}, files, cwd = "/repo", readBase }: Call): Promise<Loaded> {
  const words = typeof argv === "string" ? argv.split(" ").filter((word) => word !== "") : argv;
  const config = { ...configDisk(files), ...(readBase && { readBase }) };
  return plainPaths(await loadSettings({ argv: words, env: { HOME: "/home/me", ...env }, cwd, config }));
}

/** The settings of a call that asks for a run. */
export async function settingsOf(call: Call): Promise<Settings> {
  return (await runOf(call)).settings;
}

export async function runOf(call: Call): Promise<Extract<Loaded, { readonly kind: "run" }>> {
  const loaded = await load(call);
  if (loaded.kind !== "run") throw new Error(`a run was expected, not ${loaded.kind}`);
  return loaded;
}

/** The sentences that a call is refused with; anything but an error of settings is thrown on. */
export async function problemsOf(call: Call): Promise<readonly string[]> {
  return refusalOf(() => load(call));
}

export interface Step extends Omit<Call, "argv"> {
  /** As a workflow has them under `with:`. */
  readonly inputs?: Readonly<Record<string, string>>;
}

/** Loads the settings of a step in /repo, whose inputs arrive as a runner hands them over: also those that aren't given. */
export async function stepOf({ inputs = {}, env = {}, files, cwd = "/repo", readBase }: Step): Promise<Settled> {
  const declared = settingSpecs().filter((spec) => standsIn(spec, "input"));
  const given = { ...Object.fromEntries(declared.map(({ name }) => [name, ""])), ...inputs };
  const variables = Object.fromEntries(
    Object.entries(given).map(([name, text]) => [`INPUT_${name.replaceAll(" ", "_").toUpperCase()}`, text]),
  );
  const config = { ...configDisk(files), ...(readBase && { readBase }) };
  const actions = { HOME: "/home/me", GITHUB_ACTIONS: "true", ...variables, ...env };
  return plainPaths(await loadInputs({ env: actions, cwd, config, setsBack: 20 }));
}

/** The sentences that a step's settings are refused with. */
export async function problemsOfStep(step: Step): Promise<readonly string[]> {
  return refusalOf(() => stepOf(step));
}

async function refusalOf(load: () => Promise<unknown>): Promise<readonly string[]> {
  try {
    await load();
    return [];
  } catch (error) {
    if (!(error instanceof SeveralErrors)) throw error;
    return error.errors.map((each) => {
      if (!(each instanceof ColdstoreError) || each.failure !== "settings") throw each;
      return each.message;
    });
  }
}
