import { canonicalJson } from "../model/canonical-json.ts";
import { asColdstoreError, ColdstoreError } from "../model/errors.ts";
import type { ArchiveContent, ArchiveFormat, ManifestContent, Selected } from "../model/manifest.ts";
import type { SetFile } from "../model/set-file.ts";
import { formatCount } from "../model/units.ts";
import { foldersOf } from "../model/store-address.ts";
import type { Ports } from "../ports/ports.ts";
import type { Io, Store } from "../ports/store.ts";
import { type Recipe, triedRecipe } from "../steps/choose-recipes.ts";
import { prefixInRun } from "../steps/examine-folder.ts";
import { newestArchive } from "../steps/find-archive-standing.ts";
import type { Selection } from "../steps/folder-entry.ts";
import { makeFolderSet, makeFolderSetAgain, type FolderSetOrder, type PrefixDigest } from "../steps/make-folder-set.ts";
import type { SetInTheMaking } from "../steps/make-set.ts";
import { nameSome } from "../steps/name-some.ts";
import { tellFailure } from "../steps/tell-stores.ts";
import { taggedSet } from "./archive-order.ts";
import type { ArchiveProspect } from "./archive-prospect.ts";
import { askedOf } from "./fill-stores.ts";
import type { MakingPlace } from "./making-order.ts";
import type { ScratchPlan } from "./plan-scratch.ts";

/** A folder that has been read, and the archive that was made of it in scratch. */
export interface Packed extends AsyncDisposable {
  /** False: it was only read, and its archive is made when a store needs it. */
  readonly isMade: boolean;
  readonly content: ArchiveContent;
  readonly selected: Selected;
  /** The content that it would have under another prefix, of those asked for. */
  contentUnder(prefix: string): ArchiveContent | undefined;
  /** Size of the archive of a format that was made. */
  bytesOf(format: ArchiveFormat): number;
  /** Its files as they are, or made again where a recipe wants them otherwise. */
  make(recipe: Recipe, into: MakingPlace): SetInTheMaking;
}

export type SelectedProspect = ArchiveProspect & { readonly selection: Selection };

interface Places {
  readonly stores: readonly Store[];
  readonly ports: Ports;
  /** Absent: nothing of what is made is split. */
  readonly scratch?: ScratchPlan;
}

/**
 * Reads the folder and, unless scratch is bounded, makes the set's files of it, since what they hold decides the set's id and
 * whether a store has it. Tells the stores when that fails.
 */
export async function packFolder(prospect: SelectedProspect, places: Places, io: Io): Promise<Packed> {
  try {
    return await packWithRetries(prospect, places, io);
  } catch (thrown) {
    io.signal.throwIfAborted();
    const error = asColdstoreError(thrown);
    const stamp = { time: places.ports.now(), run: places.ports.run.id };
    await tellFailure(places.stores, { set: prospect.set, stamp, error }, io);
    throw error;
  }
}

// A large file may change while it is read, and then all is read again.
const attempts = 3;

async function packWithRetries(prospect: SelectedProspect, places: Places, io: Io): Promise<Packed> {
  const { log } = places.ports;
  const bounded = places.scratch?.bounded === true;
  const [short] = places.scratch?.errors ?? [];
  if (short !== undefined) throw short;
  const shadows = await earlierPrefixes(prospect, places.stores, io);
  log.step(`${bounded ? "reading" : "reading and packing"} ${prospect.taken.examined.name}`);
  const { untracked } = prospect.selection;
  if (untracked.length > 0)
    log.event(
      `${formatCount(untracked.length, "untracked file goes", "untracked files go")} in: ${nameSome(untracked)}`,
    );
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await pack(prospect, { ...places, shadows, bounded }, io);
    } catch (error) {
      if (!(error instanceof ColdstoreError && error.failure === "source" && error.transient) || attempt === attempts)
        throw error;
      log.event(`reading the folder again: ${error.message}`);
    }
  }
}

async function pack(
  prospect: SelectedProspect,
  { stores, ports, shadows, bounded }: Places & { readonly shadows: readonly string[]; readonly bounded: boolean },
  io: Io,
): Promise<Packed> {
  await using held = new AsyncDisposableStack();
  const scratch = held.use(await ports.workspace.scratch(stores.map((store) => store.name)));
  const { name } = prospect.taken.examined;
  const meter = ports.progress.start(`${bounded ? "reading" : "packing"} ${name}`, prospect.tarBytes);
  const recipe = bounded ? triedRecipe(plainRecipe(prospect)) : plainRecipe(prospect);
  const packIo = { signal: io.signal, progress: (bytes: number) => meter.add(bytes) };
  const making = makeFolderSet({ ...orderOf(prospect, recipe), scratch, shadows, io: packIo });
  const [files, content] = await Promise.all([Array.fromAsync(making.files), making.content]).finally(() =>
    meter.done(),
  );
  const selected = await selectedOf(prospect, io.signal);
  const isMade = !bounded;
  const made = { prospect, recipe, files, content: asArchive(content), shadows: making.shadows(), selected, isMade };
  const kept = held.move();
  return { ...packedOf(made), [Symbol.asyncDispose]: async () => kept.disposeAsync() };
}

