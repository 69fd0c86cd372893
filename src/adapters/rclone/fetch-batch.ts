import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { asColdstoreError, ColdstoreError } from "../../model/errors.ts";
import type { BytePath } from "../../ports/folder.ts";
import type { Io } from "../../ports/store.ts";
import { errnoOf } from "../local/disk-error.ts";
import { whyNotFetched } from "./check-fetched.ts";
import { copyTogether, foreignDigests, placeIn, withoutClashes } from "./copy-together.ts";
import type { FarFiles } from "./far-files.ts";
import { checkOf } from "./file-digest.ts";
import type { ListedFile } from "./find-again.ts";
import type { Rclone, RemoteFile } from "./rclone.ts";
import { remoteError } from "./remote-error.ts";
import { filesWithDigests, renewFiles } from "./renew-files.ts";

/** Files that are to be fetched, and where to. */
export interface BatchOrder {
  readonly far: FarFiles;
  readonly paths: readonly BytePath[];
  /** Absolute; it isn't there yet. */
  readonly folder: string;
}

/** A file here, and what it is a copy of. */
export interface FetchedFile {
  readonly place: string | Buffer;
  readonly of: RemoteFile;
}

interface Failed extends ListedFile {
  readonly error: ColdstoreError;
}

const tries = 3;

// When more have failed it is hardly for their own sake.
const mostLooks = 100;

// Alone they come at the price of a process each, but whatever no disk here takes among the others: a long name, one that is a
// folder's, too.
const fewEnough = 20;

/**
 * Copies files into a folder, each checked by its digest there; one that isn't as it was listed is looked at again, and then
 * fetched as it is now. What has vanished isn't among what it resolves to. Rejects with `source` for what can't be had.
 */
export async function fetchBatch(order: BatchOrder, io: Io): Promise<ReadonlyMap<BytePath, FetchedFile>> {
  const fetched = new Map<BytePath, FetchedFile>();
  let waiting = order.paths;
  for (let attempt = 1; waiting.length > 0; attempt += 1) {
    const wanted = await filesWithDigests(order.far, waiting, io);
    const alone = attempt > 1 && wanted.length <= fewEnough;
    const failed = await tryAll({ ...order, alone, folder: join(order.folder, `${attempt}`) }, { wanted, fetched }, io);
    if (failed.length > mostLooks || (failed.length > 0 && attempt === tries)) throw refusal(order.far.rclone, failed);
    if (failed.length > 0) await renewFiles(order.far, failed, io);
    waiting = failed.map(({ path }) => path);
  }
  return fetched;
}

async function tryAll(
  { far, folder, alone }: Omit<BatchOrder, "paths"> & { readonly alone: boolean },
  { wanted, fetched }: { readonly wanted: readonly ListedFile[]; readonly fetched: Map<BytePath, FetchedFile> },
  io: Io,
): Promise<readonly Failed[]> {
  const { rclone } = far;
  await mkdir(folder, { recursive: true });
  const together = alone ? [] : withoutClashes(wanted);
  const all = join(folder, "all");
  const faults = await copyTogether(rclone, { all, together }, io);
  const digests = await foreignDigests(rclone, { all, together }, io);
  const copied = new Set(together);
  const failed: Failed[] = [];
  for (const [i, each] of wanted.entries()) {
    io.signal.throwIfAborted();
    const fault = faults.get(each.of.path);
    const found = copied.has(each) ? placeIn(all, each) : undefined;
    const one = { each, found, alone: join(folder, `${i}`), digest: digests.get(each.of.path) };
    const result = fault ?? (await takeOne(rclone, one, io));
    if (result instanceof ColdstoreError) failed.push({ ...each, error: result });
    else {
      fetched.set(each.path, { place: result, of: each.of });
      far.checked.set(each.path, checkOf(each.of.hashes)?.name ?? "size");
    }
  }
  return failed;
}

/** Checks a file that has come with others, or fetches it alone, which finds those too whose names no disk here takes. */
async function takeOne(
  rclone: Rclone,
  one: {
    readonly each: ListedFile;
    readonly found: string | Buffer | undefined;
    /** Where it goes when it comes alone. */
    readonly alone: string;
    readonly digest: string | undefined;
  },
  io: Io,
): Promise<string | Buffer | ColdstoreError> {
  const { each, found, alone, digest } = one;
  try {
    const place = found ?? alone;
    if (found === undefined) {
      const content = await rclone.cat(each.of.path, undefined, io);
      await pipeline(content, createWriteStream(alone), { signal: io.signal });
    }
    return (await whyNotFetched({ place, of: each.of, ...(found && { digest }) }, rclone, io)) ?? place;
  } catch (thrown) {
    io.signal.throwIfAborted();
    if (errnoOf(thrown) === "ENOSPC") throw new ColdstoreError("store", noRoom, { cause: thrown });
    return remoteError(thrown, `can't read ${each.of.path}`);
  }
}

const noRoom =
  "there is no room in the temporary folder for the files that are fetched next (128 MiB at the most). Free some, or set TMPDIR to a place that has it.";

/** The first of them speaks for all. */
function refusal({ name }: Rclone, failed: readonly Failed[]): ColdstoreError {
  const [first] = failed;
  const error = asColdstoreError(first?.error);
  if (failed.length === 1) return error;
  return new ColdstoreError(
    "source",
    `${failed.length} files of ${name} can't be fetched; the first: ${error.message}`,
    {
      cause: error,
      transient: error.transient,
    },
  );
}
