import { createHash, hash } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { asColdstoreError, ColdstoreError, SeveralErrors } from "../model/errors.ts";
import type { ManifestContent } from "../model/manifest.ts";
import type { RestoreTarget } from "../ports/restore-target.ts";
import type { Io } from "../ports/store.ts";
import type { ListedEntry } from "./restore-list.ts";
import { outputPath, outputsOf } from "./restore-outputs.ts";
import { nameSome } from "./name-some.ts";
import { restoreListed } from "./restore-set.ts";
import type { RestoreSource } from "./restore-source.ts";
import { TarSource } from "./tar-source.ts";

/** What a drill may use. */
export interface Drill {
  openDrill(): Promise<RestoreTarget>;
  /** The tar of the same commit, made anew; undefined where that can't be had. */
  remakeTar?(content: ManifestContent): Promise<AsyncIterable<Uint8Array> | undefined>;
}

/**
 * Brings a set back, out of sight: every entry is compared with the file list, read back from where it was written and
 * compared again, and the tar with that of the same commit. Resolves to everything that isn't as it should be; rejects only when
 * the signal aborts.
 */
export async function drillSet(source: RestoreSource, drill: Drill, io: Io): Promise<readonly ColdstoreError[]> {
  const restored = await collected(async () => restoredErrors(source, drill, io), io);
  const remade = await collected(async () => remadeErrors(source.content, drill, io), io);
  return [...restored, ...remade];
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

/** What leads out of the tree harms nobody here: a drill's links are never made. */
async function restoredErrors(source: RestoreSource, drill: Drill, io: Io): Promise<readonly ColdstoreError[]> {
  const order = { openTarget: async () => drill.openDrill(), symlinks: "keep", outwardLinks: "keep" } as const;
  const { target, damaged, listed } = await restoreListed(source, order, io);
  await using held = target;
  const changed = await readBackChanged(held, [...filesIn(listed), ...outputDigests(source)], io);
  return changed.length === 0 ? damaged : [...damaged, readBackError(changed)];
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

function readBackError(changed: readonly string[]): ColdstoreError {
  return new ColdstoreError(
    "store",
    `what was restored reads otherwise than it was written: ${nameSome(changed)}; the disk that the drill was made on can't be trusted`,
  );
}

/** A snapshot that git alone made has to be what git makes of the commit today. */
async function remadeErrors(content: ManifestContent, drill: Drill, io: Io): Promise<readonly ColdstoreError[]> {
  if (content.mode !== "snapshot" || content.recipe !== "git-archive/1") return [];
  const remade = await drill.remakeTar?.(content);
  if (remade === undefined) return [];
  const tar = new TarSource(remade, io.signal);
  const sha256 = createHash("sha256");
  try {
    for await (const chunk of tar.chunks()) sha256.update(chunk);
  } finally {
    await tar.close();
  }
  const found = sha256.digest("hex");
  if (found === content.tar.sha256) return [];
  const { commit } = content.source;
  return [
    new ColdstoreError(
      "integrity",
      `git archive of ${commit} gives a tar with the digest ${found} here, and the set has ${content.tar.sha256}; one of the two isn't that commit`,
    ),
  ];
}
