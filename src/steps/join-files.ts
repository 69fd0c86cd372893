import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { ColdstoreError } from "../model/errors.ts";
import { type Digest, manifestSuffix } from "../model/manifest.ts";
import type { SetFile } from "../model/set-file.ts";
import { formatBytes } from "../model/units.ts";
import type { FoundFile } from "../ports/build-outputs.ts";
import type { Scratch } from "../ports/workspace.ts";
import { nameSome } from "./name-some.ts";
import { outputsFolder } from "./restore-outputs.ts";

/** A build output with its digest. */
export type JoiningFile = FoundFile & Digest;

/** Reads the files that are to join a set. Throws `source` for a name that a set can't hold, and for two of one name. */
export async function digestFiles(files: readonly FoundFile[], signal: AbortSignal): Promise<readonly JoiningFile[]> {
  assertNames(files.map(({ name }) => name));
  const joining: JoiningFile[] = [];
  for (const file of files) joining.push({ ...file, ...(await readThrough(file, undefined, signal)) });
  return joining;
}

/** Throws `source` when a joining file has the name of one of the set's own. */
export function assertApart(files: readonly FoundFile[], base: string): void {
  const twice = files.find(({ name }) => isOwn(name, base));
  if (twice !== undefined)
    throw new ColdstoreError(
      "source",
      `${twice.path} can't join the set: ${twice.name} is a name that the set uses itself; rename it, or set name`,
    );
}

/** Something that is to be archived, its path counted from the archive's own folder. */
interface Archived {
  readonly path: string;
  readonly type: "file" | "symlink" | "dir" | "submodule";
}

/** Whether something lies where build outputs are restored to, or leads there. */
export function isAmongOutputs({ path }: Pick<Archived, "path">): boolean {
  return path === outputsFolder || path.startsWith(`${outputsFolder}/`);
}

/** What stands against a set that couldn't be restored whole, since its archive has places that its build outputs go to. */
export function clashErrors(files: readonly FoundFile[], archived: readonly Archived[]): readonly ColdstoreError[] {
  const places = new Set(files.map(({ name }) => `${outputsFolder}/${name}`));
  const taken = archived
    .map(({ path, type }) => ({ path: path.replace(/\/$/, ""), isFolder: type === "dir" || type === "submodule" }))
    .filter(({ path, isFolder }) => places.has(path) || (places.size > 0 && path === outputsFolder && !isFolder));
  if (taken.length === 0) return [];
  return [
    new ColdstoreError(
      "source",
      `files can't join the set, which couldn't be restored: what is archived has ${nameSome(taken.map(({ path }) => path))} of ` +
        `its own, and build outputs come back in ${outputsFolder}/; rename either, or take it out of files`,
    ),
  ];
}

const archiveEndings = [".tar.gz", ".tar.zst", ".tar", ".zip"];
const otherEndings = [".files.jsonl.gz", ".SHA256SUMS", ".RESTORE.md", manifestSuffix];

/** What a set may call a file of its own: an archive is split or not as its size comes out. */
function isOwn(name: string, base: string): boolean {
  if (name.endsWith(manifestSuffix)) return true;
  const ending = name.startsWith(base) ? name.slice(base.length) : "";
  return [...archiveEndings, ...otherEndings].includes(ending.replace(/(?<=^\..*)\.part-\d+$/, ""));
}

/** Throws `source` when a joining file is larger than a store takes in one piece: only archives are split. */
export function assertUnsplit(files: readonly JoiningFile[], splitSize: number | undefined): void {
  const large = files.find(({ bytes }) => bytes > (splitSize ?? Infinity));
  if (large !== undefined)
    throw new ColdstoreError(
      "source",
      `${large.path} is ${formatBytes(large.bytes)}, more than split-size (${formatBytes(splitSize ?? 0)}); only archives are ` +
        "split: make the file smaller, or split-size larger",
    );
}

/** A copy in scratch, checked to be what was read before. */
export async function copyJoiningFile(file: JoiningFile, scratch: Scratch, signal: AbortSignal): Promise<SetFile> {
  const target = scratch.file(file.name);
  const { bytes, sha256 } = await readThrough(file, target, signal);
  if (sha256 !== file.sha256)
    throw new ColdstoreError(
      "source",
      `${file.path} changed while it was being read; run again when its build has ended`,
    );
  return { role: "file", artifact: { name: file.name, bytes, sha256, body: { file: target } } };
}

async function readThrough({ path }: FoundFile, target: string | undefined, signal: AbortSignal): Promise<Digest> {
  try {
    await using source = await open(path);
    if (target === undefined) return await digestOf(source, undefined, signal);
    await using copy = await open(target, "wx");
    const digest = await digestOf(source, copy, signal);
    await copy.sync();
    return digest;
  } catch (cause) {
    signal.throwIfAborted();
    throw new ColdstoreError(
      "source",
      `${path} can't be copied: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
}

const chunkBytes = 1 << 20;

/** Reads a file to its end, writing what it reads into the copy. All of it passes through one buffer. */
async function digestOf(source: FileHandle, copy: FileHandle | undefined, signal: AbortSignal): Promise<Digest> {
  const hash = createHash("sha256");
  const buffer = Buffer.allocUnsafe(chunkBytes);
  for (let bytes = 0; ;) {
    signal.throwIfAborted();
    const { bytesRead } = await source.read(buffer, 0, chunkBytes);
    if (bytesRead === 0) return { bytes, sha256: hash.digest("hex") };
    const chunk = buffer.subarray(0, bytesRead);
    // The one thread writes while the other one digests.
    const written = copy && writeAll(copy, chunk);
    hash.update(chunk);
    await written;
    bytes += bytesRead;
  }
}

async function writeAll(target: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let done = 0; done < chunk.length;) done += (await target.write(chunk, done)).bytesWritten;
}

function assertNames(names: readonly string[]): void {
  const bad = names.find((name) => !/^(?!\.)[A-Za-z0-9._-]{1,200}$/.test(name));
  if (bad !== undefined)
    throw new ColdstoreError(
      "source",
      `the file "${bad}" can't join the set: file names in a set use [A-Za-z0-9._-] only; rename it`,
    );
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    throw new ColdstoreError("source", `files has two files called ${twice}; a set holds one of a name`);
}
