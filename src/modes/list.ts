import { basename } from "node:path";
import { lastProof, listedBytes } from "../model/archive-set.ts";
import type { Details, SetRow } from "../model/details.ts";
import type { Entry } from "../model/entry.ts";
import { ColdstoreError, SeveralErrors } from "../model/errors.ts";
import type { Report } from "../model/report.ts";
import type { Ports } from "../ports/ports.ts";
import type { Io, Store } from "../ports/store.ts";
import type { ListSettings } from "../settings/settings.ts";
import { readStoredList } from "../steps/check-stored-archive.ts";
import { compareLists } from "../steps/compare-lists.ts";
import { findCompanions } from "../steps/find-companions.ts";
import type { CompleteSet } from "../steps/find-standing.ts";
import { preflight } from "../steps/preflight.ts";
import { readBack } from "../steps/read-back.ts";
import { selectCopies, selectSets, type SetCopy } from "../steps/select-sets.ts";
import { noManifest, whyUnsound } from "../steps/why-unsound.ts";

/** Shows the sets of stores, one set with its entries, or the difference of two; reads manifests and lists only. */
export async function list(settings: ListSettings, ports: Ports): Promise<Report> {
  const io: Io = { signal: ports.signal, progress: () => undefined };
  const [store] = ports.stores;
  if (store === undefined) throw new ColdstoreError("settings", "store is needed; for example: coldstore list ./cold");
  if (settings.file !== undefined) return reportOf(await detailsOfFile(store, settings.file, io), []);
  const unfit = await preflight(ports.stores, { write: false, bytes: 0 }, io);
  if (unfit.length > 0) throw new SeveralErrors(unfit.flatMap(({ errors }) => errors));
  if (settings.sets.length === 0) return listAll(settings, ports, io);
  const copies = await selectCopies(ports.stores, settings, io);
  const details = await detailsOfSets(copies.map(readable), io);
  return reportOf(details, warningsOf(copies.flat(), ports.stores));
}

function reportOf(details: Details, warnings: readonly string[]): Report {
  return { mode: "list", status: "ok", outcomes: [], warnings, errors: [], outputs: { status: "ok" }, details };
}

async function listAll(settings: ListSettings, { stores }: Ports, io: Io): Promise<Report> {
  const copies: SetCopy[] = [];
  for (const store of stores)
    copies.push(...(await selectSets(store, settings, io)).map((set): SetCopy => ({ store, set })));
  const details: Details = { kind: "sets", stores: stores.map(({ name }) => name), rows: copies.map(rowOf) };
  return reportOf(details, warningsOf(copies, stores));
}

function rowOf({ store, set }: SetCopy): SetRow {
  const detail = whyUnsound(set);
  const row = {
    set: set.name,
    store: store.name,
    bytes: listedBytes(set),
    frozen: set.frozen,
    ...(detail !== undefined && { detail }),
  };
  if (set.state !== "complete") return { ...row, state: set.state };
  const proven = lastProof(set, set.manifest);
  const state = detail === undefined ? "complete" : "damaged";
  return { ...row, state, made: set.manifest.run.started, ...(proven && { proven }) };
}

function warningsOf(copies: readonly SetCopy[], stores: readonly Store[]): readonly string[] {
  return copies.flatMap(({ store, set }) => {
    const why = whyUnsound(set);
    if (why === undefined) return [];
    return stores.length === 1 ? why : `${store.name}: ${why}`;
  });
}

interface ReadableCopy {
  readonly store: Store;
  readonly set: CompleteSet;
}

/** The first copy whose manifest can be trusted; throws what is wrong with each when there is none. */
function readable(copies: readonly SetCopy[]): ReadableCopy {
  for (const { store, set } of copies) if (set.state === "complete") return { store, set };
  const errors = copies.map(({ set }) =>
    set.state === "damaged" ? set.error : new ColdstoreError("integrity", noManifest(set.name)),
  );
  const [error, ...others] = errors;
  throw error !== undefined && others.length === 0 ? error : new SeveralErrors(errors);
}

async function detailsOfSets([first, second]: readonly ReadableCopy[], io: Io): Promise<Details> {
  if (first === undefined) throw new ColdstoreError("bug", "a set was selected and not found");
  if (second === undefined) return detailsOfSet(first.store, first.set, io);
  const changes = await compareLists(entriesOf(first.store, first.set, io), entriesOf(second.store, second.set, io));
  return { kind: "difference", before: first.set.name, after: second.set.name, changes };
}

async function detailsOfSet(store: Store, set: CompleteSet, io: Io): Promise<Details> {
  const { name, manifest, frozen } = set;
  const entries = await Array.fromAsync(entriesOf(store, set, io));
  const proven = lastProof(set, manifest);
  return { kind: "set", set: name, store: store.name, manifest, entries, frozen, ...(proven && { proven }) };
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
