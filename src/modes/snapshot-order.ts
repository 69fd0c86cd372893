import { asColdstoreError, type ColdstoreError, SeveralErrors } from "../model/errors.ts";
import type { ContentPolicies } from "../model/manifest.ts";
import type { FoundFile } from "../ports/build-outputs.ts";
import type { Ports } from "../ports/ports.ts";
import type { TreeEntry } from "../ports/repository.ts";
import type { SnapshotSettings } from "../settings/settings.ts";
import { planSnapshot, type PlannedSnapshot } from "../steps/build-manifest.ts";
import type { SnapshotEntry } from "../steps/commit-tree.ts";
import { describeRun, digestLocks, isLockFile, recordEnvironment } from "../steps/describe-run.ts";
import { estimateSnapshot } from "../steps/estimate-snapshot.ts";
import { examineSource, type Source } from "../steps/examine-source.ts";
import { findStanding } from "../steps/find-standing.ts";
import { assertApart, clashErrors, digestFiles, isAmongOutputs } from "../steps/join-files.ts";
import { makeSet } from "../steps/make-set.ts";
import { plainTagWarnings } from "../steps/plain-tag.ts";
import { explainPointers } from "../steps/pointer-error.ts";
import { openSnapshotTar, recipeOf } from "../steps/open-snapshot-tar.ts";
import type { TreeSurvey } from "../steps/survey-tree.ts";
import { isBeyondZip, zipTimeWarnings } from "../steps/zip-times.ts";
import type { MakingOrder } from "./making-order.ts";

/** A snapshot that is about to be made: its commit, its name, its plan. */
export interface SnapshotOrder extends MakingOrder {
  readonly settings: SnapshotSettings;
  readonly source: Source;
  readonly plan: PlannedSnapshot;
}

/** Reads all that is to be known before any work; a survey sees every path of the tree go by. */
export async function takeSnapshotOrder(
  settings: SnapshotSettings,
  ports: Ports,
  survey?: TreeSurvey,
): Promise<SnapshotOrder> {
  const started = ports.now();
  const locks: TreeEntry[] = [];
  const expanded: TreeEntry[] = [];
  const amongOutputs: TreeEntry[] = [];
  const visit = (entry: SnapshotEntry, offset: number) => {
    if (entry.exportSubst && entry.repository === undefined) expanded.push(entry);
    if (settings.recordEnvironment && entry.type === "file" && isLockFile(entry.path)) locks.push(entry);
    if (isAmongOutputs(entry)) amongOutputs.push(entry);
    survey?.add(entry, offset);
  };
  const repository = await ports.openRepository();
  const finding = findOutputs(settings, ports);
  const joining = finding.then(
    ({ found }) => found,
    () => [],
  );
  const [examined, { found, lacking }] = await bothOrAllErrors(
    examineSource(
      repository,
      { ...settings, joining, run: ports.run.id, runsCommit: ports.run.ci?.["sha"] },
      visit,
      ports.signal,
    ),
    finding,
  );
  const files = found.length === 0 ? [] : await digestFiles(found, ports.signal);
  assertApart(files, examined.names.name);
  const source = { ...examined, errors: [...examined.errors, ...lacking, ...clashErrors(files, amongOutputs)] };
  const { names, revision } = source;
  const policies = policiesOf(source, settings);
  const plan = planSnapshot({
    revision,
    recipe: recipeOf(source.tree, policies),
    prefix: names.prefix,
    exportSubst: settings.exportSubst,
    policies,
    files,
  });
  const set = { project: source.project, mode: settings.mode, id: names.id };
  const asked = settings.exportSubst === "off" ? [] : expanded;
  const unlike = await plainTagWarnings(repository, { revision, expanded: asked }, ports.signal);
  const order = { settings, started, source, set, plan, files, name: names.name, unlike };
  return { ...order, ...abilities(order, ports, locks) };
}

interface FoundOutputs {
  readonly found: readonly FoundFile[];
  readonly lacking: readonly ColdstoreError[];
}

/** The build outputs that join the set. A pull request that doesn't build them is told all the same what would be archived. */
async function findOutputs(
  { files, base, dryRun }: SnapshotSettings,
  { outputs, signal }: Ports,
): Promise<FoundOutputs> {
  if (files.length === 0) return { found: [], lacking: [] };
  try {
    return { found: await outputs.find(files), lacking: [] };
  } catch (thrown) {
    signal.throwIfAborted();
    if (!dryRun || base === undefined) throw thrown;
    return { found: [], lacking: [asColdstoreError(thrown)] };
  }
}

/** What a policy is about must be there for it to make a difference: equal trees give equal content, however careful the settings. */
function policiesOf({ submodules, lfs }: Source, settings: SnapshotSettings): ContentPolicies {
  return {
    submodules: submodules.length === 0 ? "fail" : settings.submodules,
    lfs: lfs.length === 0 ? "fail" : settings.lfs,
  };
}

interface Taken extends Pick<SnapshotOrder, "settings" | "started" | "source" | "set" | "plan" | "files" | "name"> {
  /** What a clone with more of the tag would give otherwise. */
  readonly unlike: readonly string[];
}

function abilities(order: Taken, ports: Ports, locks: readonly TreeEntry[]): Omit<SnapshotOrder, keyof Taken> {
  const { settings, source, set, plan } = order;
  return {
    revision: source.revision,
    tarBytes: source.inspection.tarBytes,
    warnings: [...source.warnings, ...order.unlike, ...timeWarnings(order)],
    errors: source.errors,
    stage: "packing and storing",
    standingIsCertain: settings.exportSubst !== "git",
    standing: async (store, io) => findStanding(store, { set, plan, formats: settings.formats }, io),
    isMeasured: false,
    make: (recipe, { scratch, room, io }) =>
      makeSet({
        openTar: async () => openSnapshotTar(source, plan, io.signal),
        plan,
        ...recipe,
        files: order.files,
        scratch,
        room,
        ...(plan.lfs === "fail" && { explainPointers: async () => explainPointers(source, io.signal) }),
        io,
      }),
    describe: async (signal) => {
      const { repository } = source;
      const environment = settings.recordEnvironment
        ? recordEnvironment(ports.run, await digestLocks(repository, locks, signal))
        : undefined;
      const { facts } = repository;
      const { run } = ports;
      const { gitVersion } = facts;
      return describeRun({
        ...settings,
        ...order,
        ...source,
        run,
        gitVersion,
        repository: facts,
        environment,
      });
    },
    estimate: async (signal) =>
      estimateSnapshot({ source, formats: settings.formats, level: settings.compressionLevel }, signal),
  };
}

/** Every path of a snapshot has the commit's time. */
function timeWarnings({ settings, source }: Taken): readonly string[] {
  const { counts } = source.inspection;
  const paths = isBeyondZip(source.revision.committed) ? counts.files + counts.dirs + counts.symlinks : 0;
  return zipTimeWarnings(settings.formats, [], paths);
}

/** What stands against either is said at once. */
export async function bothOrAllErrors<A, B>(first: Promise<A>, second: Promise<B>): Promise<readonly [A, B]> {
  const ends = await Promise.allSettled([first, second]);
  const reasons = ends.flatMap((end) => (end.status === "rejected" ? [asColdstoreError(end.reason)] : []));
  const errors = new Set(reasons.flatMap((error) => (error instanceof SeveralErrors ? error.errors : [error])));
  if (errors.size > 1) throw new SeveralErrors([...errors]);
  return Promise.all([first, second]);
}
