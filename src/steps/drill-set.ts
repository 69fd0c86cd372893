import { createHash, hash } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { asColdstoreError, ColdstoreError, SeveralErrors } from "../model/errors.ts";
import type { ManifestArtifact, ManifestContent } from "../model/manifest.ts";
import type { RestoreTarget } from "../ports/restore-target.ts";
import type { Io } from "../ports/store.ts";
import { type ListedEntry, readRestoreList } from "./restore-list.ts";
import { outputPath, outputsOf } from "./restore-outputs.ts";
import { nameSome } from "./name-some.ts";
import { restoreArchive } from "./restore-set.ts";
import type { RestoreSource } from "./restore-source.ts";
import { TarSource } from "./tar-source.ts";
import { findWholeArchives } from "./whole-archives.ts";

/** What a drill may use. */
export interface Drill {
  openDrill(): Promise<RestoreTarget>;
  /** Absent: the tar was made of its commit just now, and isn't compared again. */
  remakeTar?(content: ManifestContent): Promise<Remade>;
}

/** The tar of a set's commit, made anew, or why that can't be had. */
export type Remade =
  | { readonly kind: "tar"; readonly tar: AsyncIterable<Uint8Array> }
  | { readonly kind: "none"; readonly why: string };

/** How a drill ended. */
export interface Drilled {
  /** Everything that isn't as it should be. */
  readonly errors: readonly ColdstoreError[];
  /** Whether the tar was compared with that of its commit; absent when that wasn't asked for. */
  readonly note?: string;
}

/**
 * Brings a set back, out of sight, from each of its archives: every entry is compared with the file list, read back from where it
 * was written and compared again, and the tar with that of the same commit. Rejects only when the signal aborts.
 */
export async function drillSet(source: RestoreSource, drill: Drill, io: Io): Promise<Drilled> {
  const restored = await collected(async () => restoredErrors(source, drill, io), io);
  const { errors, note } = await comparedWithGit(source.content, drill, io);
  return { errors: [...restored, ...errors], ...(note !== undefined && { note }) };
}

async function collected(
  work: () => Promise<readonly ColdstoreError[]>,
  { signal }: Io,
): Promise<readonly ColdstoreError[]> {
  try {
    const errors = await work();
    signal.throwIfAborted();
    return errors;
  } catch (thrown) {
    signal.throwIfAborted();
    const error = asColdstoreError(thrown);
    return error instanceof SeveralErrors ? error.errors : [error];
  }
}

async function restoredErrors(source: RestoreSource, drill: Drill, io: Io): Promise<readonly ColdstoreError[]> {
  const { whole, damaged } = await findWholeArchives(source, io);
  const listed = await readRestoreList(source, io);
  const errors = [...damaged];
  for (const archive of whole) errors.push(...(await archiveErrors(archive, { source, drill, listed }, io)));
  if (whole.length === 0 && damaged.length === 0)
    return [new ColdstoreError("integrity", `the manifest of ${source.prefix} names no archive`)];
  return errors;
}

interface Drilling {
  readonly source: RestoreSource;
  readonly drill: Drill;
  readonly listed: readonly ListedEntry[];
}

/** What leads out of the tree harms nobody here: a drill is never published. */
async function archiveErrors(
  archive: ManifestArtifact,
  { source, drill, listed }: Drilling,
  io: Io,
): Promise<readonly ColdstoreError[]> {
  const order = { openTarget: async () => drill.openDrill(), symlinks: "keep", outwardLinks: "keep" } as const;
  try {
    const end = await restoreArchive(archive, { source, order, listed }, io);
    if (end instanceof ColdstoreError) return [end];
    await using target = end.target;
    const changed = await readBackChanged(target, [...filesIn(listed), ...outputDigests(source)], io);
    return changed.length === 0 ? [] : [readBackError(archive, changed)];
  } catch (thrown) {
    io.signal.throwIfAborted();
    throw withName(archive, thrown);
  }
}

