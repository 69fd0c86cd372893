import type { Flags } from "./flags.ts";
import { addRaw, type RawText } from "./raw.ts";
import { everyMode, makingModes } from "./spec/modes.ts";
import type { SettingName } from "./spec/table.ts";
import { unknownMode } from "./unknown-name.ts";
import { oneOf, quote } from "./wording.ts";

/** A command line whose words have been given their meaning. */
export interface Call {
  readonly values: ReadonlyMap<SettingName, readonly RawText[]>;
  /** What stands where a store or a file may stand, in a mode that reads. */
  readonly storeOrFile?: string;
  readonly problems: readonly string[];
  /** Something in it isn't known: what seems to be missing may have been meant by it. */
  readonly unsure: boolean;
}

/** Gives the words of a command line their meaning: the mode, unless `--mode` says it, and what stands behind it. */
export function readCall(flags: Flags): Call {
  const values = new Map(flags.values);
  const problems = [...flags.problems];
  const { mode, words } = splitWords(flags);
  if (mode !== undefined && !isMode(mode) && !flags.unsure) problems.push(unknownMode(mode));
  if (mode === undefined || !isMode(mode)) return { values, problems, unsure: flags.unsure || mode !== undefined };
  if (!values.has("mode")) addRaw(values, "mode", { text: mode, label: "mode" });
  const makes = makingModes.some((making) => making === mode);
  if (!flags.unsure && words.length > (makes ? 2 : 1)) problems.push(tooMany(mode, words, makes));
  const [word, store] = words;
  const call = { values, problems, unsure: flags.unsure };
  if (mode === "replicate" && word !== undefined)
    values.set("store", [{ text: word, label: "store" }, ...(values.get("store") ?? [])]);
  if (mode === "replicate") return call;
  if (!makes) return { ...call, ...(word !== undefined && { storeOrFile: word }) };
  if (word !== undefined) addRaw(values, "source", { text: word, label: "source" });
  if (store !== undefined) addRaw(values, "store", { text: store, label: "store" });
  return call;
}

/** The mode's word and those behind it; what `--mode` doesn't know, the check of its value will name. */
function splitWords({ values, words, unsure }: Flags): { readonly mode?: string; readonly words: readonly string[] } {
  const flag = values.get("mode")?.[0]?.text;
  if (flag !== undefined) return isMode(flag) ? { mode: flag, words } : { words };
  // An unknown flag's value may stand before the mode.
  const at = unsure ? Math.max(0, words.findIndex(isMode)) : 0;
  const mode = words[at];
  return { ...(mode !== undefined && { mode }), words: words.slice(at + 1) };
}

function isMode(word: string): boolean {
  return everyMode.some((mode) => mode === word);
}

function tooMany(mode: string, words: readonly string[], makes: boolean): string {
  const extra = words.slice(makes ? 2 : 1);
  const takes = makes ? "a source and a store" : mode === "replicate" ? "one store" : "one store or one file";
  const [flag, meant] = mode === "restore" ? ["into", "the folder to restore to is"] : ["store", "more stores are"];
  const much = `${oneOf(extra.map(quote), "and")} ${extra.length > 1 ? "are" : "is"} too much`;
  return `${mode} takes ${takes}, and ${much}; ${meant} given as --${flag} ${quote(extra[0] ?? "")}.`;
}
