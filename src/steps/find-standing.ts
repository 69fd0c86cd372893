import { missingFiles, type ArchiveSet } from "../model/archive-set.ts";
import { canonicalJson } from "../model/canonical-json.ts";
import type { ColdstoreError } from "../model/errors.ts";
import type { ArchiveFormat, Manifest } from "../model/manifest.ts";
import { setText, type SetName } from "../model/set-name.ts";
import type { Io, Store } from "../ports/store.ts";
import type { PlannedContent } from "./build-manifest.ts";
import { listSet, loadSets } from "./list-sets.ts";

/** What a run finds in a store under the name of the set that it is about to make. */
export type Standing =
  | { readonly kind: "absent" }
  /** Files without a manifest: a run that broke, or one that is still at it. */
  | { readonly kind: "unfinished"; readonly set: ArchiveSet }
  /** The same content; `missing` names files to put back. */
  | { readonly kind: "equal"; readonly set: CompleteSet; readonly missing: readonly string[] }
  /**
   * Another content, or one that can't take what is asked for; `why` says so in a sentence. `beside`: the run has an id of
   * its own, under which `replace` leaves this set as it is.
   */
  | { readonly kind: "other"; readonly set: ArchiveSet; readonly why: string; readonly replacing?: "beside" }
  | { readonly kind: "damaged"; readonly set: DamagedSet; readonly error: ColdstoreError };

export type CompleteSet = Extract<ArchiveSet, { state: "complete" }>;

type DamagedSet = Extract<ArchiveSet, { state: "damaged" }>;

export interface Wanted {
  readonly set: SetName;
  readonly plan: PlannedContent;
  readonly formats: readonly ArchiveFormat[];
}

/** Looks what a store has under the wanted name; reads its listing and one manifest. */
export async function findStanding(store: Store, wanted: Wanted, io: Io): Promise<Standing> {
  const listed = await listSet(store, wanted.set, io);
  if (listed.files.length === 0) return { kind: "absent" };
  const [set] = await loadSets(store, [listed], io);
  if (set === undefined) return { kind: "absent" };
  switch (set.state) {
    case "incomplete":
      return { kind: "unfinished", set };
    case "damaged":
      return { kind: "damaged", set, error: set.error };
    case "complete":
      return standingOfComplete(set, wanted);
  }
}

function standingOfComplete(set: CompleteSet, wanted: Wanted): Standing {
  if (hasPlan(set.manifest, wanted.plan)) return standingOfEqual(set, wanted.formats);
  const why = `${setText(set.name)} is there with other content: ${differences(set.manifest, wanted.plan)}`;
  return { kind: "other", set, why };
}

/** What a set stands for that has the wanted content: it may lack formats or files. */
export function standingOfEqual(set: CompleteSet, formats: readonly ArchiveFormat[]): Standing {
  const has = set.manifest.artifacts.flatMap(({ format }) => format ?? []);
  const lacking = formats.filter((format) => !has.includes(format));
  if (lacking.length === 0) return { kind: "equal", set, missing: missingFiles(set, set.manifest) };
  const what = `${has.join(", ")} and can't get ${lacking.join(", ")} added: a set never changes`;
  return { kind: "other", set, why: `${setText(set.name)} is there as ${what}` };
}

/** Whether a set's content is what the plan says, as far as a plan goes. */
export function hasPlan(manifest: Manifest, plan: PlannedContent): boolean {
  const { tree: _, tar: __, file_list: ___, ...planned } = manifest.content;
  return canonicalJson(planned) === canonicalJson(plan);
}

const wordFor: Readonly<Record<string, string>> = {
  source: "tag",
  files: "list of files",
  export_subst: "export-subst",
};

/** What differs between a set's content and a plan, for a sentence. */
function differences(manifest: Manifest, plan: PlannedContent): string {
  const before: Readonly<Record<string, unknown>> = { ...manifest.content };
  const names = Object.entries(plan).filter(
    ([key, value]) => canonicalJson(value) !== canonicalJson(before[key] ?? null),
  );
  const [is, was] = [plan.source?.commit, manifest.content.source?.commit];
  if (is !== was && is !== undefined && was !== undefined) return `commit ${was}, not ${is}`;
  return `another ${names.map(([key]) => wordFor[key] ?? key).join(", another ") || "recipe"}`;
}
