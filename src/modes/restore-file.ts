import { basename } from "node:path";
import type { Restored } from "../model/details.ts";
import { ColdstoreError } from "../model/errors.ts";
import { filesOf, type ManifestArtifact } from "../model/manifest.ts";
import type { Outcome, Report } from "../model/report.ts";
import type { BytePath } from "../ports/folder.ts";
import type { Ports } from "../ports/ports.ts";
import type { Io, Store } from "../ports/store.ts";
import type { RestoreSettings } from "../settings/settings.ts";
import { ExpansionLimit } from "../steps/expansion-limit.ts";
import { type Companions, findCompanions, type Vouched } from "../steps/find-companions.ts";
import type { CompleteSet } from "../steps/find-standing.ts";
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
  const found = await bringBack({ store, file, bytes }, settings, ports);
  return reportOf(found, { file, seconds: (ports.now().getTime() - begun) / 1000, settings });
}

interface GivenFile {
  readonly store: Store;
  readonly file: string;
  readonly bytes: number;
}

interface Found {
  readonly restored: Restored;
  readonly notes: readonly string[];
}

async function bringBack(given: GivenFile, settings: RestoreSettings, ports: Ports): Promise<Found> {
  const { store, file } = given;
  const companions = await findCompanions(store, file, { signal: ports.signal, progress: () => undefined });
  switch (companions.kind) {
    case "manifest": {
      const { set } = companions;
      const listed = hasFileList(set) ? asIfAlone(set, file) : undefined;
      if (listed !== undefined) return restoreCopy({ store, set: listed }, settings, ports);
      return restoreAlone(given, checksumOf(companions, file), { settings, ports });
    }
    case "damaged":
      throw companions.error;
    case "sidecar":
    case "checksum":
      return restoreAlone(given, companions, { settings, ports });
    case "none":
      return restoreAlone(given, undefined, { settings, ports });
  }
}

function hasFileList({ manifest, files }: CompleteSet): boolean {
  const list = manifest.artifacts.find(({ role }) => role === "file-list");
  return list !== undefined && files.some(({ name }) => name === list.name);
}

/** The set as far as one of its archives has it; all of it for its manifest. */
function asIfAlone(set: CompleteSet, file: string): CompleteSet {
  if (file === set.manifestName) return set;
  const artifacts = set.manifest.artifacts.flatMap((artifact) => keptFor(artifact, file, set));
  return { ...set, manifest: { ...set.manifest, artifacts } };
}

function keptFor(artifact: ManifestArtifact, file: string, { files }: CompleteSet): readonly ManifestArtifact[] {
  const { parts, ...whole } = artifact;
  // An archive that was joined again lies there under its own name.
  if (artifact.name === file) return [whole];
  if (artifact.role === "archive") return parts?.some(({ name }) => name === file) === true ? [artifact] : [];
  return filesOf(artifact).every(({ name }) => files.some((each) => each.name === name)) ? [artifact] : [];
}

/** A manifest without its file list beside it still knows the archive's digest. */
function checksumOf({ set }: Extract<Companions, { kind: "manifest" }>, file: string): Vouched {
  const artifact = set.manifest.artifacts.flatMap(filesOf).find(({ name }) => name === file);
  const whole = set.manifest.artifacts.find(({ name }) => name === file);
  const sha256 = artifact?.sha256 ?? whole?.sha256;
  if (sha256 === undefined)
    throw new ColdstoreError("not-found", `${set.manifestName} has no file list beside it; give the archive itself`);
  return { kind: "checksum", file: set.manifestName, sha256 };
}

async function restoreAlone(
  { store, file, bytes }: GivenFile,
  vouched: Vouched | undefined,
  { settings, ports }: { readonly settings: RestoreSettings; readonly ports: Ports },
): Promise<Found> {
  const { symlinks, outwardLinks, paths, dryRun, into } = settings;
  ports.log.step(`restoring ${file}`);
  const meter = ports.progress.start(`restoring ${file}`, bytes);
  const io: Io = { signal: ports.signal, progress: (event) => meter.add(event.bytes) };
  try {
    await using target = await targetOf(settings, ports);
    const chosen = onlyPaths(target, paths.length === 0 ? ["."] : paths);
    const wants = (path: BytePath): boolean => chosen.takes(path);
    const order = { target: chosen.target, wants, symlinks, outwardLinks, ...(vouched && { vouched }) };
    const open = { bytes, open: async (range?: Parameters<Store["open"]>[1]) => store.open(file, range, io) };
    const end = await restoreLoose(open, order, new ExpansionLimit({ archiveBytes: bytes }), io);
    const missed = chosen.missed().filter((path) => path !== ".");
    if (missed.length > 0)
      throw new ColdstoreError(
        "not-found",
        `${file} has no ${nameSome(missed)}; paths count from the archive's own root`,
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