function packedOf(made: {
  readonly prospect: SelectedProspect;
  readonly recipe: Recipe;
  readonly files: readonly SetFile[];
  readonly content: ArchiveContent;
  readonly shadows: readonly PrefixDigest[];
  readonly selected: Selected;
  readonly isMade: boolean;
}): Omit<Packed, keyof AsyncDisposable> {
  const { prospect, recipe, files, content, selected, isMade } = made;
  const contentUnder = (prefix: string) => {
    if (prefix === content.prefix) return content;
    const shadow = made.shadows.find((each) => each.prefix === prefix);
    return shadow && { ...content, prefix, tar: shadow.tar };
  };
  return {
    isMade,
    content,
    selected,
    contentUnder,
    bytesOf: (format) =>
      files.reduce(
        (sum, file) => sum + (file.role === "archive" && file.format === format ? file.artifact.bytes : 0),
        0,
      ),
    make(wanted, into) {
      const prefix = wanted.prefix ?? content.prefix;
      if (isMade && prefix === content.prefix && sameFiles(wanted, recipe, prospect)) return finished(files, content);
      const order = orderOf(prospect, wanted);
      const again = { ...order, ...into, plan: { ...order.plan, prefix }, shadows: [] };
      return makeFolderSetAgain(again, (other) => canonicalJson(other) === canonicalJson(contentUnder(prefix)));
    },
  };
}

function orderOf(
  { taken, selection, files }: SelectedProspect,
  recipe: Recipe,
): Omit<FolderSetOrder, "scratch" | "shadows" | "io"> {
  const { plan, examined } = taken;
  const { entries } = selection;
  return { entries, plan, recipe, files, mtimeOfPrefix: mtimeOfPrefix(examined, selection) };
}

/** As the folders in the archive have theirs: of all or, where files keep their own, of the newest. */
function mtimeOfPrefix({ mtime, revision }: ArchiveProspect["taken"]["examined"], { entries }: Selection): number {
  if (typeof mtime === "number") return mtime;
  if (mtime === "commit" && revision !== undefined) return revision.committed;
  return entries.reduce((newest, entry) => Math.max(newest, entry.mtime), -Infinity);
}

/** As the run was told, under its own names. */
function plainRecipe(prospect: SelectedProspect): Recipe {
  const { taken } = prospect;
  const { name: base } = taken.examined;
  return { ...askedOf({ ...prospect, name: base }), names: { base, nameOf: (file) => file } };
}

function sameFiles(a: Recipe, b: Recipe, { files }: SelectedProspect): boolean {
  const told = ({ names, formats, level, splitSize }: Recipe) =>
    JSON.stringify([names.base, files.map(({ name }) => names.nameOf(name)), formats, level, splitSize]);
  return told(a) === told(b);
}

function finished(files: readonly SetFile[], content: ArchiveContent): SetInTheMaking {
  async function* each(): AsyncGenerator<SetFile> {
    yield* files;
  }
  return { files: { [Symbol.asyncIterator]: each }, content: Promise.resolve(content) };
}

function asArchive(content: ManifestContent): ArchiveContent {
  if (content.mode === "archive") return content;
  throw new ColdstoreError("bug", "a folder was packed as a snapshot");
}

/** Clean means that nothing was written to the work tree while it was read, either. */
async function selectedOf({ taken, selection }: SelectedProspect, signal: AbortSignal): Promise<Selected> {
  const { examined, settings } = taken;
  const { engine, untracked } = selection;
  const still = examined.clean
    ? await examined.folder.repository?.changes(foldersOf(settings.stores), signal)
    : undefined;
  const rested = still !== undefined && still.modified + still.deleted + still.untracked === 0;
  const clean = rested && (await examined.folder.git?.faithful(signal)) === true;
  return { engine, untracked: untracked.length, clean };
}

/** Prefixes under which earlier runs of these settings made what the stores have: names bear the time of their run. */
async function earlierPrefixes(
  { taken }: SelectedProspect,
  stores: readonly Store[],
  io: Io,
): Promise<readonly string[]> {
  if (taggedSet(taken) !== undefined) return [];
  const { examined, request } = taken;
  const newest = await Promise.all(
    stores.map(async (store) => newestArchive(store, examined.project, io).catch(() => undefined)),
  );
  io.signal.throwIfAborted();
  const prefixes = newest.flatMap((set) => {
    const prefix = set && prefixInRun(examined, request, set.manifest.run);
    return prefix !== undefined && prefix !== examined.prefix && prefix === set?.manifest.content.prefix ? prefix : [];
  });
  return [...new Set(prefixes)];
}
