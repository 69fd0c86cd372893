import type { SetName } from "../model/set-name.ts";
import { compactTime } from "../model/timestamps.ts";
import { foldersOf } from "../model/store-address.ts";
import type { Ports } from "../ports/ports.ts";
import type { ArchiveSettings } from "../settings/settings.ts";
import { archiveId } from "../steps/name-set.ts";
import type { PlannedArchive } from "../steps/build-manifest.ts";
import { examineFolder, planOf, type ExaminedFolder, type FolderRequest } from "../steps/examine-folder.ts";
import type { Selection } from "../steps/folder-entry.ts";
import { includeLfs } from "../steps/include-lfs.ts";
import { assertApart, clashErrors, digestFiles, type JoiningFile } from "../steps/join-files.ts";
import { textOf } from "../steps/byte-text.ts";
import { realFolders } from "../steps/real-folders.ts";
import { selectEntries } from "../steps/select-entries.ts";
import type { SelectionRules } from "../steps/selection-rules.ts";
import { bothOrAllErrors } from "./snapshot-order.ts";

/** A folder that is to be archived: what is known of it before its files are looked at, and a look at them when it's needed. */
export interface ArchiveOrder {
  readonly settings: ArchiveSettings;
  readonly request: FolderRequest;
  readonly started: Date;
  readonly examined: ExaminedFolder;
  readonly plan: PlannedArchive;
  readonly files: readonly JoiningFile[];
  /** Looks at every file, once; what stands against an archive is in it. */
  select(): Promise<Selection>;
}

/** Reads all that is to be known before any file is looked at. */
export async function takeArchiveOrder(settings: ArchiveSettings, ports: Ports): Promise<ArchiveOrder> {
  const started = ports.now();
  const request = { ...settings, started, run: ports.run.id };
  const [examined, found] = await bothOrAllErrors(
    ports.openFolder().then(async (folder) => examineFolder(folder, request, ports.signal)),
    settings.files.length === 0 ? Promise.resolve([]) : ports.outputs.find(settings.files),
  );
  const files = found.length === 0 ? [] : await digestFiles(found, ports.signal);
  assertApart(files, examined.name);
  const plan = planOf(examined, request, { prefix: examined.prefix, files });
  let selection: Promise<Selection> | undefined;
  const select = async () =>
    (selection ??= selectAll(settings, examined, ports.signal).then((all) => withClashes(all, files)));
  return { settings, request, started, examined, plan, files, select };
}

function withClashes(selection: Selection, files: readonly JoiningFile[]): Selection {
  const archived = selection.entries.map(({ path, type }) => ({ path: textOf(path), type }));
  return { ...selection, errors: [...selection.errors, ...clashErrors(files, archived)] };
}

async function selectAll(settings: ArchiveSettings, examined: ExaminedFolder, signal: AbortSignal): Promise<Selection> {
  const selection = await selectEntries(examined.folder, rulesOf(settings, examined), signal);
  return settings.lfs === "include" ? includeLfs(selection, signal) : selection;
}

function rulesOf(
  { filters, symlinks, submodules, stores }: ArchiveSettings,
  { mtime, revision, folder }: ExaminedFolder,
): SelectionRules {
  const seconds = mtime === "commit" ? revision?.committed : mtime;
  // No folder of this machine lies on a remote.
  const places = folder.remote === undefined ? foldersOf(stores) : [];
  const without = realFolders(places, folder.disk);
  const times = typeof seconds === "number" ? ({ kind: "all", seconds } as const) : ({ kind: "own" } as const);
  return { filters, symlinks, submodules, mtime: times, without };
}

/** The name of the archive's set; without its content's digest only as far as it's known. */
export function archiveSet({ examined, started }: ArchiveOrder, contentSha256?: string): SetName {
  const { project, revision } = examined;
  const known = contentSha256 !== undefined || revision?.tag !== undefined;
  const id = known ? archiveId(revision, started, contentSha256 ?? "") : compactTime(started);
  return { project, mode: "archive", id };
}

/** The tag's set, where the source is at a tag. */
export function taggedSet(order: ArchiveOrder): SetName | undefined {
  return order.examined.revision?.tag === undefined ? undefined : archiveSet(order);
}
