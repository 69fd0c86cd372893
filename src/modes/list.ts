import { basename } from "node:path";
import { lastProof, listedBytes, missingFiles, type ArchiveSet } from "../model/archive-set.ts";
import type { Details, SetRow } from "../model/details.ts";
import type { Entry } from "../model/entry.ts";
import { ColdstoreError, SeveralErrors } from "../model/errors.ts";
import type { Report } from "../model/report.ts";
import { setText } from "../model/set-name.ts";
import type { Ports } from "../ports/ports.ts";
import type { Io, Store } from "../ports/store.ts";
import type { ListSettings } from "../settings/settings.ts";
import { readStoredList } from "../steps/check-stored-archive.ts";
import { compareLists } from "../steps/compare-lists.ts";
import { findCompanions } from "../steps/find-companions.ts";
import type { CompleteSet } from "../steps/find-standing.ts";
import { preflight } from "../steps/preflight.ts";
import { readBack } from "../steps/read-back.ts";
import { selectSets } from "../steps/select-sets.ts";

/** Shows the sets of a store, one set with its entries, or the difference of two; reads manifests and lists only. */
export async function list(settings: ListSettings, ports: Ports): Promise<Report> {
  const io: Io = { signal: ports.signal, progress: () => undefined };
  const [store] = ports.stores;
  if (store === undefined) throw new ColdstoreError("settings", "store is needed; for example: coldstore list ./cold");
  if (settings.file !== undefined) return reportOf(await detailsOfFile(store, settings.file, io));
  const unfit = await preflight(ports.stores, { write: false, bytes: 0 }, io);
  if (unfit.length > 0) throw new SeveralErrors(unfit.flatMap(({ errors }) => errors));
  if (settings.sets.length === 0) return reportOf(await rowsOf(settings, ports, io));
  const sets = (await selectSets(store, settings, io)).map(readable);
  return reportOf(await detailsOfSets(store, sets, io));
}

function reportOf(details: Details): Report {
  return { mode: "list", status: "ok", outcomes: [], warnings: [], errors: [], outputs: { status: "ok" }, details };
}

async function rowsOf(settings: ListSettings, { stores }: Ports, io: Io): Promise<Details> {
  const rows: SetRow[] = [];
  for (const store of stores) rows.push(...(await selectSets(store, settings, io)).map((set) => rowOf(set)));
  return { kind: "sets", rows };
}

function rowOf(set: ArchiveSet): SetRow {
  const row = { set: set.name, bytes: listedBytes(set), frozen: set.frozen };
  if (set.state !== "complete") return { ...row, state: set.state };
  const proven = lastProof(set, set.manifest);
  const state = missingFiles(set, set.manifest).length > 0 ? "damaged" : "complete";
  return { ...row, state, made: set.manifest.run.started, ...(proven && { proven }) };
}

function readable(set: ArchiveSet): CompleteSet {
  switch (set.state) {
    case "complete":
      return set;
    case "damaged":
      throw set.error;
    case "incomplete":
      throw new ColdstoreError(
        "integrity",
        `${setText(set.name)} has no manifest: it is being made, or a run broke; run its snapshot again`,
      );
  }
}

async function detailsOfSets(store: Store, [first, second]: readonly CompleteSet[], io: Io): Promise<Details> {
  if (first === undefined) throw new ColdstoreError("bug", "a set was selected and not found");
  if (second === undefined) return detailsOfSet(store, first, io);
  const changes = await compareLists(entriesOf(store, first, io), entriesOf(store, second, io));
  return { kind: "difference", before: first.name, after: second.name, changes };
}

async function detailsOfSet(store: Store, set: CompleteSet, io: Io): Promise<Details> {
  const entries = await Array.fromAsync(entriesOf(store, set, io));
  const proven = lastProof(set, set.manifest);
  return { kind: "set", set: set.name, manifest: set.manifest, entries, frozen: set.frozen, ...(proven && { proven }) };
}

async function detailsOfFile(folder: Store, path: string, io: Io): Promise<Details> {
  const companions = await findCompanions(folder, basename(path), io);
  if (companions.kind === "damaged") throw companions.error;
  if (companions.kind === "manifest") return detailsOfSet(folder, companions.set, io);
  throw new ColdstoreError(
    "not-found",
    `${path} has no manifest beside it, so what is in it isn't listed; for a plain look: tar -tvf ${path}`,
  );
}

async function* entriesOf(
  store: Store,
  { prefix, manifest }: CompleteSet,
  io: Io,
): AsyncGenerator<Entry, void, undefined> {
  const file = manifest.artifacts.find(({ role }) => role === "file-list");
  if (file === undefined)
    throw new ColdstoreError("integrity", `the manifest of ${manifest.run.set} names no file list`);
  if ((await readBack(store, prefix + file.name, io)).sha256 !== file.sha256)
    throw new ColdstoreError("integrity", `${file.name} was changed, so what it lists isn't shown; verify the set`);
  yield* readStoredList(store, prefix + file.name, io);
}
