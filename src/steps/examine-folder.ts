import { textOf } from "./byte-text.ts";
import { basename } from "node:path";
import { asColdstoreError, ColdstoreError } from "../model/errors.ts";
import type { ArchiveContent, ArchiveFilters, ContentPolicies, NamedDigest, SymlinkPolicy } from "../model/manifest.ts";
import type { Revision } from "../model/revision.ts";
import { foldersOf, type StoreAddress } from "../model/store-address.ts";
import type { SourceFolder } from "../ports/folder.ts";
import type { WorkTreeChanges } from "../ports/repository.ts";
import { planArchive, type PlannedArchive } from "./build-manifest.ts";
import { nameArchive, projectOf, type NameTemplates } from "./name-set.ts";

/** What an archive asks of its folder. */
export interface FolderRequest extends NameTemplates, ContentPolicies {
  readonly project?: string | undefined;
  /** Full name of the tag that the run is of. */
  readonly tag?: string | undefined;
  readonly filters: ArchiveFilters;
  readonly symlinks: SymlinkPolicy;
  readonly mtime?: ArchiveContent["mtime"] | undefined;
  /** Where sets are stored: what lies there isn't of the folder. */
  readonly stores: readonly StoreAddress[];
  readonly started: Date;
  readonly run: string;
}

/** A folder, and what is to be known of it before its files are looked at. */
export interface ExaminedFolder {
  readonly folder: SourceFolder;
  /** What is checked out; absent outside of a repository, and before its first commit. */
  readonly revision?: Revision;
  readonly project: string;
  readonly name: string;
  readonly prefix: string;
  readonly mtime: ArchiveContent["mtime"];
  readonly changes?: WorkTreeChanges;
  /** The commit and the settings decide the content: git has nothing to tell of the work tree. */
  readonly clean: boolean;
  readonly warnings: readonly string[];
}

/** Finds out what is checked out in a folder, how its archive is called and dated, and whether anything is uncommitted. */
export async function examineFolder(
  folder: SourceFolder,
  request: FolderRequest,
  signal: AbortSignal,
): Promise<ExaminedFolder> {
  const { repository } = folder;
  const revision = await checkedOut(folder, request.tag, signal);
  const project =
    request.project ??
    projectOf(repository?.facts.origin, folder.remote?.folder ?? basename(repository?.facts.workTree ?? folder.path));
  const names = nameArchive({ ...request, revision, project });
  const mtime = request.mtime ?? (revision === undefined ? "keep" : "commit");
  if (mtime === "commit" && revision === undefined) throw noCommit(folder.path);
  const changes = revision && (await countChanges(folder, request, signal));
  const uncertain = changes instanceof ColdstoreError ? changes : undefined;
  const counted = changes instanceof ColdstoreError ? undefined : changes;
  return {
    folder,
    ...(revision && { revision }),
    project,
    ...names,
    mtime,
    ...(counted && { changes: counted }),
    clean: counted !== undefined && (await isClean(folder, { request, mtime, changes: counted }, signal)),
    warnings: [
      ...(folder.warnings ?? []),
      ...(uncertain === undefined ? [] : [`whether anything is uncommitted can't be told: ${uncertain.message}`]),
    ],
  };
}

/** The plan of a folder's archive, under a prefix. */
export function planOf(
  { folder, revision, mtime }: ExaminedFolder,
  request: FolderRequest,
  under: { readonly prefix: string; readonly files: readonly NamedDigest[] },
): PlannedArchive {
  const { filters, symlinks, submodules, lfs } = request;
  const inRepository = textOf(folder.inRepository);
  return planArchive({
    revision,
    folder: inRepository,
    filters,
    symlinks,
    mtime,
    policies: { submodules, lfs },
    ...under,
  });
}

/** The prefix that the archive would have, had an earlier run made it; undefined when that can't be told. */
export function prefixInRun(
  { revision, project }: ExaminedFolder,
  request: FolderRequest,
  earlier: { readonly id: string; readonly started: string },
): string | undefined {
  try {
    return nameArchive({ ...request, revision, project, run: earlier.id, started: new Date(earlier.started) }).prefix;
  } catch {
    return undefined;
  }
}

async function checkedOut(
  { repository }: SourceFolder,
  tag: string | undefined,
  signal: AbortSignal,
): Promise<Revision | undefined> {
  if (repository === undefined) return undefined;
  const head = await repository.resolve("HEAD", signal);
  if (tag === undefined) return head;
  const tagged = await repository.resolve(tag, signal).catch(() => undefined);
  signal.throwIfAborted();
  return tagged?.commit === head.commit ? tagged : head;
}

function noCommit(path: string): ColdstoreError {
  return new ColdstoreError(
    "source",
    `mtime is commit, and ${path} isn't in a repository that has one; use mtime: keep, or a number of seconds`,
  );
}

async function countChanges(
  { repository }: SourceFolder,
  { stores }: FolderRequest,
  signal: AbortSignal,
): Promise<WorkTreeChanges | ColdstoreError | undefined> {
  try {
    const paths = foldersOf(stores);
    return await repository?.changes(paths, signal);
  } catch (error) {
    signal.throwIfAborted();
    return asColdstoreError(error);
  }
}

interface Cleanness {
  readonly request: FolderRequest;
  readonly mtime: ArchiveContent["mtime"];
  readonly changes: WorkTreeChanges;
}

/**
 * Git's status alone won't do: it has the user's own excludes, takes what is ignored for nothing, LFS pointers for their
 * content, and files with other line ends for the same.
 */
async function isClean(
  { git }: SourceFolder,
  { request, mtime, changes }: Cleanness,
  signal: AbortSignal,
): Promise<boolean> {
  const { filters, symlinks, lfs } = request;
  const decided = filters.include.length === 0 && symlinks !== "follow" && mtime !== "keep" && lfs !== "pointers";
  if (!decided || git === undefined || changes.modified + changes.deleted + changes.untracked > 0) return false;
  for await (const batch of git.candidates(signal))
    if (batch.some(({ tracked, state, unwatched }) => !tracked || state !== undefined || unwatched)) return false;
  return git.faithful(signal);
}
