import { asColdstoreError, SeveralErrors } from "../model/errors.ts";
import type { SetName } from "../model/set-name.ts";
import type { Ports } from "../ports/ports.ts";
import type { TreeEntry } from "../ports/repository.ts";
import type { SnapshotSettings } from "../settings/settings.ts";
import { planContent, type PlannedContent } from "../steps/build-manifest.ts";
import { isLockFile } from "../steps/describe-run.ts";
import { examineSource, type Source } from "../steps/examine-source.ts";
import { assertApart, digestFiles, type JoiningFile } from "../steps/join-files.ts";
import type { TreeSurvey } from "../steps/survey-tree.ts";

/** A snapshot that is about to be made: its commit, its name, its plan. */
export interface SnapshotOrder {
  readonly settings: SnapshotSettings;
  readonly started: Date;
  readonly source: Source;
  readonly set: SetName;
  readonly plan: PlannedContent;
  /** Build outputs that join the set. */
  readonly files: readonly JoiningFile[];
  /** Lock files of the commit, when their digests are to be recorded. */
  readonly locks: readonly TreeEntry[];
}

/** Reads all that is to be known before any work; a survey sees every path of the tree go by. */
export async function takeOrder(settings: SnapshotSettings, ports: Ports, survey?: TreeSurvey): Promise<SnapshotOrder> {
  const started = ports.now();
  const locks: TreeEntry[] = [];
  const visit = (entry: TreeEntry, offset: number) => {
    if (settings.recordEnvironment && entry.type === "file" && isLockFile(entry.path)) locks.push(entry);
    survey?.add(entry, offset);
  };
  const repository = await ports.openRepository();
  const [source, found] = await bothOrAllErrors(
    examineSource(repository, { ...settings, run: ports.run.id }, visit, ports.signal),
    settings.files.length === 0 ? Promise.resolve([]) : ports.outputs.find(settings.files),
  );
  const files = found.length === 0 ? [] : await digestFiles(found, ports.signal);
  assertApart(files, source.names.name);
  const { names, revision } = source;
  const set = { project: source.project, mode: settings.mode, id: names.id };
  const plan = planContent({ revision, prefix: names.prefix, exportSubst: settings.exportSubst, files });
  return { settings, started, source, set, plan, files, locks };
}

/** What stands against either is said at once. */
async function bothOrAllErrors<A, B>(first: Promise<A>, second: Promise<B>): Promise<readonly [A, B]> {
  const ends = await Promise.allSettled([first, second]);
  const reasons = ends.flatMap((end) => (end.status === "rejected" ? [asColdstoreError(end.reason)] : []));
  const errors = new Set(reasons.flatMap((error) => (error instanceof SeveralErrors ? error.errors : [error])));
  if (errors.size > 1) throw new SeveralErrors([...errors]);
  return Promise.all([first, second]);
}
