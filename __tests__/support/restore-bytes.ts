import { Readable } from "node:stream";
import type { RestoreTarget } from "../../src/ports/restore-target.ts";
import { ExpansionLimit } from "../../src/steps/expansion-limit.ts";
import { type LooseEnd, type LooseOrder, restoreLoose } from "../../src/steps/restore-loose.ts";
import { MemoryTarget, type MemoryTargetOptions, type RestoredEntry } from "./memory-target.ts";
import { chunksOf, quiet } from "./packed-archive.ts";

export interface RestoredBytes {
  readonly end: LooseEnd;
  /** By path, the root left out. */
  readonly tree: ReadonlyMap<string, RestoredEntry>;
}

export type HowToRestore = Partial<Omit<LooseOrder, "target">> &
  MemoryTargetOptions & { readonly chunk?: number; readonly target?: MemoryTarget };

/** Fills a target with the bytes of a single archive. */
export async function restoreInto(
  target: RestoreTarget,
  archive: Uint8Array,
  { chunk = 50_000, symlinks = "keep", outwardLinks = "refuse", vouched, wants }: HowToRestore = {},
): Promise<LooseEnd> {
  const file = {
    bytes: archive.length,
    open: async (range?: { readonly start: number; readonly end: number }) =>
      Readable.from(chunksOf(archive.subarray(range?.start, range?.end), chunk), { objectMode: false }),
  };
  const order = { target, symlinks, outwardLinks, ...(vouched && { vouched }), ...(wants && { wants }) };
  return restoreLoose(file, order, new ExpansionLimit({ archiveBytes: archive.length }), quiet);
}

/** Restores the bytes of a single archive into memory, and publishes them. */
export async function restoreBytes(archive: Uint8Array, how: HowToRestore = {}): Promise<RestoredBytes> {
  const { target = new MemoryTarget({ umask: 0, ...how }) } = how;
  const end = await restoreInto(target, archive, how);
  await target.publish();
  const tree = new Map(
    [...(target.published ?? [])].flatMap(([path, entry]) =>
      path === "" ? [] : [[Buffer.from(path, "latin1").toString(), entry] as const],
    ),
  );
  return { end, tree };
}

/** What lies in a tree as lines: `path mode content`, `path/ mode`, `path -> target`. */
export function linesOf(tree: ReadonlyMap<string, RestoredEntry>): readonly string[] {
  return Array.from(tree, ([path, entry]) => {
    if (entry.type === "symlink") return `${path} -> ${Buffer.from(entry.link, "latin1").toString()}`;
    const mode = entry.mode.toString(8);
    if (entry.type === "dir") return `${path}/ ${mode}`;
    const text = Buffer.from(entry.data).toString();
    return `${path} ${mode} ${text.length > 40 ? `${text.length} characters` : JSON.stringify(text)}`;
  });
}
