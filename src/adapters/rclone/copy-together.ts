import { statSync } from "node:fs";
import type { ColdstoreError } from "../../model/errors.ts";
import type { Io } from "../../ports/store.ts";
import { bytePathOf, nativePath } from "../local/native-path.ts";
import { fitsLine } from "./entry-name.ts";
import { checkOf, digesterOf } from "./file-digest.ts";
import type { ListedFile } from "./find-again.ts";
import type { Rclone } from "./rclone.ts";
import { remoteError } from "./remote-error.ts";

/** Files that are copied by one process. */
export interface Together {
  /** Folder that they are copied into. */
  readonly all: string;
  readonly together: readonly ListedFile[];
}

/** What a list of lines can hold, without two names that a disk might take for one. */
export function withoutClashes(wanted: readonly ListedFile[]): readonly ListedFile[] {
  const seen = new Set<string>();
  return wanted.filter(({ of: { path } }) => {
    const folded = path.normalize("NFC").toLowerCase();
    if (!fitsLine(path) || seen.has(folded)) return false;
    seen.add(folded);
    return true;
  });
}

/** Copies them; resolves to what went wrong, by rclone's paths. */
export async function copyTogether(
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
export function placeIn(folder: string, { path, of }: ListedFile): string | Buffer | undefined {
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

/** Digests of kinds that only rclone makes, by rclone's paths: one process for all files of a kind. */
export async function foreignDigests(
  rclone: Rclone,
  { all, together }: Together,
  io: Io,
): Promise<ReadonlyMap<string, string>> {
  const kindOf = ({ of }: ListedFile): string | undefined => checkOf(of.hashes)?.name;
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
