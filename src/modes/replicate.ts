import { asColdstoreError, ColdstoreError, SeveralErrors } from "../model/errors.ts";
import type { Report } from "../model/report.ts";
import { setText } from "../model/set-name.ts";
import { formatCount } from "../model/units.ts";
import type { Ports } from "../ports/ports.ts";
import type { Io, Store } from "../ports/store.ts";
import type { ReplicateSettings } from "../settings/settings.ts";
import { type Chosen, chooseCopies } from "../steps/choose-copies.ts";
import { preflight, type Unfit } from "../steps/preflight.ts";
import { samePlace } from "../steps/same-place.ts";
import { tellCopied } from "../steps/tell-copied.ts";
import type { Verdict } from "../steps/tell-verified.ts";
import { verifySet } from "../steps/verify-set.ts";
import { historyLineKey, type Stamp } from "../steps/write-records.ts";
import { planCopies, type Target } from "./plan-copies.ts";
import { replicateReport } from "./replicate-report.ts";
import { type CopyEnd, replicateSet } from "./replicate-set.ts";

/**
 * Copies the sets of one store to others, byte for byte, each proven where it comes to lie. What is broken in the source is named and
 * left out; a store that fails doesn't keep the others from theirs.
 */
export async function replicate(settings: ReplicateSettings, ports: Ports): Promise<Report> {
  const started = ports.now();
  const io: Io = { signal: ports.signal, progress: () => undefined };
  const from = sourceIn(ports);
  const unfit = await reach(from, ports.stores, io);
  const chosen = await chooseCopies(from, { ...settings, since: sinceIn(settings, started) }, io);
  const fit = ports.stores.filter((store) => !unfit.some((each) => each.store === store));
  const { onConflict } = settings;
  const planned = chosen.whole.length === 0 ? [] : await planCopies({ from, sets: chosen.whole, onConflict }, fit, io);
  const targets = planned.filter(({ error }) => error === undefined);
  const failed = [...unfit.map(asFailed), ...planned.flatMap(failedTarget)];
  const broken = await verdictsOf(from, chosen, io);
  const ends = await copyAll({ settings, ports, from, chosen, targets });
  const over = { settings, from, broken, ends, failed };
  const told = settings.dryRun ? nothingTold : await tellAll({ ...over, targets, ports, started });
  return replicateReport({ ...over, warnings: told.warnings, failed: [...failed, ...told.failed] });
}

function sourceIn({ from, stores }: Ports): Store {
  if (from === undefined)
    throw new ColdstoreError(
      "settings",
      "from is missing; name the store that sets are copied from, like from: ./cold",
    );
  const same = stores.find(({ name }) => name === from.name);
  if (same === undefined) return from;
  throw new ColdstoreError("settings", `from and store are both ${from.name}; name another store to copy to`);
}

/** The stores that can't be written; throws what stands against the run when nothing can be read, or none can be written. */
async function reach(from: Store, stores: readonly Store[], io: Io): Promise<readonly Unfit[]> {
  const [unread, unwritten] = await Promise.all([
    preflight([from], { write: false, bytes: 0 }, io),
    preflight(stores, { write: true, bytes: 0 }, io),
  ]);
  if (unread.length === 0 && unwritten.length < stores.length) return unwritten;
  throw new SeveralErrors([...unread, ...unwritten].flatMap(({ errors }) => errors));
}

function sinceIn({ since }: ReplicateSettings, now: Date): Date | undefined {
  if (since === undefined) return undefined;
  return new Date("ago" in since ? now.getTime() - since.ago : since.time);
}

interface FailedTarget {
  readonly store: Store;
  readonly error: ColdstoreError;
}

function asFailed({ store, errors }: Unfit): FailedTarget {
  const [error, ...others] = errors;
  return { store, error: error !== undefined && others.length === 0 ? error : new SeveralErrors(errors) };
}

function failedTarget({ store, error }: Target): readonly FailedTarget[] {
  return error === undefined ? [] : [{ store, error }];
}

/** What the listing tells against sets that can't be copied. */
async function verdictsOf(from: Store, { broken }: Chosen, io: Io): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const set of broken) verdicts.push({ set, faults: await verifySet(from, set, "list", io), seconds: 0 });
  return verdicts;
}

interface Copying {
  readonly settings: ReplicateSettings;
  readonly ports: Ports;
  readonly from: Store;
  readonly chosen: Chosen;
  readonly targets: readonly Target[];
}

/** One set after the other, the oldest first: what breaks off leaves the newer ones to come. */
async function copyAll({ settings, ports, from, chosen, targets }: Copying): Promise<readonly CopyEnd[]> {
  const ends: CopyEnd[] = [];
  if (targets.length === 0) return ends;
  const where = targets.map(({ store }) => store.name).join(", ");
  ports.log.step(`comparing ${formatCount(chosen.whole.length, "set")} in ${from.name} with ${where}`);
  for (const set of chosen.whole) ends.push(...(await replicateSet({ settings, ports, from, set, targets })));
  return ends;
}

interface Over {
  readonly ports: Ports;
  readonly from: Store;
  readonly started: Date;
  readonly targets: readonly Target[];
  readonly ends: readonly CopyEnd[];
  readonly broken: readonly Verdict[];
}

interface Told {
  readonly warnings: readonly string[];
  readonly failed: readonly FailedTarget[];
}

const nothingTold: Told = { warnings: [], failed: [] };

/** Has each store remember the run, which shows whether one of them is the source itself. */
async function tellAll(over: Over): Promise<Told> {
  const { ports, targets, broken } = over;
  if (ports.signal.aborted) return nothingTold;
  const stamp = { time: ports.now(), run: ports.run.id };
  const errors = broken.map(({ set }) => new ColdstoreError("integrity", `${setText(set.name)} isn't whole`));
  const told = await Promise.all(targets.map(async ({ store }) => tell({ ...over, store, stamp, errors })));
  return { warnings: told.flatMap(({ warnings }) => warnings), failed: told.flatMap(({ failed }) => failed) };
}

interface Telling extends Over {
  readonly store: Store;
  readonly stamp: Stamp;
  readonly errors: readonly ColdstoreError[];
}

async function tell({ ports, from, started, ends, store, stamp, errors }: Telling): Promise<Told> {
  const io: Io = { signal: ports.signal, progress: () => undefined };
  const own = ends.flatMap(({ store: at, set, result }) => {
    if (at !== store || result.kind === "foreseen") return [];
    return { set, word: result.kind, error: "error" in result ? result.error : undefined };
  });
  const refused = await tellCopied(store, { started, stamp, ends: own, errors }, io).catch(asColdstoreError);
  if (refused !== undefined)
    return { ...nothingTold, warnings: [`${store.name} took no record of this run: ${refused.message}`] };
  const [first] = own;
  // What lacked a set that the source has isn't the source.
  const isOther = own.some(({ word }) => word === "stored" || word === "repaired");
  if (first === undefined || isOther || !from.traits.records || !store.traits.records) return nothingTold;
  const same = await samePlace({ from, store, key: historyLineKey(first.set.project, stamp) }, io);
  return same === undefined ? nothingTold : { warnings: [], failed: [{ store, error: same }] };
}
