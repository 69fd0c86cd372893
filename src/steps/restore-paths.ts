import { asColdstoreError, ColdstoreError, SeveralErrors } from "../model/errors.ts";
import type { ManifestArtifact } from "../model/manifest.ts";
import type { Io } from "../ports/store.ts";
import { findAsked } from "./find-asked.ts";
import { admitAll } from "./guard-entries.ts";
import type { RestoreSource, SetEnd, SetOrder } from "./restore-source.ts";
import { restoreSet } from "./restore-set.ts";
import { restoreStretches } from "./restore-stretches.ts";
import { restoreZipEntries } from "./restore-zip-entries.ts";
import { tarRanges, type TarRanges } from "./tar-ranges.ts";
import type { TarStretch } from "./tar-stretches.ts";

/**
 * Fills a target with single files, links and folders of a set, each with all that is below it, by paths that count from where those
 * of the file list do; an empty one or `.` is all of the set. Of the file list and of an archive only the blocks are read that have
 * them, of the archive that costs least; of the next one when those are damaged. Rejects with `not-found` for a path that the set
 * doesn't have, with `integrity` when no archive has what was asked for as the list says, and with `unsafe` before anything is made.
 */
export async function restorePaths(
  source: RestoreSource,
  order: SetOrder & { readonly paths: readonly string[] },
  io: Io,
): Promise<SetEnd> {
  const { paths } = order;
  if (paths.some((path) => path === "" || path === ".")) return restoreSet(source, order, io);
  const stretches = (await findAsked(source, paths, io)).toSorted((a, b) => a.start - b.start);
  const { ways, damaged } = waysTo(source, stretches);
  const errors = [...damaged];
  for (const way of ways) {
    const end = await restoreBy(way, { source, order, stretches }, io);
    if (!(end instanceof ColdstoreError)) return { ...end, damaged: errors };
    errors.push(end);
  }
  const [only, ...others] = errors;
  if (only === undefined) throw new ColdstoreError("integrity", `the manifest of ${source.prefix} names no archive`);
  throw others.length === 0 ? only : new SeveralErrors(errors);
}

/** An archive, and how it is read; a zip's own directory tells that. */
interface Way {
  readonly archive: ManifestArtifact;
  readonly ranges?: TarRanges;
}

interface Ways {
  /** The cheapest first. */
  readonly ways: readonly Way[];
  /** What is wrong with archives that can't be read so. */
  readonly damaged: readonly ColdstoreError[];
}

function waysTo(source: RestoreSource, stretches: readonly TarStretch[]): Ways {
  const ways: Way[] = [];
  const damaged: ColdstoreError[] = [];
  for (const archive of source.artifacts.filter(({ role }) => role === "archive")) {
    if (archive.format === "zip") {
      ways.push({ archive });
      continue;
    }
    try {
      ways.push({ archive, ranges: tarRanges(source, { archive, ranges: stretches }) });
    } catch (error) {
      damaged.push(asDamage(error));
    }
  }
  return { ways: ways.sort((a, b) => costOf(a) - costOf(b)), damaged };
}

/** All of a zip's directory has to be read before anything else. */
function costOf({ ranges }: Way): number {
  return ranges?.cost ?? Number.MAX_SAFE_INTEGER;
}

function asDamage(thrown: unknown): ColdstoreError {
  const error = asColdstoreError(thrown);
  if (error.failure !== "integrity") throw thrown;
  return error;
}

interface Attempt {
  readonly source: RestoreSource;
  readonly order: SetOrder;
  readonly stretches: readonly TarStretch[];
}

/** Fills a target of its own. Resolves to what is wrong with the archive when it is damaged; the target is gone then. */
async function restoreBy(
  { archive, ranges }: Way,
  { source, order, stretches }: Attempt,
  io: Io,
): Promise<Omit<SetEnd, "damaged"> | ColdstoreError> {
  await using held = new AsyncDisposableStack();
  const target = held.use(await order.openTarget());
  const listed = stretches.flatMap(({ asked }) => [...asked]);
  // Build outputs have no path: who wants them restores the set.
  const archives = source.artifacts.filter(({ role }) => role !== "file");
  const { skipped, end } = admitAll({ ...source, artifacts: archives }, listed, { ...order, traits: target.traits });
  try {
    if (ranges === undefined) await restoreZipEntries(source, { artifact: archive, listed, skipped, target }, io);
    else await restoreStretches(source, { archive, ranges, order: { stretches, skipped, target } }, io);
  } catch (thrown) {
    io.signal.throwIfAborted();
    return asDamage(thrown);
  }
  held.move();
  return { ...end, target };
}
