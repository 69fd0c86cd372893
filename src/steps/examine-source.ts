import { basename } from "node:path";
import type { LfsPointer } from "../model/details.ts";
import { asColdstoreError, ColdstoreError } from "../model/errors.ts";
import type { ContentPolicies } from "../model/manifest.ts";
import type { Revision } from "../model/revision.ts";
import { foldersOf, type StoreAddress } from "../model/store-address.ts";
import type { FoundFile } from "../ports/build-outputs.ts";
import type { Repository, WorkTreeChanges } from "../ports/repository.ts";
import type { CommitTree, SnapshotEntry } from "./commit-tree.ts";
import { type ContentsRequest, findContents, type Submodule } from "./find-contents.ts";
import { inspectTree, type TreeInspection } from "./inspect-tree.ts";
import { nameSome } from "./name-some.ts";
import { nameSnapshot, projectOf, type SetNames } from "./name-set.ts";

/** What a snapshot asks of its source. */
export interface SourceRequest {
  readonly source: string;
  readonly ref: string;
  readonly project?: string | undefined;
  readonly name?: string | undefined;
  readonly prefix?: string | undefined;
  readonly dirty: "warn" | "fail" | "ignore";
  /** Where sets are stored: what lies there is no change of the work tree. */
  readonly stores: readonly StoreAddress[];
  /** Build outputs that join the set: they aren't left out of it. Absent: none. */
  readonly joining?: Promise<readonly FoundFile[]>;
  readonly run: string;
  /** Id of the commit that the surroundings started this run for. */
  readonly runsCommit?: string | undefined;
  readonly submodules: ContentPolicies["submodules"];
  readonly lfs: ContentPolicies["lfs"];
}

/** A commit, and all that is to be known of it before any work. */
export interface Source {
  readonly repository: Repository;
  readonly revision: Revision;
  readonly project: string;
  readonly names: SetNames;
  /** The commit's tree, and what is put into its tar. */
  readonly tree: CommitTree;
  /** With all that is put in. */
  readonly inspection: TreeInspection;
  /** Those of included submodules too. */
  readonly submodules: readonly Submodule[];
  /** Every Git LFS pointer that the tree has; looked for unless `lfs` is `fail`. */
  readonly lfs: readonly LfsPointer[];
  readonly changes?: WorkTreeChanges;
  readonly warnings: readonly string[];
  /** What stands against a snapshot; all of it, each with its way out. */
  readonly errors: readonly ColdstoreError[];
}

/** Reads the commit's tree and the state of the work tree. Throws when there is no commit to speak of. */
export async function examineSource(
  repository: Repository,
  request: SourceRequest,
  visit: (entry: SnapshotEntry, offset: number) => void,
  signal: AbortSignal,
): Promise<Source> {
  const revision = await resolveWanted(repository, request, signal);
  const folder = basename(repository.facts.workTree ?? request.source);
  const project = request.project ?? projectOf(repository.facts.origin, folder);
  const policies = { submodules: request.submodules, lfs: request.lfs };
  const names = nameSnapshot({ ...request, revision, project });
  const [{ inspection, ...contents }, changes] = await Promise.all([
    lookInto({ repository, revision, prefix: names.prefix, policies }, visit, signal),
    request.dirty === "ignore" ? undefined : countChanges(repository, request, signal),
  ]);
  const left = changes instanceof ColdstoreError ? undefined : changes;
  const uncommitted = left === undefined || isClean(left) ? [] : [describeChanges(left)];
  return {
    repository,
    revision,
    project,
    names,
    ...contents,
    inspection,
    ...(left && { changes: left }),
    warnings: request.dirty === "warn" ? uncommitted : [],
    errors: [
      ...(changes instanceof ColdstoreError ? [changes] : []),
      ...(request.dirty === "fail"
        ? uncommitted.map((text) => new ColdstoreError("source", `${text}; commit or stash them`))
        : []),
      ...contents.errors,
    ],
  };
}

