import type { ReleaseAddress, StoreAddress } from "../model/store-address.ts";
import { formatBytes } from "../model/units.ts";
import type { SettingName } from "./spec/table.ts";
import type { Values } from "./value-types.ts";
import { oneOf } from "./wording.ts";

/** What only a release that a run makes has a use for. */
const releaseSettings = ["notes", "prerelease", "latest", "draft"] as const;

type ReleaseSetting = (typeof releaseSettings)[number];

/** What stands against a set in these stores, as far as it's for releases; one sentence each. `given` is what the call gives. */
export function releaseContradictions(values: Partial<Values>, given: ReadonlySet<SettingName>): readonly string[] {
  const { store = [], freeze } = values;
  if (store.length === 0) return [];
  const releases = store.filter(({ kind }) => kind === "release");
  if (releases.length === 0) return forNoRelease(values, given);
  return [...(freeze === true && releases.length === store.length ? [nowhereToFreeze] : []), ...unfitSplit(values)];
}

/** Stores that are, or can be, one and the same release; `own` is what `release` alone is of, if that is known. */
export function sameRelease(stores: readonly StoreAddress[], own: string | undefined): readonly string[] {
  const releases = stores.filter((store) => store.kind === "release");
  return releases.flatMap((one, at) =>
    releases
      .slice(at + 1)
      .filter((other) => repositoryOf(one, own) === repositoryOf(other, own) && mayMeet(one, other))
      .map((other) => `${one.text} and ${other.text} can be the same release; give one of them.`),
  );
}

function repositoryOf({ repository }: ReleaseAddress, own: string | undefined): string | undefined {
  return (repository ?? own)?.toLowerCase();
}

function mayMeet(one: ReleaseAddress, other: ReleaseAddress): boolean {
  return one.tag === other.tag || one.tag === undefined || other.tag === undefined;
}

function forNoRelease(values: Partial<Values>, given: ReadonlySet<SettingName>): readonly string[] {
  const names = releaseSettings.filter((name) => given.has(name) && asksFor(values[name]));
  if (names.length === 0) return [];
  const [are, them] = names.length === 1 ? ["is", "it"] : ["are", "them"];
  return [
    `${oneOf(names, "and")} ${are} for a release, and no store is one; add store: release, or leave ${them} out.`,
  ];
}

/** Whether a value is more than what holds anyway. */
function asksFor(value: Values[ReleaseSetting] | undefined): boolean {
  return value !== undefined && value !== false && value !== "auto" && value !== "none";
}

const nowhereToFreeze =
  "freeze is true, and a release holds no freeze markers; add a folder or a remote to store, or leave it out: a release that GitHub keeps immutable counts as frozen.";

// "Each file included in a release must be under 2 GiB": docs.github.com/en/repositories/releasing-projects-on-github/about-releases
const fileLimit = 2 * 1024 ** 3;

function unfitSplit({ "split-size": size = 0 }: Partial<Values>): readonly string[] {
  if (size < fileLimit) return [];
  return [`split-size is ${formatBytes(size)}, and a release takes files below 2 GiB; give 1900MiB, or leave it out.`];
}
