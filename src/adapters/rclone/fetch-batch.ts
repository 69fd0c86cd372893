import { createWriteStream, statSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { asColdstoreError, ColdstoreError } from "../../model/errors.ts";
import type { BytePath } from "../../ports/folder.ts";
import type { Io } from "../../ports/store.ts";
import { errnoOf } from "../local/disk-error.ts";
import { bytePathOf, nativePath } from "../local/native-path.ts";
import { whyNotFetched } from "./check-fetched.ts";
import { checkOf, digesterOf } from "./file-digest.ts";
import { fitsLine, isDoubtful } from "./entry-name.ts";
import type { Rclone, RemoteFile } from "./rclone.ts";
import { remoteError } from "./remote-error.ts";
import { findAgain } from "./find-again.ts";
import type { RemoteTree } from "./remote-tree.ts";

/** Files that are to be fetched, and where to. */
export interface BatchOrder {
  readonly rclone: Rclone;
  readonly tree: RemoteTree;
  /** Kinds of digest that the remote was asked for. */
  readonly hashes: readonly string[];
  readonly paths: readonly BytePath[];
  /** Absolute; it isn't there yet. */
  readonly folder: string;
}

/** A file here, and what it is a copy of. */
export interface FetchedFile {
  readonly place: string | Buffer;
  readonly of: RemoteFile;
}

interface Wanted {
  readonly path: BytePath;
  readonly of: RemoteFile;
}

interface Failed extends Wanted {
  readonly error: ColdstoreError;
}

const tries = 3;

// When more have failed it is hardly for their own sake.
const mostLooks = 100;

/**
 * Copies files into a folder, each checked by its digest there; one that isn't as it was listed is looked at again, and then
 * fetched as it is now. What has vanished isn't among what it resolves to. Rejects with `source` for what can't be had.
 */
export async function fetchBatch(order: BatchOrder, io: Io): Promise<ReadonlyMap<BytePath, FetchedFile>> {
  const fetched = new Map<BytePath, FetchedFile>();
  let waiting = order.paths;
  for (let attempt = 1; waiting.length > 0; attempt += 1) {
    const wanted = waiting.flatMap((path) => {
      const of = order.tree.file(path);
      return of === undefined ? [] : { path, of };
    });
    const failed = await tryAll({ ...order, folder: join(order.folder, `${attempt}`) }, { wanted, fetched }, io);
    if (failed.length > mostLooks || (failed.length > 0 && attempt === tries)) throw refusal(order.rclone, failed);
    if (failed.length > 0) await lookAgain(order, failed, io);
    waiting = failed.map(({ path }) => path);
  }
  return fetched;
}

async function tryAll(
  order: Omit<BatchOrder, "paths">,
  { wanted, fetched }: { readonly wanted: readonly Wanted[]; readonly fetched: Map<BytePath, FetchedFile> },
  io: Io,
): Promise<readonly Failed[]> {
  await mkdir(order.folder, { recursive: true });
  const together = withoutClashes(wanted);
  const all = join(order.folder, "all");
  const faults = await copyTogether(order.rclone, { all, together }, io);
  const digests = await foreignDigests(order.rclone, { all, together }, io);
  const copied = new Set(together);
  const failed: Failed[] = [];
  for (const [i, each] of wanted.entries()) {
    io.signal.throwIfAborted();
    const fault = faults.get(each.of.path);
    const found = copied.has(each) ? placeIn(all, each) : undefined;
    const one = { each, found, alone: join(order.folder, `${i}`), digest: digests.get(each.of.path) };
    const result = fault ?? (await takeOne(order.rclone, one, io));
    if (result instanceof ColdstoreError) failed.push({ ...each, error: result });
    else fetched.set(each.path, { place: result, of: each.of });
  }
  return failed;
}

interface Together {
  /** Folder that they are copied into. */
  readonly all: string;
  readonly together: readonly Wanted[];
}

/** Digests of kinds that only rclone makes, by rclone's paths: one process for all files of a kind. */
async function foreignDigests(
  rclone: Rclone,
  { all, together }: Together,
  io: Io,
): Promise<ReadonlyMap<string, string>> {
  const kindOf = ({ of }: Wanted): string | undefined => checkOf(of.hashes)?.name;
  const made = new Map<string, string>();
  for (const [kind, files] of Map.groupBy(together, kindOf)) {
    if (kind === undefined || digesterOf(kind) !== undefined) continue;
    const paths = files.map(({ of }) => of.path);
    for (const [path, digest] of await rclone.hashLocal(all, paths, kind, io).catch(() => new Map<string, string>()))
      made.set(path, digest);
  }
  io.signal.throwIfAborted();
  return made;
}

/** Checks a file that has come with others, or fetches it alone, which finds those too whose names no disk here takes. */
async function takeOne(
  rclone: Rclone,
  one: {
    readonly each: Wanted;
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

/** What a list of lines can hold, without two names that a disk might take for one. */
function withoutClashes(wanted: readonly Wanted[]): readonly Wanted[] {
  const seen = new Set<string>();
  return wanted.filter(({ of: { path } }) => {
    const folded = path.normalize("NFC").toLowerCase();
    if (!fitsLine(path) || seen.has(folded)) return false;
    seen.add(folded);
    return true;
  });
}

async function copyTogether(
  rclone: Rclone,
  { all, together }: Together,
  io: Io,
): Promise<ReadonlyMap<string, ColdstoreError>> {
  if (together.length === 0) return new Map();
  const paths = together.map(({ of }) => of.path);
  try {
    const faults = await rclone.copyOut({ folder: all, paths }, io);
    return new Map(faults.map(({ path, error }) => [path, remoteError(error, `can't read ${path}`)]));
  } catch (thrown) {
    io.signal.throwIfAborted();
    throw remoteError(thrown, `can't read from ${rclone.name}`);
  }
}

/** Where a file has come to: control characters are themselves on a disk that has them, else rclone's pictures of them. */
function placeIn(folder: string, { path, of }: Wanted): string | Buffer | undefined {
  const ways = path === bytePathOf(of.path, "/") ? [path] : [path, bytePathOf(of.path, "/")];
  return ways.map((way) => nativePath(`${bytePathOf(folder)}/${way}`)).find(isFile);
}

function isFile(place: string | Buffer): boolean {
  try {
    return statSync(place, { throwIfNoEntry: false })?.isFile() === true;
  } catch {
    return false;
  }
}

/** Notes what the files are now: what has vanished is no longer listed. */
async function lookAgain({ rclone, tree, hashes }: BatchOrder, files: readonly Wanted[], io: Io): Promise<void> {
  try {
    for (const { path, of, now } of await findAgain(rclone, { files, hashes }, io)) {
      if (now === undefined && isDoubtful(of.path)) throw unreachable(rclone, of);
      tree.renew(path, now);
    }
  } catch (thrown) {
    io.signal.throwIfAborted();
    throw remoteError(thrown, `can't look again at files of ${rclone.name}`);
  }
}

function unreachable({ name }: Rclone, { path }: RemoteFile): ColdstoreError {
  return new ColdstoreError(
    "source",
    `${path} in ${name} can't be fetched under the name that rclone lists, as happens with bytes that aren't UTF-8, and with spaces around a name; rename it there, or leave it out with exclude`,
  );
}

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
