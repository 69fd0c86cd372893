import { mostParts } from "../model/archive-format.ts";
import { ColdstoreError } from "../model/errors.ts";
import { foldersOf } from "../model/store-address.ts";
import { formatBytes } from "../model/units.ts";
import type { Ports } from "../ports/ports.ts";
import type { Io } from "../ports/store.ts";
import type { MakingOrder } from "./making-order.ts";

/** How scratch is used when something has to be made. */
export interface ScratchPlan {
  /** Parts of archives lie in it no longer than stores need them. */
  readonly bounded: boolean;
  /** What stands against making anything. */
  readonly errors: readonly ColdstoreError[];
  /** All that is to be made, as far as it had to be estimated. */
  readonly likelyBytes?: number;
}

type Order = Pick<MakingOrder, "settings" | "name" | "files" | "tarBytes" | "estimate">;

// What later steps get must leave them room of their own.
const comfort = 1.5;
// An archive of hardly more than one part is never more than two.
const fewParts = 1.5;

/**
 * Decides whether all of a set's files may lie in scratch until the run's or the job's end, or no more than two parts of each
 * archive at a time; and looks whether there is room for that. A set that goes to a folder of this machine is made there in any
 * case, and that store knows its room.
 */
export async function planScratch(order: Order, ports: Ports, io: Io): Promise<ScratchPlan> {
  const { settings, files } = order;
  const [first] = settings.stores;
  if (first?.kind === "folder") return { bounded: false, errors: [] };
  const free = await ports.workspace.freeBytes();
  const { sizes, isLikely } = await sizesOf(order, free, io);
  const all = sum(sizes) + sum(files);
  const keeps = ports.workspace.keep !== undefined;
  const isLocal = foldersOf(settings.stores).length > 0;
  const splits = sizes.some(({ bytes }) => bytes > (settings.splitSize ?? Infinity) * fewParts);
  const fits = keeps && free !== undefined && all * comfort <= free;
  const bounded = !isLocal && splits && !fits;
  const need = bounded ? sum(sizes.map((size) => twoParts(size, settings.splitSize))) + sum(files) : all;
  if (bounded && keeps)
    ports.log.event(
      `parts of ${order.name} leave scratch as soon as they are stored, for all of it would be about ${formatBytes(all)}` +
        `${free === undefined ? "" : ` of ${formatBytes(free)} free`}: later steps don't get them`,
    );
  const missing = need - (free ?? Infinity);
  const fitting = fittingSplit(sizes, (free ?? Infinity) - sum(files));
  const errors = missing > 0 ? [noRoom(order, { need, missing, fitting, isLocal })] : [];
  return { bounded, errors, ...(isLikely && { likelyBytes: all }) };
}

interface Sized {
  readonly bytes: number;
}

/** What the archives would take uncompressed, where that is no matter; else their likely sizes. */
async function sizesOf(
  order: Order,
  free: number | undefined,
  io: Io,
): Promise<{ readonly sizes: readonly Sized[]; readonly isLikely: boolean }> {
  const { settings, tarBytes, files } = order;
  const most = settings.formats.map(() => ({ bytes: tarBytes }));
  const isSmall = tarBytes <= (settings.splitSize ?? Infinity);
  const hasRoom = free === undefined || (sum(most) + sum(files)) * comfort <= free;
  return isSmall && hasRoom
    ? { sizes: most, isLikely: false }
    : { sizes: await order.estimate(io.signal), isLikely: true };
}

function twoParts({ bytes }: Sized, splitSize = Infinity): Sized {
  return { bytes: Math.min(bytes, 2 * splitSize) };
}

function sum(sized: readonly Sized[]): number {
  return sized.reduce((total, { bytes }) => total + bytes, 0);
}

const mebibyte = 1024 * 1024;
// Two parts of each archive, and half of one for whatever else comes to lie there.
const roomInParts = 2.5;

/** A size of parts, whole MiB, with which two of each archive surely have room; undefined: there is none, or of too many parts. */
function fittingSplit(sizes: readonly Sized[], free: number): number | undefined {
  const mebibytes = Math.floor(free / (roomInParts * sizes.length) / mebibyte);
  const isEnough = mebibytes >= 1 && sizes.every(({ bytes }) => bytes <= mostParts * mebibytes * mebibyte);
  return isEnough ? mebibytes : undefined;
}

interface Lack {
  readonly need: number;
  readonly missing: number;
  readonly fitting: number | undefined;
  readonly isLocal: boolean;
}

function noRoom({ name, settings }: Order, { need, missing, fitting, isLocal }: Lack): ColdstoreError {
  const ways = ["free some space", "set TMPDIR (in Actions RUNNER_TEMP) to a disk with more"];
  if (isLocal) ways.push("name the folder first under store: archives are made on the first store's disk");
  else if (fitting !== undefined) ways.push(smaller(settings, fitting));
  return new ColdstoreError(
    "store",
    `making ${name} needs about ${formatBytes(need)} in the folder for temporary files, and ${formatBytes(missing)} of that is missing: ` +
      `${ways.slice(0, -1).join(", ")}, or ${ways.at(-1)}`,
  );
}

/** What makes the need as small as the room. */
function smaller({ splitSize }: Order["settings"], fitting: number): string {
  return splitSize === undefined
    ? `set split-size to ${fitting}MiB: no more than two parts then lie there at once`
    : `use a smaller split-size, ${fitting}MiB: no more than two parts lie there at once`;
}
