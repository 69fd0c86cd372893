import { createHash } from "node:crypto";
import type { ManifestRun } from "../model/manifest.ts";
import type { Revision } from "../model/revision.ts";
import type { SetName } from "../model/set-name.ts";
import { rfc3339 } from "../model/timestamps.ts";
import type { RunIdentity } from "../ports/ports.ts";
import type { Repository, WorkTreeChanges } from "../ports/repository.ts";

export interface RunFacts {
  readonly run: RunIdentity;
  readonly set: SetName;
  readonly name: string;
  readonly started: Date;
  readonly repository: Repository;
  readonly revision: Revision;
  readonly changes?: WorkTreeChanges | undefined;
  readonly milestone?: string | undefined;
  readonly notes: readonly string[];
  readonly contacts: readonly string[];
  readonly environment?: Readonly<Record<string, unknown>> | undefined;
}

/** The part of a manifest that says who made it, when and with what. Holds no absolute path, host name or credential. */
export function describeRun(facts: RunFacts): ManifestRun {
  const { run, set, repository, revision, changes } = facts;
  const { gitVersion, branch, origin } = repository.facts;
  return {
    id: run.id,
    name: facts.name,
    project: set.project,
    set: set.id,
    started: rfc3339(facts.started),
    tool: { ...run.tool, git: gitVersion },
    ...(revision.ref !== undefined && { ref: revision.ref }),
    ...(branch !== undefined && { branch }),
    ...(origin !== undefined && isUrl(origin) && { origin }),
    ...(changes && { dirty: { modified: changes.modified, deleted: changes.deleted, untracked: changes.untracked } }),
    ...(run.ci && { ci: run.ci }),
    ...(facts.milestone !== undefined && { milestone: facts.milestone }),
    ...(facts.notes.length > 0 && { notes: facts.notes }),
    ...(facts.contacts.length > 0 && { contacts: facts.contacts }),
    ...(facts.environment && { environment: facts.environment }),
  };
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

/** The system that a set is made on, and the digests of the commit's lock files by path. */
export async function recordEnvironment(
  run: RunIdentity,
  source: {
    readonly repository: Repository;
    readonly locks: readonly { readonly path: string; readonly oid: string }[];
  },
  signal: AbortSignal,
): Promise<Readonly<Record<string, unknown>>> {
  const digests: Record<string, string> = {};
  const oids = source.locks.map(({ oid }) => oid);
  let i = 0;
  for await (const { data } of source.repository.blobs(oids, signal)) {
    const path = source.locks[i]?.path;
    if (path !== undefined) digests[path] = createHash("sha256").update(data).digest("hex");
    i += 1;
  }
  return { ...run.system, lock_files: digests };
}
