import { basename } from "node:path";
import { coldText, isProvenByListing, lastProof, listedBytes } from "../model/archive-set.ts";
import type { Details, SetRow } from "../model/details.ts";
import { asColdstoreError, ColdstoreError, SeveralErrors } from "../model/errors.ts";
import type { Outcome, Report } from "../model/report.ts";
import type { Ports } from "../ports/ports.ts";
import type { Io, Store } from "../ports/store.ts";
import type { ListSettings } from "../settings/settings.ts";
import { setText, type SetName } from "../model/set-name.ts";
import { rfc3339 } from "../model/timestamps.ts";
import { compareLists } from "../steps/compare-lists.ts";
import { findCompanions } from "../steps/find-companions.ts";
import type { CompleteSet } from "../steps/find-standing.ts";
import { listedEntries } from "../steps/listed-entries.ts";
import { preflight } from "../steps/preflight.ts";
import { selectCopies, selectSets, type SetCopy } from "../steps/select-sets.ts";
import { noManifest, whyUnsound } from "../steps/why-unsound.ts";

/** Shows the sets of stores, one set with its entries, or the difference of two; reads manifests and lists only. */
export async function list(settings: ListSettings, ports: Ports): Promise<Report> {
  const io: Io = { signal: ports.signal, progress: () => undefined };
  const [store] = ports.stores;
  if (store === undefined) throw new ColdstoreError("settings", "store is needed; for example: coldstore list ./cold");
  const now = ports.now();
  if (settings.file !== undefined) return reportOf(await detailsOfFile(store, settings.file, { now, io }), []);
  const reached = await reachableOf(ports.stores, io);
  const found =
    settings.sets.length === 0
      ? await listAll(settings, reached, { now, io })
      : await listSome(settings, reached, { now, io });
  return withFailures(found.report, [...reached.failed, ...found.failed]);
}

function reportOf(details: Details, warnings: readonly string[]): Report {
  return { mode: "list", status: "ok", outcomes: [], warnings, errors: [], outputs: { status: "ok" }, details };
}

/** A store that couldn't be looked into, or one set in it, and why. */
interface FailedStore {
  readonly store: Store;
  readonly set?: SetName;
  readonly error: ColdstoreError;
}

interface Reached {
  readonly stores: readonly Store[];
  readonly failed: readonly FailedStore[];
}

/** When the run looks, and with what. */
interface Moment {
  readonly now: Date;
  readonly io: Io;
}

interface Found {
  readonly report: Report;
  readonly failed: readonly FailedStore[];
}

/** Throws what stands against each store when none can be looked into. */
async function reachableOf(stores: readonly Store[], io: Io): Promise<Reached> {
  const unfit = await preflight(stores, { write: false, bytes: 0 }, io);
  const failed = unfit.map(({ store, errors }) => ({ store, error: oneError(errors) }));
  return { stores: someOf(stores, failed), failed };
}

function someOf(stores: readonly Store[], failed: readonly FailedStore[]): readonly Store[] {
  const left = stores.filter((store) => !failed.some((each) => each.store === store));
  if (left.length === 0) throw oneError(failed.map(({ error }) => error));
  return left;
}

function oneError(errors: readonly ColdstoreError[]): ColdstoreError {
  const [error, ...others] = errors;
  return error !== undefined && others.length === 0 ? error : new SeveralErrors(errors);
}

/** The other stores are shown; that something in these is unknown makes the run red. */
function withFailures(report: Report, failed: readonly FailedStore[]): Report {
  if (failed.length === 0) return report;
  const outcomes = failed.map(({ store, set, error }): Outcome => ({
    outcome: "unknown",
    store: store.name,
    ...(set && { set: setText(set) }),
    detail: set === undefined ? `which sets it has\n${error.message}` : error.message,
  }));
  const errors = failed.map(({ error }) => error);
  return { ...report, status: "failed", outcomes, errors, outputs: { status: "failed", stores: outcomes } };
}

