import type { Restored } from "../model/details.ts";
import { asColdstoreError, ColdstoreError, SeveralErrors } from "../model/errors.ts";
import type { Outcome, Report } from "../model/report.ts";
import { setText } from "../model/set-name.ts";
import type { Ports } from "../ports/ports.ts";
import type { Io } from "../ports/store.ts";
import type { RestoreSettings } from "../settings/settings.ts";
import { chooseRestorable, type RestorableCopy } from "../steps/choose-restorable.ts";
import { asClause } from "../steps/as-clause.ts";
import { preflight, type Unfit } from "../steps/preflight.ts";
import { restoreFile } from "./restore-file.ts";
import { restoreCopy } from "./restore-copy.ts";
import { watchTargets } from "./watch-targets.ts";

/** Brings a set, paths out of it, or a single archive back into an empty folder; whole, or not at all. */
export async function restore(settings: RestoreSettings, ports: Ports): Promise<Report> {
  if (settings.file !== undefined) return restoreFile(settings.file, settings, ports);
  const io: Io = { signal: ports.signal, progress: () => undefined };
  const unfit = await preflight(ports.stores, { write: false, bytes: 0 }, io);
  const stores = ports.stores.filter((store) => !unfit.some((each) => each.store === store));
  if (stores.length === 0) throw new SeveralErrors(unfit.flatMap(({ errors }) => errors));
  const { copies, notes } = await chooseRestorable(stores, settings, io);
  const end = await firstThatComes(copies, settings, ports);
  return reportOf({ ...end, notes: [...notes, ...end.notes] }, unfit, settings);
}

interface End {
  readonly copy: RestorableCopy;
  readonly restored: Restored;
  readonly seconds: number;
  /** What was wrong with copies that were tried before, and with archives of this one. */
  readonly notes: readonly string[];
}

/**
 * What can't be read in one place may be whole in another, and a newest set that is damaged leaves those before it. Where it goes
 * to is the same for all of them: what is wrong there ends the run.
 */
async function firstThatComes(
  copies: readonly RestorableCopy[],
  settings: RestoreSettings,
  ports: Ports,
): Promise<End> {
  const failed: Failed[] = [];
  for (const copy of copies) {
    const begun = ports.now().getTime();
    const targets = watchTargets(ports);
    try {
      const { restored, notes } = await restoreCopy(copy, settings, { ...ports, openTarget: targets.openTarget });
      const before = failed.map((each) => insteadOf(each, copy));
      return { copy, restored, seconds: (ports.now().getTime() - begun) / 1000, notes: [...before, ...notes] };
    } catch (thrown) {
      ports.signal.throwIfAborted();
      const ofTarget = targets.failed();
      if (ofTarget !== undefined) throw ofTarget;
      const error = asColdstoreError(thrown);
      if (error.failure !== "integrity" && error.failure !== "store") throw error;
      const message = `${setText(copy.set.name)} in ${copy.store.name}: ${error.message}`;
      failed.push({ copy, error: new ColdstoreError(error.failure, message) });
    }
  }
  const errors = failed.map(({ error }) => error);
  const [only, ...others] = errors;
  throw only !== undefined && others.length === 0 ? only : new SeveralErrors(errors);
}

/** A copy that was tried in vain. */
interface Failed {
  readonly copy: RestorableCopy;
  readonly error: ColdstoreError;
}

function insteadOf({ copy, error }: Failed, { set }: RestorableCopy): string {
  const id = setText(set.name);
  const what = id === setText(copy.set.name) ? "another copy of it was restored" : `an older set was restored: ${id}`;
  return `${asClause(error)}; ${what}`;
}

function reportOf(
  { copy, restored, seconds, notes }: End,
  unfit: readonly Unfit[],
  { dryRun }: RestoreSettings,
): Report {
  const { set, store } = copy;
  const outcome: Outcome = {
    outcome: "ok",
    store: store.name,
    set: setText(set.name),
    bytes: restored.counts.bytes,
    seconds,
    proof: "read",
  };
  const away = unfit.flatMap(({ store: { name }, errors }) =>
    errors.map(({ message }) => `${name} wasn't looked into: ${message}`),
  );
  const status = dryRun ? "planned" : "ok";
  return {
    mode: "restore",
    status,
    outcomes: [outcome],
    warnings: [...away, ...notes],
    errors: [],
    outputs: { status, set: set.name.id, name: set.manifest.run.name, stores: [outcome] },
    details: { kind: "restored", restored },
  };
}
