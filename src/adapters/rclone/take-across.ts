import { asColdstoreError } from "../../model/errors.ts";
import type { Io, PutOutcome, Taken } from "../../ports/store.ts";
import { judgeBatch, type Wanted } from "./judge-batch.ts";
import { ProgressTally } from "./progress-tally.ts";
import { isAtomic } from "./put-batch.ts";
import type { Copied, Rclone } from "./rclone.ts";
import { isPayload } from "./storage-class.ts";

const atOnce = 200;

export interface Taking {
  readonly from: Rclone;
  readonly to: Rclone;
  readonly storageClass: string | undefined;
  /** Scratch that isn't there yet. */
  folder(): Promise<string>;
  created(item: Wanted, outcome: Extract<PutOutcome, { outcome: "created" | "same" }>["object"]): void;
}

/** Copies files of one remote to the same keys of another, and proves them by the SHA-256 that the other reports, if it does. */
export async function* takeAcross(taking: Taking, items: readonly Taken[], io: Io): AsyncGenerator<PutOutcome> {
  io.signal.throwIfAborted();
  for (let at = 0; at < items.length; at += atOnce) yield* await takeSome(taking, items.slice(at, at + atOnce), io);
}

async function takeSome(taking: Taking, items: readonly Taken[], io: Io): Promise<readonly PutOutcome[]> {
  try {
    return await takeBatch(taking, items, io);
  } catch (error) {
    io.signal.throwIfAborted();
    return items.map(({ key }) => ({ key, outcome: "failed", error: asColdstoreError(error) }));
  }
}

async function takeBatch(taking: Taking, items: readonly Taken[], io: Io): Promise<readonly PutOutcome[]> {
  const { to } = taking;
  const features = await to.features(io);
  const reports = features.hashes.includes("sha256") && !features.overlay;
  const staged = items.map((item) => ({ ...item, hash: reports ? "sha256" : undefined, digest: item.sha256 }));
  const there = isAtomic(features)
    ? []
    : await to.find(
        items.map(({ key }) => key),
        [],
        io,
      );
  const tally = new ProgressTally(
    items.map(({ key, bytes }) => [key, bytes] as const),
    io,
  );
  const copy = async (some: readonly Wanted[]): Promise<Copied> => copyGroups(taking, some, tally.io);
  const before = new Set(there.map(({ path }) => path));
  const judged = await judgeBatch({ rclone: to, features, staged, before, folder: await taking.folder(), copy }, io);
  for (const { wanted, outcome } of judged) {
    if (outcome.outcome !== "created") continue;
    taking.created(wanted, outcome.object);
    tally.finish(outcome.key);
  }
  io.signal.throwIfAborted();
  return judged.map(({ outcome }) => outcome);
}

async function copyGroups({ from, to, storageClass }: Taking, some: readonly Wanted[], io: Io): Promise<Copied> {
  const keys = some.map(({ key }) => key);
  const cold = storageClass === undefined ? [] : keys.filter((key) => isPayload(key));
  const usual = keys.filter((key) => !cold.includes(key));
  const first = usual.length === 0 ? nothing : await to.copyAcross({ rclone: from, paths: usual }, io);
  if (cold.length === 0 || storageClass === undefined) return first;
  const second = await to.copyAcross({ rclone: from, paths: cold, storageClass }, io);
  return {
    faults: [...first.faults, ...second.faults],
    copied: first.copied.union(second.copied),
    unchecked: new Set([...(first.unchecked ?? []), ...(second.unchecked ?? [])]),
  };
}

const nothing: Copied = { faults: [], copied: new Set() };