function withName({ name }: ManifestArtifact, thrown: unknown): ColdstoreError {
  const error = asColdstoreError(thrown);
  if (error instanceof SeveralErrors || error.message.includes(name)) return error;
  return new ColdstoreError(error.failure, `${name}: ${error.message}`, { cause: error });
}

// Reading is synchronous; in between, an abort is heard of.
const filesAtOnce = 100;
const bytesAtOnce = 8 * 1024 * 1024;

async function readBackChanged(target: RestoreTarget, files: readonly Written[], { signal }: Io): Promise<string[]> {
  const changed: string[] = [];
  for (const [i, file] of files.entries()) {
    if (i % filesAtOnce === 0) await setImmediate(undefined, { signal });
    const found =
      file.bytes > bytesAtOnce
        ? await digestInRanges(target, file, signal)
        : hash("sha256", target.read(file.path, { start: 0, end: bytesAtOnce + 1 }));
    if (found !== file.sha256) changed.push(file.shown);
  }
  return changed;
}

async function digestInRanges(target: RestoreTarget, { path }: Written, signal: AbortSignal): Promise<string> {
  const sha256 = createHash("sha256");
  for (let start = 0; ; start += bytesAtOnce) {
    await setImmediate(undefined, { signal });
    const data = target.read(path, { start, end: start + bytesAtOnce });
    sha256.update(data);
    if (data.length < bytesAtOnce) return sha256.digest("hex");
  }
}

interface Written {
  readonly path: string;
  readonly shown: string;
  readonly bytes: number;
  readonly sha256: string | undefined;
}

function filesIn(listed: readonly ListedEntry[]): readonly Written[] {
  return listed.flatMap(({ path, entry }) =>
    entry.type === "file" ? { path, shown: entry.path, bytes: entry.size, sha256: entry.sha256 } : [],
  );
}

function outputDigests(source: RestoreSource): readonly Written[] {
  return outputsOf(source).map((output) => {
    const path = outputPath(output);
    return { path, shown: path, bytes: output.bytes, sha256: output.sha256 };
  });
}

function readBackError({ name }: ManifestArtifact, changed: readonly string[]): ColdstoreError {
  return new ColdstoreError(
    "store",
    `what was restored from ${name} reads otherwise than it was written: ${nameSome(changed)}; the disk that the drill was made on can't be trusted`,
  );
}

/** A snapshot that git alone made has to be what git makes of the commit today. That git can't make it here says nothing of the set. */
async function comparedWithGit(content: ManifestContent, drill: Drill, io: Io): Promise<Drilled> {
  if (drill.remakeTar === undefined) return { errors: [] };
  try {
    const remade = await drill.remakeTar(content);
    if (remade.kind === "none") return { errors: [], note: notCompared(remade.why) };
    const found = await digestOf(remade.tar, io);
    io.signal.throwIfAborted();
    if (found !== content.tar.sha256) return { errors: [otherTar(content, found)] };
    return { errors: [], note: "compared with git archive of the commit, too" };
  } catch (thrown) {
    io.signal.throwIfAborted();
    const error = asColdstoreError(thrown);
    return error.failure === "source" ? { errors: [], note: notCompared(error.message) } : { errors: [error] };
  }
}

function notCompared(why: string): string {
  return `not compared with git archive: ${why}`;
}

async function digestOf(bytes: AsyncIterable<Uint8Array>, { signal }: Io): Promise<string> {
  const tar = new TarSource(bytes, signal);
  const sha256 = createHash("sha256");
  try {
    for await (const chunk of tar.chunks()) sha256.update(chunk);
  } finally {
    await tar.close();
  }
  return sha256.digest("hex");
}

function otherTar({ tar, source }: ManifestContent, found: string): ColdstoreError {
  return new ColdstoreError(
    "integrity",
    `git archive of ${source?.commit ?? "the commit"} gives a tar with the digest ${found} here, and the set has ${tar.sha256}; one of the two isn't that commit`,
  );
}
