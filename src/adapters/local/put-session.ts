import type { Stats } from "node:fs";
import { chmod, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Artifact } from "../../model/artifact.ts";
import { ColdstoreError } from "../../model/errors.ts";
import type { Io, Put, PutOutcome, StoredObject } from "../../ports/store.ts";
import type { Scratch, Workspace } from "../../ports/workspace.ts";
import { compareFile, statOrAbsent } from "./compare-file.ts";
import { diskError, errnoOf } from "./disk-error.ts";
import { keyPath, scratchFolder } from "./key-path.ts";
import { makeFolders } from "./make-folders.ts";
import { ownScratchFile } from "./own-scratch-file.ts";
import { publishByClaim, publishByLink, type Link, type PublishResult } from "./publish-file.ts";
import { claimName } from "./remove-dead-scratch.ts";
import { stageArtifact } from "./stage-artifact.ts";

export interface PutPlace {
  readonly root: string;
  readonly scratch: Workspace;
  /** Absolute path of the folder whose finished files are stored as they are: the store's own, so that no other links them. */
  readonly ownFolder: string;
  /** Permission bits of stored files. */
  readonly mode: number;
  readonly link: Link;
  /** Told of each path that was given a name, to be settled. */
  named(path: string): void;
}

const claimPatienceMs = 10_000;

/** A folder's file as a store lists it. */
export function storedObject(key: string, stat: Stats): StoredObject {
  return { key, bytes: stat.size, digests: {}, modified: stat.mtime };
}

/** What one call stores, with a scratch folder that is made when something has to be copied; disposing removes it. */
export class PutSession implements AsyncDisposable {
  readonly #place: PutPlace;
  #scratch: Promise<Scratch> | undefined;
  #temps = 0;

  constructor(place: PutPlace) {
    this.#place = place;
  }

  /** Stores one item; rejects for an abort alone. */
  async put(item: Put, io: Io): Promise<PutOutcome> {
    try {
      return await this.#putOrCompare(item, io);
    } catch (error) {
      io.signal.throwIfAborted();
      return { key: item.key, outcome: "failed", error: diskError(error, "store", join(this.#place.root, item.key)) };
    }
  }

  /** Puts one in the place of what is there: rename(2) changes the name from the old file to the new one at once. */
  async replace({ key, artifact }: Put, io: Io): Promise<StoredObject> {
    io.signal.throwIfAborted();
    const target = keyPath(this.#place.root, key);
    const temp = await this.#tempPath();
    try {
      await this.#stage({ key, artifact }, temp, io);
      await makeFolders(dirname(target));
      await renameOver(temp, target);
    } catch (error) {
      await rm(temp, { force: true });
      io.signal.throwIfAborted();
      throw diskError(error, "replace", target);
    }
    return this.#stored(key, target, artifact);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const scratch = await this.#scratch?.catch(() => undefined);
    await scratch?.[Symbol.asyncDispose]();
  }

  async #putOrCompare(item: Put, io: Io): Promise<PutOutcome> {
    const { key, artifact } = item;
    const target = keyPath(this.#place.root, key);
    // More than once only when someone deletes what was in the way.
    for (let tries = 0; tries < 20; tries += 1) {
      io.signal.throwIfAborted();
      const found = await compareFile(target, artifact, io.signal);
      if (found.verdict !== "absent") {
        // Another run may have put it and not settled yet.
        this.#place.named(target);
        return { key, outcome: found.verdict, object: storedObject(key, found.stat) };
      }
      if ((await this.#publish(target, item, io)) === "created")
        return { key, outcome: "created", object: await this.#stored(key, target, artifact) };
    }
    throw new ColdstoreError("store", `${target} comes and goes: something else works on it. Stop that and run again.`);
  }

  async #publish(target: string, item: Put, io: Io): Promise<PublishResult> {
    const { root, ownFolder: folder, mode, link } = this.#place;
    const own = await ownScratchFile(item.artifact, { folder, mode });
    if (own !== undefined) {
      io.signal.throwIfAborted();
      const result = await publishByLink({ root, source: own, target }, link);
      if (result === "created" && item.artifact.bytes > 0) io.progress({ key: item.key, bytes: item.artifact.bytes });
      if (result !== "no-links") return result;
    }
    return this.#publishCopy(target, item, io);
  }

  async #publishCopy(target: string, item: Put, io: Io): Promise<PublishResult> {
    const temp = await this.#tempPath();
    try {
      await this.#stage(item, temp, io);
      io.signal.throwIfAborted();
      const publication = { root: this.#place.root, source: temp, target };
      const result = await publishByLink(publication, this.#place.link);
      if (result !== "no-links") return result;
      const claim = join(this.#place.root, scratchFolder, claimName(item.key));
      return await publishByClaim(publication, { path: claim, patienceMs: claimPatienceMs, signal: io.signal });
    } finally {
      await rm(temp, { force: true });
    }
  }

  async #stage({ key, artifact }: Put, temp: string, io: Io): Promise<void> {
    await stageArtifact(artifact, temp, (bytes) => {
      io.signal.throwIfAborted();
      if (bytes > 0) io.progress({ key, bytes });
    });
  }

  async #stored(key: string, target: string, artifact: Artifact): Promise<StoredObject> {
    this.#place.named(target);
    const stat = await statOrAbsent(target);
    return stat === undefined ? { key, bytes: artifact.bytes, digests: {} } : storedObject(key, stat);
  }

  async #tempPath(): Promise<string> {
    this.#scratch ??= this.#place.scratch.scratch();
    try {
      this.#temps += 1;
      const name = String(this.#temps);
      return (await this.#scratch).file(name);
    } catch (error) {
      this.#scratch = undefined;
      throw error;
    }
  }
}

const inUse = new Set(["EPERM", "EACCES", "EBUSY"]);

async function renameOver(temp: string, target: string): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      await rename(temp, target);
      return;
    } catch (error) {
      if (process.platform !== "win32" || tries === 100 || !inUse.has(errnoOf(error) ?? "")) throw error;
    }
    // Windows replaces no read-only file, and none that somebody has open: a reader, or a scanner of new files.
    await chmod(target, 0o666).catch(() => {});
    await sleep(20);
  }
}
