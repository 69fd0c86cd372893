import { missingFiles, type ArchiveSet } from "../model/archive-set.ts";
import type { Artifact } from "../model/artifact.ts";
import { ColdstoreError } from "../model/errors.ts";
import type { Manifest } from "../model/manifest.ts";
import { setText } from "../model/set-name.ts";
import type { Io, Store } from "../ports/store.ts";
import { awaitOtherRun } from "./await-other-run.ts";
import { isOvertaken, keepOldManifest, type Claim } from "./keep-old-manifest.ts";
import { listSet, loadSets } from "./list-sets.ts";
import { removeKeys, type Placed } from "./place-manifest.ts";

// As many as it takes a run that holds the right to swap to do so, or to give it up.
const maxLooks = 256;

export interface Swap {
  readonly store: Store;
  /** The set to take the place of, as the run found it when it decided so. */
  readonly old: ArchiveSet;
  /** Makes the new manifest; called when the old one is kept. */
  make(): Promise<Made>;
}

interface Made {
  readonly manifest: Manifest;
  readonly artifact: Artifact;
}

/**
 * Puts a new manifest in the place of a set's old one, in one step. Of several runs at once one succeeds: the one that creates
 * the old manifest's copy, if the set still is what it decided to replace, unfrozen, right before the swap. It looks again
 * afterwards: whoever took it for broken meanwhile may have come in between.
 */
export async function swapManifest(swap: Swap, io: Io): Promise<Placed> {
  const { store, old } = swap;
  const barred = barrier(swap, await look(swap, io));
  if (barred !== undefined) return barred;
  const claim = await keepOldManifest(store, old, io);
  if (claim === undefined) return { kind: "taken" };
  const made = await swap.make();
  const late = barrier(swap, await look(swap, io));
  if (late !== undefined) {
    // A frozen set stays as it was; of one that has changed the copy may be the last one.
    if (late.kind === "refused") await removeKeys(store, [old.prefix + claim.name], io);
    return late;
  }
  const [name = ""] = old.manifests;
  await store.replace(old.prefix + name, made.artifact, io);
  await store.settle(io);
  return confirm(swap, { claim, made, name }, io);
}

async function look({ store, old }: Swap, io: Io): Promise<ArchiveSet | undefined> {
  const [set] = await loadSets(store, [await listSet(store, old.name, io)], io);
  return set;
}

/** What stands against the swap now. */
function barrier({ store, old }: Swap, now: ArchiveSet | undefined): Exclude<Placed, { kind: "placed" }> | undefined {
  if (now === undefined || !isAsItWas(old, now))
    return now?.state === "complete" ? { kind: "taken", winner: now } : { kind: "taken" };
  if (!now.frozen) return undefined;
  const message = `${setText(old.name)} in ${store.name} was frozen while this run was at work, and a frozen set is never replaced; store this one elsewhere`;
  return { kind: "refused", error: new ColdstoreError("conflict", message) };
}

function isAsItWas(old: ArchiveSet, now: ArchiveSet): boolean {
  if (old.state !== now.state || old.manifests[0] !== now.manifests[0]) return false;
  if (now.state === "damaged" && now.newer === true) return false;
  return old.state !== "complete" || now.state !== "complete" || old.manifest.seal === now.manifest.seal;
}

async function confirm(
  swap: Swap,
  { claim, made, name }: { readonly claim: Claim; readonly made: Made; readonly name: string },
  io: Io,
): Promise<Placed> {
  const { store, old } = swap;
  const decide = (now: ArchiveSet | undefined): Placed | undefined => {
    if (now?.state !== "complete") return { kind: "taken" };
    if (now.manifest.seal !== made.manifest.seal) return { kind: "taken", winner: now };
    const lost = missingFiles(now, made.manifest);
    if (lost.length > 0) throw disturbed(store, old, `${lost.join(", ")} went away meanwhile`);
    return isOvertaken(claim, now) ? undefined : { kind: "placed", name, ...made };
  };
  const placed = await awaitOtherRun({ store, set: old.name, looks: maxLooks }, decide, io);
  if (placed === undefined) throw disturbed(store, old, "another run may yet replace it in turn");
  return placed;
}

function disturbed(store: Store, { name }: ArchiveSet, how: string): ColdstoreError {
  return new ColdstoreError(
    "conflict",
    `${setText(name)} was replaced in ${store.name}, but ${how}; let other runs end, then run this one again`,
  );
}
