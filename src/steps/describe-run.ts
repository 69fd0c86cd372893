import { textOf } from "./byte-text.ts";
import { createHash } from "node:crypto";
import type { ManifestRun, RemoteSource, Selected } from "../model/manifest.ts";
import type { Revision } from "../model/revision.ts";
import type { SetName } from "../model/set-name.ts";
import { rfc3339 } from "../model/timestamps.ts";
import { readEntries, type SnapshotEntry } from "./commit-tree.ts";
import { atHand, diskFileOf } from "./fetch-ahead.ts";
import type { FolderEntry } from "./folder-entry.ts";
import type { RemotePlace } from "../ports/folder.ts";
import type { RunIdentity } from "../ports/ports.ts";
import type { Repository, RepositoryFacts, WorkTreeChanges } from "../ports/repository.ts";

export interface RunFacts {
  readonly run: RunIdentity;
  readonly set: SetName;
  readonly name: string;
  readonly started: Date;
  /** Version of git; absent when there was none. */
  readonly gitVersion?: string | undefined;
  /** Absent outside of a repository. */
  readonly repository?: Pick<RepositoryFacts, "branch" | "origin"> | undefined;
  readonly revision?: Pick<Revision, "ref" | "tag"> | undefined;
  readonly changes?: WorkTreeChanges | undefined;
  readonly selection?: Selected | undefined;
  readonly milestone?: string | undefined;
  readonly notes: readonly string[];
  readonly contacts: readonly string[];
  readonly environment?: Readonly<Record<string, unknown>> | undefined;
  /** Absent for what isn't on a remote. */
  readonly remote?: RemotePlace | undefined;
}

/** The part of a manifest that says who made it, when and with what. Holds no absolute path, host name or credential. */
export function describeRun(facts: RunFacts): ManifestRun {
  const { run, set, changes } = facts;
  const { ref, tag } = facts.revision ?? {};
  const { branch, origin } = facts.repository ?? {};
  return {
    id: run.id,
    name: facts.name,
    project: set.project,
    set: set.id,
    started: rfc3339(facts.started),
    tool: { ...run.tool, ...(facts.gitVersion !== undefined && { git: facts.gitVersion }) },
    ...(ref !== undefined && { ref }),
    ...(tag?.object !== undefined && { tag_object: tag.object }),
    ...(branch !== undefined && { branch }),
    ...(origin !== undefined && isUrl(origin) && { origin }),
    ...(changes && { dirty: { modified: changes.modified, deleted: changes.deleted, untracked: changes.untracked } }),
    ...(facts.selection && { selection: facts.selection }),
    ...(run.ci && { ci: run.ci }),
    ...(facts.milestone !== undefined && { milestone: facts.milestone }),
    ...(facts.notes.length > 0 && { notes: facts.notes }),
    ...(facts.contacts.length > 0 && { contacts: facts.contacts }),
    ...(facts.environment && { environment: facts.environment }),
    ...(facts.remote && { remote: recordedRemote(facts.remote) }),
  };
}

function recordedRemote(remote: RemotePlace): RemoteSource {
  const { folder, name } = remote;
  return { folder, ...(name !== undefined && { name }), checked_by: remote.checkedBy() };
}

/** A path on this machine as origin would be a host's secret, and useless elsewhere. */
function isUrl(origin: string): boolean {
  return /^(?!file:)[a-z+]+:\/\//.test(origin) || /^[^/\\:]{2,}:(?!\/\/)/.test(origin);
}

const lockFiles: ReadonlySet<string> = new Set([
  "package-lock.json",
  "npm-shrinkwrap.json",
  "yarn.lock",
  "pnpm-lock.yaml",
  "bun.lock",
  "deno.lock",
  "Cargo.lock",
  "go.sum",
  "poetry.lock",
  "uv.lock",
  "Pipfile.lock",
  "pdm.lock",
  "requirements.txt",
  "Gemfile.lock",
  "composer.lock",
  "mix.lock",
  "packages.lock.json",
  "gradle.lockfile",
  "flake.lock",
  "pubspec.lock",
  "Package.resolved",
  "Podfile.lock",
  "conan.lock",
]);

/** Whether a path is the lock file of a package manager. */
export function isLockFile(path: string): boolean {
  return lockFiles.has(path.slice(path.lastIndexOf("/") + 1));
}

/** The system that a set is made on, and the digests of its source's lock files by path. */
export function recordEnvironment(
  run: RunIdentity,
  locks: Readonly<Record<string, string>>,
): Readonly<Record<string, unknown>> {
  return { ...run.system, lock_files: locks };
}

/** Digests, by path, of lock files that a snapshot has; an entry without a repository of its own is in this one. */
export async function digestLocks(
  repository: Repository,
  locks: readonly SnapshotEntry[],
  signal: AbortSignal,
): Promise<Readonly<Record<string, string>>> {
  const digests: Record<string, string> = {};
  for await (const { entry, data } of readEntries(repository, locks, signal))
    digests[entry.path] = entry.lfs?.oid ?? createHash("sha256").update(data).digest("hex");
  return digests;
}

/** Digests, by path, of lock files in a folder. */
export async function digestFolderLocks(
  entries: readonly FolderEntry[],
  signal: AbortSignal,
): Promise<Readonly<Record<string, string>>> {
  const digests: Record<string, string> = {};
  const locks = entries.filter(({ path }) => isLockFile(textOf(path)));
  for await (const stretch of atHand(locks, diskFileOf, signal)) {
    for (const entry of stretch) {
      if (entry.type !== "file" || entry.content.kind !== "disk") continue;
      const { disk, path, looked } = entry.content;
      const data = disk.read(path, looked);
      if (data !== undefined) digests[textOf(entry.path)] = createHash("sha256").update(data).digest("hex");
    }
  }
  return digests;
}