async function resolveWanted(
  repository: Repository,
  { ref, runsCommit }: SourceRequest,
  signal: AbortSignal,
): Promise<Revision> {
  try {
    return await repository.resolve(ref, signal);
  } catch (error) {
    if (ref !== runsCommit) throw error;
    const head = await repository.resolve("HEAD", signal).catch(() => undefined);
    signal.throwIfAborted();
    throw head === undefined ? error : otherCheckedOut(ref, head, error);
  }
}

function otherCheckedOut(ref: string, { commit }: Revision, cause: unknown): ColdstoreError {
  return new ColdstoreError(
    "source",
    `this run is for commit ${ref.slice(0, 7)}, and another one, ${commit.slice(0, 7)}, is checked out; ` +
      "check out the run's own, or set ref to HEAD to make the set of what is checked out",
    { cause, remedy: { settings: { ref: "HEAD" } } },
  );
}

/** What goes into the snapshot: looked for, then measured with all that is put in. */
async function lookInto(
  { prefix, ...request }: ContentsRequest & { readonly prefix: string },
  visit: (entry: SnapshotEntry, offset: number) => void,
  signal: AbortSignal,
): Promise<Pick<Source, "tree" | "inspection" | "submodules" | "lfs" | "errors">> {
  const { tree, pointers, errors } = await findContents(request, signal);
  const inspection = await inspectTree({ ...tree, prefix }, visit, signal);
  const { submodules } = inspection;
  const unwanted = request.policies.submodules === "fail" ? submoduleErrors(submodules) : [];
  return { tree, inspection, submodules, lfs: pointers, errors: [...unwanted, ...errors] };
}

/** Whether the work tree is as the commit has it. */
function isClean(changes: WorkTreeChanges): boolean {
  return changes.modified + changes.deleted + changes.untracked === 0;
}

async function countChanges(
  repository: Repository,
  { stores, joining }: SourceRequest,
  signal: AbortSignal,
): Promise<WorkTreeChanges | ColdstoreError> {
  try {
    const joined = (await joining?.catch(() => [])) ?? [];
    return await repository.changes(
      foldersOf(stores),
      signal,
      joined.map(({ path }) => path),
    );
  } catch (error) {
    signal.throwIfAborted();
    return asColdstoreError(error);
  }
}

function describeChanges({ modified, deleted, untracked, paths }: WorkTreeChanges): string {
  const counts = [`${modified} modified`, `${deleted} deleted`, `${untracked} untracked`].filter(
    (text) => !text.startsWith("0 "),
  );
  const total = modified + deleted + untracked;
  return `uncommitted changes are left out of the snapshot (${counts.join(", ")}): ${nameSome(paths, total)}`;
}

function submoduleErrors(submodules: readonly Submodule[]): ColdstoreError[] {
  if (submodules.length === 0) return [];
  const named = nameSome(submodules.map(({ path, commit }) => `${path} (${commit.slice(0, 7)})`));
  return [
    new ColdstoreError(
      "source",
      `${countOf(submodules.length, "submodule")} would be an empty folder in the snapshot: ${named}; ` +
        "set submodules to include to put their contents in, or to exclude to keep the empty folders; " +
        `to leave them out on purpose, commit to .gitattributes: ${exportIgnoreLines(submodules.map(({ path }) => path))}`,
      { remedy: { checkout: { submodules: "recursive" }, settings: { submodules: "include" } } },
    ),
  ];
}

/** The attribute lines that leave these paths out of archives, joined for a sentence. */
export function exportIgnoreLines(paths: readonly string[]): string {
  return nameSome(paths.map((path) => `\`${attributePattern(path)} export-ignore\``));
}

function attributePattern(path: string): string {
  const pattern = `/${path}`.replaceAll(/[\\*?[]/g, String.raw`\$&`);
  return /[\s"]/.test(pattern) ? JSON.stringify(pattern) : pattern;
}

function countOf(count: number, noun: string): string {
  return count === 1 ? `1 ${noun}` : `${count} ${noun}s`;
}
