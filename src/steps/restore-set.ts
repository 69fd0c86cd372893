import { asColdstoreError, ColdstoreError, SeveralErrors } from "../model/errors.ts";
import type { ManifestArtifact } from "../model/manifest.ts";
import type { RestoreTarget } from "../ports/restore-target.ts";
import type { Io } from "../ports/store.ts";
import { admitAll, type Admitted } from "./guard-entries.ts";
import { type ListedEntry, readRestoreList } from "./restore-list.ts";
import { restoreOutputs } from "./restore-outputs.ts";
import type { RestoreSource, SetEnd, SetOrder } from "./restore-source.ts";
import { restoreTar } from "./restore-tar.ts";
import { restoreZip } from "./restore-zip.ts";
import { findWholeArchives } from "./whole-archives.ts";

/**
 * Fills a target with all of a set, every byte compared with the file list. Of the set's archives the one is read that
 * restores fastest, and the next one when it is damaged. Rejects with `integrity` when none is sound, and with `unsafe`,
 * before anything is written, when the set has what must not be made.
 */
export async function restoreSet(source: RestoreSource, order: SetOrder, io: Io): Promise<SetEnd> {
  const { whole, damaged } = await findWholeArchives(source, io);
  const listed = await readRestoreList(source, io);
  const errors = [...damaged];
  for (const archive of whole) {
    const end = await restoreArchive(archive, { source, order, listed }, io);
    if (!(end instanceof ColdstoreError)) return { ...end, damaged: errors };
    errors.push(end);
  }
  const [only, ...others] = errors;
  if (only === undefined) throw new ColdstoreError("integrity", `the manifest of ${source.prefix} names no archive`);
  throw others.length === 0 ? only : new SeveralErrors(errors);
}

/** A set, with what its file list has, and how it is to be brought back. */
export interface Attempt {
  readonly source: RestoreSource;
  readonly order: SetOrder;
  readonly listed: readonly ListedEntry[];
}

/** Fills a target of its own from one of a set's archives. Resolves to what is wrong with the archive when it is damaged; the target is gone then. */
export async function restoreArchive(
  archive: ManifestArtifact,
  { source, order, listed }: Attempt,
  io: Io,
): Promise<Omit<SetEnd, "damaged"> | ColdstoreError> {
  await using held = new AsyncDisposableStack();
  const target = held.use(await order.openTarget());
  const { skipped, end } = admitAll(source, listed, { ...order, traits: target.traits });
  await restoreOutputs(source, target, io);
  const damage = await damageOf(async () => fill(archive, { source, order, listed, skipped, target }, io));
  io.signal.throwIfAborted();
  if (damage !== undefined) return damage;
  held.move();
  return { ...end, target };
}

async function damageOf(work: () => Promise<void>): Promise<ColdstoreError | undefined> {
  try {
    await work();
    return undefined;
  } catch (thrown) {
    const error = asColdstoreError(thrown);
    if (error.failure !== "integrity") throw thrown;
    return error;
  }
}

interface Filling extends Attempt, Pick<Admitted, "skipped"> {
  readonly target: RestoreTarget;
}

async function fill(archive: ManifestArtifact, { source, listed, skipped, target }: Filling, io: Io): Promise<void> {
  const filling = { listed, skipped, target };
  return archive.format === "zip" ? restoreZip(source, archive, filling, io) : restoreTar(source, archive, filling, io);
}
