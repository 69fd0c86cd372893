import { asColdstoreError, ColdstoreError, SeveralErrors } from "../model/errors.ts";
import { listedBytes, type ArchiveSet } from "../model/archive-set.ts";
import type { Report } from "../model/report.ts";
import { setText } from "../model/set-name.ts";
import { formatCount } from "../model/units.ts";
import type { Ports } from "../ports/ports.ts";
import type { Io, Store } from "../ports/store.ts";
import type { VerifySettings } from "../settings/settings.ts";
import type { Drill } from "../steps/drill-set.ts";
import { preflight } from "../steps/preflight.ts";
import { selectSets } from "../steps/select-sets.ts";
import { tellVerified, type Verdict, type Verification } from "../steps/tell-verified.ts";
import { unfinishedReplace, verifySet } from "../steps/verify-set.ts";
import { drillFaults } from "./drill-faults.ts";
import { remakerIn } from "./remake-tar.ts";
import { verifyFile } from "./verify-file.ts";
import { verifyReport, type StoreVerdicts } from "./verify-report.ts";

/** Re-reads sets and compares them with their manifests; names everything that isn't as it was. */
export async function verify(settings: VerifySettings, ports: Ports): Promise<Report> {
  const io: Io = { signal: ports.signal, progress: () => undefined };
  if (settings.file !== undefined) return verifyFile(settings.file, settings, ports);
  const unfit = await preflight(ports.stores, { write: false, bytes: 0 }, io);
  const drill: Drill = { openDrill: async () => ports.openDrill(), remakeTar: remakerIn(ports) };
  const all: StoreVerdicts[] = [];
  for (const store of ports.stores) {
    const reasons = unfit.find((each) => each.store === store)?.errors;
    const unusable = reasons && { store, verdicts: [], error: new SeveralErrors(reasons) };
    all.push(unusable ?? (await verifyStore(store, { settings, ports, drill })));
  }
  return verifyReport(all, settings.level);
}

interface Verifying {
  readonly settings: VerifySettings;
  readonly ports: Ports;
  readonly drill: Drill;
}

async function verifyStore(store: Store, verifying: Verifying): Promise<StoreVerdicts> {
  const { settings, ports } = verifying;
  const started = ports.now();
  const io: Io = { signal: ports.signal, progress: () => undefined };
  const verdicts: Verdict[] = [];
  try {
    const sets = (await selectSets(store, settings, io)).filter((set) => settings.sets.length > 0 || !set.leftover);
    ports.log.step(`verifying ${formatCount(sets.length, "set")} in ${store.name}`);
    if (sets.length === 0) throw nothingThere(store, settings.project);
    for (const set of sets) verdicts.push(await verifyOne(store, set, verifying));
    const stamp = { time: ports.now(), run: ports.run.id };
    if (!settings.dryRun) await tell(store, { verdicts, level: settings.level, started, stamp }, ports);
    return { store, verdicts };
  } catch (error) {
    return { store, verdicts, error: asColdstoreError(ports.signal.aborted ? ports.signal.reason : error) };
  }
}

/** Verifying needs no permission to write, so that a store which takes no record is no failure. */
async function tell(store: Store, verification: Verification, { log, signal }: Ports): Promise<void> {
  const refused = await tellVerified(store, verification, { signal, progress: () => undefined });
  if (refused !== undefined) log.debug(`${store.name} took no record of this verification: ${refused.message}`);
}

async function verifyOne(store: Store, set: ArchiveSet, { settings, ports, drill }: Verifying): Promise<Verdict> {
  const { level } = settings;
  const begun = ports.now().getTime();
  const meter = ports.progress.start(`verifying ${setText(set.name)}`, level === "list" ? undefined : listedBytes(set));
  const io: Io = { signal: ports.signal, progress: (event) => meter.add(event.bytes) };
  try {
    const found = await verifySet(store, set, level === "drill" ? "digest" : level, io);
    const isDrilled = level === "drill" && found.length === 0 && set.state === "complete";
    const end = isDrilled ? await drillFaults(store, set, drill, io) : { faults: found };
    const note = [unfinishedReplace(set), "note" in end ? end.note : undefined].filter((each) => each !== undefined);
    return {
      set,
      ...end,
      ...(note.length > 0 && { note: note.join("; ") }),
      seconds: (ports.now().getTime() - begun) / 1000,
    };
  } finally {
    meter.done();
  }
}

function nothingThere(store: Store, project: string | undefined): ColdstoreError {
  const whose = project === undefined ? "" : ` of ${project}`;
  const unseen = store.show === undefined ? "" : " (drafts are seen only with a token that may write contents)";
  return new ColdstoreError(
    "not-found",
    `there are no sets${whose} in ${store.name}, so nothing is proven; give the store that they are in${unseen}`,
  );
}
