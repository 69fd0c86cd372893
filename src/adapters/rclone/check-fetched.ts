import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { ColdstoreError } from "../../model/errors.ts";
import type { Io } from "../../ports/store.ts";
import { checkOf, type Digester, digesterOf } from "./file-digest.ts";
import type { Rclone, RemoteFile } from "./rclone.ts";

// Read at once; a stream costs several times as much.
const smallBytes = 1024 * 1024;

/** A file that has come here. */
export interface Come {
  readonly place: string | Buffer;
  readonly of: RemoteFile;
  /** Its digest of the kind that it is checked by, if that was made already. */
  readonly digest?: string | undefined;
}

/** Why a local file isn't what the remote lists; undefined: size and digest are the same. */
export async function whyNotFetched(come: Come, rclone: Rclone, io: Io): Promise<ColdstoreError | undefined> {
  const { place, of: file } = come;
  const { size } = await stat(place);
  if (size !== file.bytes) return unlike(rclone, file, `${file.bytes} bytes there, and ${size} came`);
  const check = checkOf(file.hashes);
  if (check === undefined) return undefined;
  const digester = digesterOf(check.name);
  const found = digester === undefined ? (come.digest ?? "") : await digestOf(place, size, digester);
  return digestError(rclone, file, found === "" ? await digestByRclone(place, check.name, { rclone, io }) : found);
}

async function digestByRclone(
  place: string | Buffer,
  name: string,
  { rclone, io }: { readonly rclone: Rclone; readonly io: Io },
): Promise<string> {
  const path = place.toString();
  const leaf = basename(path);
  return (await rclone.hashLocal(dirname(path), [leaf], name, io)).get(leaf) ?? "none";
}

/** The error of a content with this digest, made as `checkOf` says; undefined when it is the remote's. */
export function digestError(rclone: Rclone, file: RemoteFile, found: string): ColdstoreError | undefined {
  const check = checkOf(file.hashes);
  if (check === undefined || check.value.toLowerCase() === found.toLowerCase()) return undefined;
  return unlike(rclone, file, `the ${check.name} ${check.value} there, and what came has ${found}`);
}

async function digestOf(place: string | Buffer, size: number, digester: Digester): Promise<string> {
  if (size <= smallBytes) digester.update(await readFile(place));
  else for await (const piece of createReadStream(place, { highWaterMark: smallBytes })) digester.update(piece);
  return digester.hex();
}

function unlike({ name }: Rclone, { path }: RemoteFile, what: string): ColdstoreError {
  return new ColdstoreError(
    "source",
    `${path} in ${name} has ${what}: the file changes, or is damaged there or on the way. Run again when nothing writes to it, or leave it out with exclude.`,
  );
}
