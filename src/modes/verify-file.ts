import { basename } from "node:path";
import { asColdstoreError, ColdstoreError } from "../model/errors.ts";
import type { Outcome, Report } from "../model/report.ts";
import { formatBytes, formatCount } from "../model/units.ts";
import type { Ports } from "../ports/ports.ts";
import type { Io, Store } from "../ports/store.ts";
import type { VerifySettings } from "../settings/settings.ts";
import { type BesideManifest, besideManifest } from "../steps/beside-manifest.ts";
import { checkLooseArchive, type LooseArchive } from "../steps/check-loose-archive.ts";
import { findCompanions, type Companions } from "../steps/find-companions.ts";
import type { CompleteSet } from "../steps/find-standing.ts";
import type { Verdict } from "../steps/tell-verified.ts";
import { verifyArtifact, verifySet } from "../steps/verify-set.ts";
import { drillFaults, faultOf } from "./drill-faults.ts";
import { drilledToo, drillLoose } from "./drill-file.ts";
import { fileReport } from "./file-report.ts";
import { remakerIn } from "./remake-tar.ts";
import { verifyReport } from "./verify-report.ts";
import { verifyVouched } from "./verify-vouched.ts";

/** Verifies a single file with whatever lies beside it: its set's manifest, a checksum file, or nothing but its own structure. */
export async function verifyFile(path: string, settings: VerifySettings, ports: Ports): Promise<Report> {
  const [folder] = ports.stores;
  if (folder === undefined)
    throw new ColdstoreError("bug", "a single file was to be verified, and its folder wasn't opened");
  const file = basename(path);
  const size = (await folder.stat(file, { signal: ports.signal, progress: () => undefined }))?.bytes;
  if (size === undefined) throw new ColdstoreError("not-found", `${path} isn't a file that can be read`);
  const meter = ports.progress.start(`verifying ${file}`, size);
  const io: Io = { signal: ports.signal, progress: ({ bytes }) => meter.add(bytes) };
  try {
    return await verifyIn(folder, { file, settings, ports }, io);
  } finally {
    meter.done();
  }
}

interface FileCheck {
  readonly file: string;
  readonly settings: VerifySettings;
  readonly ports: Ports;
}

async function verifyIn(store: Store, check: FileCheck, io: Io): Promise<Report> {
  const { file, settings, ports } = check;
  const companions = await findCompanions(store, file, io);
  switch (companions.kind) {
    case "manifest":
      return verifyBeside(store, companions.set, check, io);
    case "damaged":
      return damagedReport(store, file, companions);
    case "checksum":
    case "sidecar":
    case "none": {
      const vouched = companions.kind === "none" ? undefined : companions;
      const report =
        vouched === undefined ? await looseReport(store, file, io) : await verifyVouched(store, file, vouched, io);
      if (settings.level !== "drill") return report;
      const bytes = (await store.stat(file, io))?.bytes ?? 0;
      return drilledToo(report, { store, name: file, file: [{ key: file, bytes }], bytes, vouched }, ports);
    }
  }
}

/** A file of a set, with the set's manifest beside it: all of the set for the manifest itself. */
async function verifyBeside(
  store: Store,
  set: CompleteSet,
  { file, settings: { level }, ports }: FileCheck,
  io: Io,
): Promise<Report> {
  const begun = ports.now().getTime();
  const whole = file === set.manifestName;
  const look = level === "drill" ? "digest" : level;
  // Refused before anything is read, when there is nothing to restore.
  const drilled = level === "drill" && !whole ? besideManifest(set, file) : undefined;
  const faults = whole
    ? await verifySet(store, set, look, io)
    : await verifyArtifact(store, { set, name: file, level: look }, io);
  const isDrilled = level === "drill" && faults.length === 0;
  const end = isDrilled ? await drillBeside(store, drilled ?? { kind: "set", set }, { file, ports }) : { faults };
  const one = { ...set, files: set.files.filter(({ name }) => whole || name === file) };
  const verdict = { set: one, ...end, seconds: (ports.now().getTime() - begun) / 1000 };
  return verifyReport([{ store, verdicts: [verdict], ...(!whole && { file }) }], level);
}

async function drillBeside(
  store: Store,
  beside: BesideManifest | Pick<Extract<BesideManifest, { readonly kind: "set" }>, "kind" | "set">,
  { file, ports }: Pick<FileCheck, "file" | "ports">,
): Promise<Pick<Verdict, "faults" | "note">> {
  if (beside.kind === "set") {
    const drill = { openDrill: async () => ports.openDrill(), remakeTar: remakerIn(ports) };
    return drillFaults(store, beside.set, drill, { signal: ports.signal, progress: () => undefined });
  }
  const error = await drillLoose({ ...beside, store, name: file }, ports);
  return { faults: error === undefined ? [] : [faultOf(error)] };
}

/** A manifest that can't be trusted is corrupt; what it should vouch for is not, but nothing is known of it. */
function damagedReport(store: Store, file: string, manifest: Extract<Companions, { kind: "damaged" }>): Report {
  const { error } = manifest;
  const outcome = error.failure === "integrity" ? "corrupt" : "unknown";
  const row: Outcome = { outcome, store: store.name, file: manifest.file, detail: error.message };
  const other: Outcome = { outcome: "unknown", store: store.name, file, detail: "its manifest can't vouch for it" };
  return fileReport(file === manifest.file ? [row] : [row, other], [error]);
}

/** Nothing vouches for the file: its structure is looked at, and that is said, but it's no proof. */
async function looseReport(store: Store, file: string, io: Io): Promise<Report> {
  const row = { store: store.name, file };
  try {
    const found = await checkLooseArchive({
      bytes: (await store.stat(file, io))?.bytes ?? 0,
      open: async (range) => store.open(file, range, io),
      io: { signal: io.signal, progress: () => undefined },
    });
    const error = new ColdstoreError(
      "not-found",
      `${file} is ${describe(found)}, but nothing beside it says what it should be: put its NAME.coldstore.json or SHA256SUMS there`,
    );
    return fileReport(
      [{ ...row, outcome: "unproven", bytes: found.artifact.bytes, proof: "none", detail: describe(found) }],
      [error],
    );
  } catch (thrown) {
    io.signal.throwIfAborted();
    const reason = asColdstoreError(thrown);
    if (reason.failure === "not-found" && !isNamedAsArchive(file)) return unknownReport(row);
    const failure = reason.failure === "not-found" ? "integrity" : reason.failure;
    const error = new ColdstoreError(failure, `${file}: ${reason.message}`, { cause: reason });
    return fileReport([{ ...row, outcome: "corrupt", detail: error.message }], [error]);
  }
}

function isNamedAsArchive(file: string): boolean {
  return /\.(tar|tar\.gz|tgz|tar\.zst|tzst|zip)$/i.test(file);
}

function unknownReport(row: { readonly store: string; readonly file: string }): Report {
  const error = new ColdstoreError(
    "not-found",
    `${row.file} isn't a tar, tar.gz, tar.zst or zip, and nothing beside it says what it should be: put its NAME.coldstore.json or SHA256SUMS there`,
  );
  return fileReport([{ ...row, outcome: "unknown", detail: error.message }], [error]);
}

function describe({ format, entries, unpackedBytes, commit }: LooseArchive): string {
  const of = commit === undefined ? "" : ` of commit ${commit}`;
  return `a readable ${format}${of} with ${formatCount(entries, "entry", "entries")}, ${formatBytes(unpackedBytes)} unpacked`;
}
