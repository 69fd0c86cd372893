import type { PluginStore, PluginTraits } from "../../ports/plugin-store.ts";
import type { DigestName, StoredObject } from "../../ports/store.ts";
import { ColdstoreError } from "../../model/errors.ts";
import { visibleText } from "../../model/visible-text.ts";
import { wrongAnswer } from "./foreign-call.ts";

const needed = ["list", "open", "create"];
const extra = ["stat", "remove", "replace", "settle", "preflight", "close"];

/** What `openStore` has given, if it's a store. Throws `settings`. */
export function asPluginStore(name: string, given: unknown): PluginStore {
  if (!isRecord(given)) throw unfit(name, "its openStore gives no store");
  const missing = needed.filter((method) => typeof given[method] !== "function");
  if (missing.length > 0) throw unfit(name, `its store has no ${missing.join(", no ")}`);
  const odd = extra.filter((method) => given[method] !== undefined && typeof given[method] !== "function");
  if (odd.length > 0) throw unfit(name, `its store has ${odd.join(" and ")}, which ought to be a function`);
  checkTraits(name, given["traits"] ?? {});
  return given as unknown as PluginStore;
}

/** An object as a plugin tells of it, with the digests that it promises. Throws `store`. */
export function objectOf(name: string, given: unknown, promised: readonly DigestName[]): StoredObject {
  if (!isRecord(given) || typeof given["key"] !== "string") throw wrongAnswer(name, "tells of an object without a key");
  const { key, bytes, digests, modified, url } = given;
  const named = visibleText(key);
  if (!isCount(bytes)) throw wrongAnswer(name, `tells of ${named} without its number of bytes`);
  return {
    key,
    bytes,
    digests: Object.fromEntries(promised.map((digest) => [digest, hexOf(name, digests, { digest, named })])),
    ...(modified instanceof Date && !Number.isNaN(modified.getTime()) && { modified }),
    ...(typeof url === "string" && { url: visibleText(url) }),
  };
}

export function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

export function unfit(name: string, problem: string, cause?: unknown): ColdstoreError {
  return new ColdstoreError("settings", `${name} can't be used: ${problem}; docs/plugins.md says what it must have`, {
    cause,
  });
}

function hexOf(name: string, digests: unknown, of: { readonly digest: DigestName; readonly named: string }): string {
  const value = isRecord(digests) ? digests[of.digest] : undefined;
  const length = of.digest === "sha256" ? 64 : 32;
  if (typeof value === "string" && value.length === length && /^[0-9a-f]+$/.test(value)) return value;
  throw wrongAnswer(name, `tells of ${of.named} without the ${of.digest} that it promises`);
}

const traitChecks: Readonly<Record<keyof PluginTraits, (value: unknown) => boolean>> = {
  digests: (value) => Array.isArray(value) && value.every((digest) => digest === "sha256" || digest === "md5"),
  maxObjectBytes: (value) => isCount(value) && value > 0,
  ranges: (value) => typeof value === "boolean",
  atOnce: (value) => isCount(value) && value > 0,
};

function checkTraits(name: string, traits: unknown): void {
  if (!isRecord(traits)) throw unfit(name, "its traits are none");
  for (const [trait, value] of Object.entries(traits)) {
    if (!Object.hasOwn(traitChecks, trait)) throw unfit(name, `it has an unknown trait ${visibleText(trait)}`);
    if (value !== undefined && !traitChecks[trait as keyof PluginTraits](value))
      throw unfit(name, `its trait ${trait} has a value that it can't have`);
  }
}
