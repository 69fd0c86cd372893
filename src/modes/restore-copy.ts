import type { Restored } from "../model/details.ts";
import { ColdstoreError } from "../model/errors.ts";
import { setText } from "../model/set-name.ts";
import type { Ports } from "../ports/ports.ts";
import type { RestoreTarget } from "../ports/restore-target.ts";
import type { Io } from "../ports/store.ts";
import type { RestoreSettings } from "../settings/settings.ts";
import type { RestorableCopy } from "../steps/choose-restorable.ts";
import { nowhereTarget } from "../steps/nowhere-target.ts";
import { restorePaths } from "../steps/restore-paths.ts";
import type { RestoreEnd, RestoreSource } from "../steps/restore-source.ts";
import { restoreSet } from "../steps/restore-set.ts";

/** Brings one copy of a set back, and shows it when all of it is there. Rejects with `integrity` when it isn't what its manifest says. */
export async function restoreCopy(
  { store, set }: RestorableCopy,
  settings: RestoreSettings,
  ports: Ports,
): Promise<Restored> {
  const { content, artifacts } = set.manifest;
  const { paths } = settings;
  ports.log.step(`restoring ${setText(set.name)} from ${store.name}`);
  const whole = paths.length === 0;
  const meter = ports.progress.start(`restoring ${set.manifest.run.name}`, whole ? sizeToRead(artifacts) : undefined);
  const io: Io = { signal: ports.signal, progress: ({ bytes }) => meter.add(bytes) };
  const source = { store, prefix: set.prefix, content, artifacts };
  try {
    const end = await (whole ? restoreAll : restoreSome)(source, settings, ports, io);
    const into = settings.dryRun || settings.into === undefined ? {} : { into: settings.into };
    return { set: set.name, store: store.name, ...into, ...end, paths, against: "manifest" };
  } finally {
    meter.done();
  }
}

async function restoreAll(source: RestoreSource, settings: RestoreSettings, ports: Ports, io: Io): Promise<RestoreEnd> {
  const { symlinks, outwardLinks, dryRun } = settings;
  const openTarget = async () => targetOf(settings, ports);
  const { target: filled, damaged, ...end } = await restoreSet(source, { openTarget, symlinks, outwardLinks }, io);
  await using target = filled;
  if (!dryRun) await target.publish();
  for (const { message } of damaged) ports.log.warn(message);
  return end;
}

async function restoreSome(
  source: RestoreSource,
  settings: RestoreSettings,
  ports: Ports,
  io: Io,
): Promise<RestoreEnd> {
  const { symlinks, outwardLinks, paths, dryRun } = settings;
  await using target = await targetOf(settings, ports);
  const end = await restorePaths(source, { target, symlinks, outwardLinks, paths }, io);
  if (!dryRun) await target.publish();
  return end;
}

/** Where a restore writes; a dry run reads all and writes nothing. */
export async function targetOf({ dryRun, into }: RestoreSettings, ports: Ports): Promise<RestoreTarget> {
  if (dryRun) return nowhereTarget();
  if (into === undefined)
    throw new ColdstoreError("settings", "into is missing; say in which folder it is to be restored");
  return ports.openTarget(into);
}

/** One of the archives is read. */
function sizeToRead(artifacts: RestorableCopy["set"]["manifest"]["artifacts"]): number {
  return Math.min(...artifacts.filter(({ role }) => role === "archive").map(({ bytes }) => bytes));
}
