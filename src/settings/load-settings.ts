import { type Aside, readAside } from "./aside.ts";
import { presentation } from "./assemble.ts";
import { type Call, readCall } from "./call.ts";
import { defaultsFromEnv, type Environment, homeOf } from "./defaults-from-env.ts";
import { readFlags } from "./flags.ts";
import type { Surroundings } from "./load-config.ts";
import { parseValues } from "./parse.ts";
import { absolute, placeOf } from "./parsed.ts";
import { namesNoPath } from "./parse-store.ts";
import type { RawLayer } from "./raw.ts";
import type { Presentation } from "./settings.ts";
import { settle, type Settled } from "./settle.ts";

export interface Invocation extends Surroundings {
  /** Without the program's own name. */
  readonly argv: readonly string[];
}

/** What a command line asks for. */
export type Loaded = ({ readonly kind: "run" } & Settled) | Aside;

/** Settings of a call, of its surroundings and of the config file, checked to the last. Rejects with SeveralErrors of kind `settings`. */
export async function loadSettings(invocation: Invocation): Promise<Loaded> {
  const flags = readFlags(invocation.argv);
  const aside = readAside(flags, invocation.argv.length);
  if (aside !== undefined) return aside;
  const call = readCall(flags);
  const file = await fileOf(call, invocation);
  const layer = layerOf(call, file, invocation.cwd);
  const { problems, unsure } = call;
  return { kind: "run", ...(await settle({ by: "flags", layer, problems, unsure, file, setsBack: 0 }, invocation)) };
}

/** How to talk about a call that can't be read: never fails. */
export function presentationOf(argv: readonly string[], env: Environment): Presentation {
  const { values } = readFlags(argv);
  const call: RawLayer = { from: "call", base: "/", values };
  return presentation(parseValues({ used: [call, defaultsFromEnv(env, "/", "snapshot")], unused: [] }, undefined, []));
}

/** The mode that a call names, as far as it can be told: never fails. */
export function modeIn(argv: readonly string[]): string {
  const { values, words } = readFlags(argv);
  return values.get("mode")?.[0]?.text ?? words[0] ?? "snapshot";
}

/** The absolute path of the file that was given in a store's place; a link stands for what it leads to. */
async function fileOf(call: Call, { cwd, env, config }: Invocation): Promise<string | undefined> {
  if (call.storeOrFile === undefined || namesNoPath(call.storeOrFile)) return undefined;
  const path = absolute(call.storeOrFile, placeOf(cwd, homeOf(env)));
  return path.ok ? config.realFile(path.value) : undefined;
}

function layerOf(call: Call, file: string | undefined, base: string): RawLayer {
  if (call.storeOrFile === undefined || file !== undefined) return { from: "call", base, values: call.values };
  const store = [{ text: call.storeOrFile, label: "store" }, ...(call.values.get("store") ?? [])];
  return { from: "call", base, values: new Map([...call.values, ["store", store]]) };
}
