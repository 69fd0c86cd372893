import { asColdstoreError, ColdstoreError, SeveralErrors } from "../model/errors.ts";
import type { ArchiveSet } from "../model/archive-set.ts";
import type { Report } from "../model/report.ts";
import { setText } from "../model/set-name.ts";
import type { Ports } from "../ports/ports.ts";
import type { Io, Store } from "../ports/store.ts";
import type { VerifySettings } from "../settings/settings.ts";
import { preflight } from "../steps/preflight.ts";
import { selectSets } from "../steps/select-sets.ts";
import { tellVerified, type Verdict } from "../steps/tell-verified.ts";
import { verifySet } from "../steps/verify-set.ts";
import { verifyFile } from "./verify-file.ts";
import { verifyReport, type StoreVerdicts } from "./verify-report.ts";

/** Re-reads sets and compares them with their manifests; names everything that isn't as it was. */
export async function verify(settings: VerifySettings, ports: Ports): Promise<Report> {
  const io: Io = { signal: ports.signal, progress: () => undefined };
  if (settings.file !== undefined) return verifyFile(settings.file, settings, ports);
  const unfit = await preflight(ports.stores, { write: false, bytes: 0 }, io);
  const all: StoreVerdicts[] = [];
  for (const store of ports.stores) {
    const reasons = unfit.find((each) => each.store === store)?.errors;
    all.push(
      reasons === undefined ? await verifyStore(store, settings, ports) : { store, error: new SeveralErrors(reasons) },
    );
  }
  return verifyReport(all, settings.level);
}

async function verifyStore(store: Store, settings: VerifySettings, ports: Ports): Promise<StoreVerdicts> {
  const started = ports.now();
  const io: Io = { signal: ports.signal, progress: () => undefined };
  try {
    const sets = await selectSets(store, settings, io);
    if (sets.length === 0) throw nothingThere(store, settings.project);
    const verdicts: Verdict[] = [];
    for (const set of sets) verdicts.push(await verifyOne(store, set, settings, ports));
    const stamp = { time: ports.now(), run: ports.run.id };
    const refused = settings.dryRun
      ? undefined
      : await tellVerified(store, { verdicts, level: settings.level, started, stamp }, io);
    if (refused !== undefined) ports.log.debug(`${store.name} took no record of this verification: ${refused.message}`);
    return { store, verdicts };
  } catch (error) {
    ports.signal.throwIfAborted();
    return { store, error: asColdstoreError(error) };
  }
}

async function verifyOne(store: Store, set: ArchiveSet, { level }: VerifySettings, ports: Ports): Promise<Verdict> {
  const begun = ports.now().getTime();
  const bytes = set.files.reduce((sum, file) => sum + file.bytes, 0);
  const meter = ports.progress.start(`verifying ${setText(set.name)}`, level === "list" ? undefined : bytes);
  const io: Io = { signal: ports.signal, progress: (event) => meter.add(event.bytes) };
  const faults = await verifySet(store, set, level, io).finally(() => meter.done());
  return { set, faults, seconds: (ports.now().getTime() - begun) / 1000 };
}

function nothingThere(store: Store, project: string | undefined): ColdstoreError {
  const whose = project === undefined ? "" : ` of ${project}`;
  return new ColdstoreError(
    "not-found",
    `there are no sets${whose} in ${store.name}, so nothing is proven; give the folder that snapshots are stored in`,
  );
}
