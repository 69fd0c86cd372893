import { ColdstoreError, SeveralErrors } from "../model/errors.ts";
import type { Flags } from "./flags.ts";
import { nearest } from "./nearest.ts";
import { everyMode } from "./spec/modes.ts";
import { oneOf, quote } from "./wording.ts";

/** What can be asked for instead of a run. */
export type Aside =
  | { readonly kind: "help"; readonly topic?: Topic }
  | { readonly kind: "version" }
  | { readonly kind: "completion"; readonly shell: Shell };

export type Topic = (typeof topics)[number];
export type Shell = (typeof shells)[number];

const shells = ["bash", "zsh", "fish"] as const;
const topics = [...everyMode, "config", "stores", "profiles", "exit-codes", "completion"] as const;

/** What is asked for instead of a run; undefined for a run. Help goes before everything else that a call may say. */
export function readAside(flags: Flags, given: number): Aside | undefined {
  const [first, second] = flags.words;
  const mode = flags.values.get("mode")?.[0]?.text;
  const word = mode === undefined ? first : undefined;
  if (isOn(flags, "help") || word === "help" || given === 0) return help(word === "help" ? second : (mode ?? first));
  if (isOn(flags, "version") || word === "version") return { kind: "version" };
  return word === "completion" ? completion(second) : undefined;
}

function isOn(flags: Flags, name: "help" | "version"): boolean {
  return flags.values.get(name)?.some((raw) => raw.text !== "false") ?? false;
}

function help(topic: string | undefined): Aside {
  if (topic === undefined) return { kind: "help" };
  const known = topics.find((each) => each === topic);
  if (known !== undefined) return { kind: "help", topic: known };
  const near = nearest(topic, topics);
  const hint = near === undefined ? "" : ` Did you mean ${near}?`;
  throw problem(`there is no help for ${quote(topic)}, only for ${oneOf(topics, "and")}.${hint}`);
}

function completion(shell: string | undefined): Aside {
  const known = shells.find((each) => each === shell);
  if (known !== undefined) return { kind: "completion", shell: known };
  const given = shell === undefined ? "completion needs a shell" : `there is no completion for ${quote(shell)}`;
  throw problem(`${given}; give ${oneOf(shells)}, as in: coldstore completion bash`);
}

function problem(sentence: string): SeveralErrors {
  return new SeveralErrors([new ColdstoreError("settings", sentence)]);
}
