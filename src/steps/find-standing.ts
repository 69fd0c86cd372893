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
  /** Another content, or one that can't take what is asked for; `why` says so in a sentence. */
  | { readonly kind: "other"; readonly set: ArchiveSet; readonly why: string }
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
  const name = setText(set.name);
  if (!hasPlan(set.manifest, wanted.plan))
    return {
      kind: "other",
      set,
      why: `${name} is there with other content: ${differences(set.manifest, wanted.plan)}`,
    };
  const has = set.manifest.artifacts.flatMap(({ format }) => format ?? []);
  const lacking = wanted.formats.filter((format) => !has.includes(format));
  if (lacking.length > 0)
    return {
      kind: "other",
      set,
      why: `${name} is there as ${has.join(", ")} and can't get ${lacking.join(", ")} added: a set never changes`,
    };
  return { kind: "equal", set, missing: missingFiles(set, set.manifest) };
}

function hasPlan(manifest: Manifest, plan: PlannedContent): boolean {
  const { tree: _, tar: __, file_list: ___, ...planned } = manifest.content;
  return canonicalJson(planned) === canonicalJson(plan);
}

const wordFor: Readonly<Record<string, string>> = { files: "list of files", export_subst: "export-subst" };

function differences(manifest: Manifest, plan: PlannedContent): string {
  const before: Readonly<Record<string, unknown>> = { ...manifest.content };
  const names = Object.entries(plan).filter(
    ([key, value]) => canonicalJson(value) !== canonicalJson(before[key] ?? null),
  );
  if (names.some(([key]) => key === "source"))
    return `commit ${manifest.content.source.commit}, not ${plan.source.commit}`;
  return `another ${names.map(([key]) => wordFor[key] ?? key).join(", another ") || "recipe"}`;
}
