import { asColdstoreError, ColdstoreError } from "../model/errors.ts";
import type { Report } from "../model/report.ts";
import type { Ports } from "../ports/ports.ts";
import type { ByteRange, Io, Store } from "../ports/store.ts";
import { ExpansionLimit } from "../steps/expansion-limit.ts";
import type { Vouched } from "../steps/find-companions.ts";
import { type JoinedFile, openJoined } from "../steps/joined-file.ts";
import { restoreLoose } from "../steps/restore-loose.ts";
import { fileReport } from "./file-report.ts";

/** An archive that no file list tells of; `name` is for sentences. */
export interface LooseDrill {
  readonly store: Store;
  readonly name: string;
  readonly file: JoinedFile;
  readonly bytes: number;
  readonly vouched?: Vouched | undefined;
}

/** Restores an archive out of sight, as what vouches for it says; a drill's links are never published. Resolves to what is wrong with it. */
export async function drillLoose(given: LooseDrill, ports: Ports): Promise<ColdstoreError | undefined> {
  const { store, name, file, bytes, vouched } = given;
  const io: Io = { signal: ports.signal, progress: () => undefined };
  try {
    await using target = await ports.openDrill();
    const order = { target, symlinks: "keep", outwardLinks: "keep", ...(vouched && { vouched }) } as const;
    const open = { bytes, open: async (range?: ByteRange) => openJoined(store, { file, range }, io) };
    await restoreLoose(open, order, new ExpansionLimit({ archiveBytes: bytes }), io);
    return undefined;
  } catch (thrown) {
    io.signal.throwIfAborted();
    const error = asColdstoreError(thrown);
    if (error.failure === "not-found")
      return new ColdstoreError("settings", `${name} isn't an archive, so it can't be restored; use level: read`);
    return new ColdstoreError(error.failure, `${name}: ${error.message}`, { cause: error });
  }
}

/** What a file's verification says once it was drilled, too; of one that isn't sound, or isn't known, there is no drill. */
export async function drilledToo(report: Report, given: LooseDrill, ports: Ports): Promise<Report> {
  if (report.outcomes.some(({ outcome }) => outcome !== "ok" && outcome !== "unproven")) return report;
  const error = await drillLoose(given, ports);
  if (error?.failure === "settings") throw error;
  if (error !== undefined) {
    const outcome = error.failure === "integrity" ? "corrupt" : "unknown";
    return fileReport([{ outcome, store: given.store.name, file: given.name, detail: error.message }], [error]);
  }
  const outcomes = report.outcomes.map((row) => (row.outcome === "ok" ? { ...row, proof: "drill" as const } : row));
  return fileReport(outcomes, report.errors);
}
