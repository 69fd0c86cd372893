import type { Restored } from "../model/details.ts";
import { ColdstoreError } from "../model/errors.ts";
import { setText } from "../model/set-name.ts";
import type { Ports } from "../ports/ports.ts";
import type { RestoreTarget } from "../ports/restore-target.ts";
import type { Io } from "../ports/store.ts";
import type { RestoreSettings } from "../settings/settings.ts";
import { asClause } from "../steps/as-clause.ts";
import type { RestorableCopy } from "../steps/choose-restorable.ts";
import { nowhereTarget } from "../steps/nowhere-target.ts";
import { restorePaths } from "../steps/restore-paths.ts";
import { restoreSet } from "../steps/restore-set.ts";
import type { RestoreSource, SetEnd } from "../steps/restore-source.ts";

/** What came back, and what a person should know of it; a sentence each. */
export interface Back {
  readonly restored: Restored;
  readonly notes: readonly string[];
}

/** Brings one copy of a set back, and shows it when all of it is there. Rejects with `integrity` when it isn't what its manifest says. */
export async function restoreCopy(
  { store, set }: RestorableCopy,
  settings: RestoreSettings,
  ports: Ports,
): Promise<Back> {
  const { content, artifacts, run } = set.manifest;
  const whole = settings.paths.length === 0;
  ports.log.step(`restoring ${setText(set.name)} from ${store.name}`);
  const meter = ports.progress.start(`restoring ${run.name}`, whole ? sizeToRead(artifacts) : undefined);
  const io: Io = { signal: ports.signal, progress: ({ bytes }) => meter.add(bytes) };
  const source = { store, prefix: set.prefix, content, artifacts };
  try {
    const end = await fill(source, { settings, ports }, io);
    await using target = end.target;
    if (!settings.dryRun) await target.publish();
    const { counts, files, skippedLinks, outwardLinks } = end;
    const into = settings.dryRun || settings.into === undefined ? {} : { into: settings.into };
    const found = { counts, files, skippedLinks, outwardLinks, paths: settings.paths };
    return {
      restored: { set: set.name, made: run.started, store: store.name, ...into, ...found, against: "manifest" },
      notes: end.damaged.map((error) => `${asClause(error)}; it was restored from another of the set's archives`),
    };
  } finally {
    meter.done();
  }
}

async function fill(
  source: RestoreSource,
  { settings, ports }: { readonly settings: RestoreSettings; readonly ports: Ports },
  io: Io,
): Promise<SetEnd> {
  const { symlinks, outwardLinks, paths } = settings;
  const order = { symlinks, outwardLinks, openTarget: async () => targetOf(settings, ports) };
  return paths.length === 0 ? restoreSet(source, order, io) : restorePaths(source, { ...order, paths }, io);
}

/** Where a restore writes; a dry run reads all, looks at what is there and writes nothing. */
export async function targetOf({ dryRun, into }: RestoreSettings, ports: Ports): Promise<RestoreTarget> {
  if (dryRun) {
    if (into !== undefined) await ports.foreseeTarget(into);
    return nowhereTarget();
  }
  if (into === undefined)
    throw new ColdstoreError("settings", "into is missing; say in which folder it is to be restored");
  return ports.openTarget(into);
}

/** One of the archives is read. */
function sizeToRead(artifacts: RestorableCopy["set"]["manifest"]["artifacts"]): number {
  return Math.min(...artifacts.filter(({ role }) => role === "archive").map(({ bytes }) => bytes));
}