async function listAll(settings: ListSettings, { stores }: Reached, { now, io }: Moment): Promise<Found> {
  const copies: SetCopy[] = [];
  const failed: FailedStore[] = [];
  for (const store of stores) {
    try {
      copies.push(...(await selectSets(store, settings, io)).map((set): SetCopy => ({ store, set })));
    } catch (error) {
      io.signal.throwIfAborted();
      failed.push({ store, error: asColdstoreError(error) });
    }
  }
  const read = someOf(stores, failed).map(({ name }) => name);
  const details: Details = { kind: "sets", stores: read, rows: copies.map((copy) => rowOf(copy, now)) };
  const told = copies.filter((copy) => unreadOf(copy).length === 0);
  return { report: reportOf(details, warningsOf(told, stores)), failed: [...failed, ...copies.flatMap(unreadOf)] };
}

/** What isn't in the stores that were reached may well be in the others: that is said with it. */
async function listSome(settings: ListSettings, { stores, failed }: Reached, at: Moment): Promise<Found> {
  try {
    const copies = await selectCopies(stores, settings, at.io);
    const details = await detailsOfSets(copies.map(readable), at);
    return { report: reportOf(details, warningsOf(copies.flat(), stores)), failed: [] };
  } catch (error) {
    at.io.signal.throwIfAborted();
    throw oneError([...failed.map((each) => each.error), asColdstoreError(error)]);
  }
}

function rowOf({ store, set }: SetCopy, now: Date): SetRow {
  const unsound = whyUnsound(set);
  const detail = unsound ?? coldText(set);
  const row = {
    set: set.name,
    store: store.name,
    bytes: listedBytes(set),
    frozen: set.frozen,
    ...(detail !== undefined && { detail }),
  };
  if (set.state !== "complete") return { ...row, state: set.leftover ? "leftover" : set.state };
  const proven = provenAt(set, now);
  const state = unsound === undefined ? "complete" : "damaged";
  return { ...row, state, made: set.manifest.run.started, ...(proven && { proven }) };
}

/** When it was last proven; where the listing has its digests, that is now. RFC 3339. */
function provenAt(set: CompleteSet, now: Date): string | undefined {
  return isProvenByListing(set, set.manifest) ? rfc3339(now) : lastProof(set, set.manifest);
}

function warningsOf(copies: readonly SetCopy[], stores: readonly Store[]): readonly string[] {
  return copies.flatMap(({ store, set }) => {
    const cold = coldText(set);
    const why = whyUnsound(set) ?? (cold && `${setText(set.name)}: ${cold}`);
    if (why === undefined) return [];
    return stores.length === 1 ? why : `${store.name}: ${why}`;
  });
}

/** A manifest that can't be read now says nothing for or against its set. */
function unreadOf({ store, set }: SetCopy): readonly FailedStore[] {
  const isUnread = set.state === "damaged" && set.error.failure === "store";
  return isUnread ? [{ store, set: set.name, error: set.error }] : [];
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

async function detailsOfSets([first, second]: readonly ReadableCopy[], at: Moment): Promise<Details> {
  if (first === undefined) throw new ColdstoreError("bug", "a set was selected and not found");
  if (second === undefined) return detailsOfSet(first.store, first.set, at);
  const changes = await compareLists(
    listedEntries(first.store, first.set, at.io),
    listedEntries(second.store, second.set, at.io),
  );
  return { kind: "difference", before: first.set.name, after: second.set.name, changes };
}

async function detailsOfSet(store: Store, set: CompleteSet, { now, io }: Moment): Promise<Details> {
  const { name, manifest, frozen } = set;
  const entries = await Array.fromAsync(listedEntries(store, set, io));
  const proven = provenAt(set, now);
  return { kind: "set", set: name, store: store.name, manifest, entries, frozen, ...(proven && { proven }) };
}

async function detailsOfFile(folder: Store, path: string, at: Moment): Promise<Details> {
  const companions = await findCompanions(folder, basename(path), at.io);
  if (companions.kind === "damaged") throw companions.error;
  if (companions.kind === "manifest") return detailsOfSet(folder, companions.set, at);
  throw new ColdstoreError(
    "not-found",
    `${path} has no manifest beside it, so what is in it isn't listed; for a plain look: ${lookInto(path)}`,
  );
}

/** A command of stock tools that lists what an archive holds, told by its name. */
function lookInto(path: string): string {
  if (/\.zip$/i.test(path)) return `unzip -l ${path}`;
  return /\.(tar\.zst|tzst)$/i.test(path) ? `tar --zstd -tvf ${path}` : `tar -tvf ${path}`;
}
