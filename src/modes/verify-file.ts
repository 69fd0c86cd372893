import { basename } from "node:path";
import { asColdstoreError, ColdstoreError } from "../model/errors.ts";
import type { Outcome, Report } from "../model/report.ts";
import { formatBytes, formatCount } from "../model/units.ts";
import type { Ports } from "../ports/ports.ts";
import type { Io, Store } from "../ports/store.ts";
import type { VerifySettings } from "../settings/settings.ts";
import { checkLooseArchive, type LooseArchive } from "../steps/check-loose-archive.ts";
import { findCompanions, type Companions } from "../steps/find-companions.ts";
import { verifyArtifact, verifySet } from "../steps/verify-set.ts";
import { fileReport } from "./file-report.ts";
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

async function verifyIn(store: Store, { file, settings, ports }: FileCheck, io: Io): Promise<Report> {
  const begun = ports.now().getTime();
  const companions = await findCompanions(store, file, io);
  switch (companions.kind) {
    case "manifest": {
      const { set } = companions;
      const whole = file === set.manifestName;
      // A drill brings a whole set back out of its store; here each byte is read, and that is what is said.
      const level = settings.level === "drill" ? "read" : settings.level;
      const faults = whole
        ? await verifySet(store, set, level, io)
        : await verifyArtifact(store, { set, name: file, level }, io);
      const one = { ...set, files: set.files.filter(({ name }) => whole || name === file) };
      return verifyReport(
        [
          {
            store,
            verdicts: [{ set: one, faults, seconds: (ports.now().getTime() - begun) / 1000 }],
            ...(!whole && { file }),
          },
        ],
        level,
      );
    }
    case "damaged":
      return damagedReport(store, file, companions);
    case "checksum":
    case "sidecar":
      return verifyVouched(store, file, companions, io);
    case "none":
      return looseReport(store, file, io);
  }
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
