import { basename } from "node:path";
import type { Restored } from "../model/details.ts";
import { asColdstoreError, ColdstoreError } from "../model/errors.ts";
import type { Outcome, Report } from "../model/report.ts";
import type { BytePath } from "../ports/folder.ts";
import type { Ports } from "../ports/ports.ts";
import type { ByteRange, Io, Store } from "../ports/store.ts";
import type { RestoreSettings } from "../settings/settings.ts";
import { type BesideManifest, besideManifest } from "../steps/beside-manifest.ts";
import { ExpansionLimit } from "../steps/expansion-limit.ts";
import { findCompanions, type Vouched } from "../steps/find-companions.ts";
import { type JoinedFile, openJoined } from "../steps/joined-file.ts";
import { nameSome } from "../steps/name-some.ts";
import { onlyPaths } from "../steps/only-paths.ts";
import { restoreLoose } from "../steps/restore-loose.ts";
import { restoreCopy, targetOf } from "./restore-copy.ts";

/** Brings a single archive back, compared with whatever lies beside it: its set's manifest and file list, a checksum, or nothing. */
export async function restoreFile(path: string, settings: RestoreSettings, ports: Ports): Promise<Report> {
  const [store] = ports.stores;
  if (store === undefined)
    throw new ColdstoreError("bug", "a single file was to be restored, and its folder wasn't opened");
  const io: Io = { signal: ports.signal, progress: () => undefined };
  const file = basename(path);
  const bytes = (await store.stat(file, io))?.bytes;
  if (bytes === undefined) throw new ColdstoreError("not-found", `${path} isn't a file that can be read`);
  const begun = ports.now().getTime();
  const found = await bringBack({ store, name: file, file: [{ key: file, bytes }], bytes }, { settings, ports });
  return reportOf(found, { file, seconds: (ports.now().getTime() - begun) / 1000, settings });
}

/** An archive that is read as it is, whole or in parts; `name` is for sentences. */
interface GivenFile {
  readonly store: Store;
  readonly name: string;
  readonly file: JoinedFile;
  readonly bytes: number;
}

interface Found {
  readonly restored: Restored;
  readonly notes: readonly string[];
}

interface Order {
  readonly settings: RestoreSettings;
  readonly ports: Ports;
}

async function bringBack(given: GivenFile, order: Order): Promise<Found> {
  const { store, name } = given;
  const companions = await findCompanions(store, name, { signal: order.ports.signal, progress: () => undefined });
  switch (companions.kind) {
    case "manifest":
      return withManifest(given, besideManifest(companions.set, name), order);
    case "damaged":
      throw companions.error;
    case "sidecar":
    case "checksum":
      return restoreAlone(given, companions, order);
    case "none":
      return restoreAlone(given, undefined, order);
  }
}

async function withManifest(given: GivenFile, beside: BesideManifest, order: Order): Promise<Found> {
  const { settings, ports } = order;
  const found =
    beside.kind === "set"
      ? await restoreCopy({ store: given.store, set: beside.set }, settings, ports)
      : await restoreAlone({ ...given, file: beside.file, bytes: beside.bytes }, beside.vouched, order);
  if (beside.left.length === 0 || settings.paths.length > 0) return found;
  const left = `build outputs of the set weren't restored, for they or the file list don't lie beside ${given.name}: ${nameSome(beside.left)}`;
  return { ...found, notes: [...found.notes, left] };
}

async function restoreAlone(
  given: GivenFile,
  vouched: Vouched | undefined,
  { settings, ports }: Order,
): Promise<Found> {
  const { store, name, file, bytes } = given;
  const { symlinks, outwardLinks, paths, dryRun, into } = settings;
  ports.log.step(`restoring ${name}`);
  const meter = ports.progress.start(`restoring ${name}`, bytes);
  const io: Io = { signal: ports.signal, progress: (event) => meter.add(event.bytes) };
  try {
    await using target = await targetOf(settings, ports);
    const chosen = onlyPaths(target, paths.length === 0 ? ["."] : paths);
    const wants = (path: BytePath): boolean => chosen.takes(path);
    const order = { target: chosen.target, wants, symlinks, outwardLinks, ...(vouched && { vouched }) };
    const open = { bytes, open: async (range?: ByteRange) => openJoined(store, { file, range }, io) };
    const end = await named(name, restoreLoose(open, order, new ExpansionLimit({ archiveBytes: bytes }), io));
    const missed = chosen.missed().filter((path) => path !== ".");
    if (missed.length > 0)
      throw new ColdstoreError(
        "not-found",
        `${name} has no ${nameSome(missed)}; paths count from the archive's own root`,
      );
    if (!dryRun) await target.publish();
    const { files, skippedLinks, outwardLinks: outward, notes } = end;
    const where = dryRun || into === undefined ? {} : { into };
    const restored = {
      store: store.name,
      ...where,
      counts: chosen.counts(),
      files,
      skippedLinks,
      outwardLinks: outward,
      paths,
    };
    return { restored: { ...restored, against: vouched?.kind ?? "nothing" }, notes };
  } finally {
    meter.done();
  }
}

/** What is wrong with an archive is said with its name. */
async function named<T>(name: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (thrown) {
    const error = asColdstoreError(thrown);
    const isOfArchive = error.failure === "integrity" || error.failure === "not-found";
    if (!isOfArchive || error.message.includes(name)) throw thrown;
    throw new ColdstoreError(error.failure, `${name}: ${error.message}`, { cause: error });
  }
}

function reportOf(
  { restored, notes }: Found,
  { file, seconds, settings }: { readonly file: string; readonly seconds: number; readonly settings: RestoreSettings },
): Report {
  const vouched = restored.against !== "nothing";
  const row: Outcome = {
    outcome: vouched ? "ok" : "unproven",
    store: restored.store,
    file,
    bytes: restored.counts.bytes,
    seconds,
    proof: vouched ? "read" : "none",
  };
  const status = settings.dryRun ? "planned" : vouched ? "ok" : "unproven";
  return {
    mode: "restore",
    status,
    outcomes: [row],
    warnings: notes,
    errors: [],
    outputs: { status, stores: [row] },
    details: { kind: "restored", restored },
  };
}
