import { ColdstoreError } from "../model/errors.ts";
import type { TreeCounts } from "../model/entry.ts";
import type { BytePath, SourceFolder } from "../ports/folder.ts";
import { textOf } from "./byte-text.ts";
import type { FolderEntry, Selection } from "./folder-entry.ts";
import { nameCollisions } from "./name-collisions.ts";
import { outwardLinks } from "./outward-links.ts";
import { findingErrors } from "./selection-errors.ts";
import { Findings } from "./selection-findings.ts";
import { EntryFilter, foldersWithin, type SelectionRules } from "./selection-rules.ts";
import { findingWarnings } from "./selection-warnings.ts";
import { takeFolder } from "./take-folder.ts";
import { mtimeOf, rootOf } from "./taking.ts";

/** Chooses what of a folder goes into its archive; nothing is read but manifests, rules and links. Rejects for an abort, or when git fails. */
export async function selectEntries(
  folder: SourceFolder,
  rules: SelectionRules,
  signal: AbortSignal,
): Promise<Selection> {
  const findings = new Findings();
  const engine = folder.git === undefined ? "ignore" : "git";
  if (foldersWithin(folder.path, rules.without).includes("")) findings.errors.push(liesInStore(folder.path));
  else {
    const taking = { top: folder.path, rules, filter: new EntryFilter(rules.filters), findings, signal };
    await takeFolder(rootOf(folder, ""), taking);
  }
  const entries = withFolders(findings.entries, rules);
  const errors = findingErrors(findings, rules, folder);
  return {
    entries,
    counts: countEntries(entries),
    engine,
    untracked: named(findings.untracked),
    trackedButIgnored: named(findings.trackedButIgnored),
    credentials: named(findings.credentials),
    outwardLinks: named([...outwardLinks(linksOf(findings.entries)), ...findings.followedOut]),
    submodules: findings.submodules.toSorted(byPath).map(({ path, commit }) => ({ path: textOf(path), commit })),
    warnings: findingWarnings(findings, {
      rules,
      engine: folder.remote === undefined ? engine : "none here",
      collisions: nameCollisions(pathsOf(entries)),
    }),
    errors,
  };
}

function liesInStore(path: string): ColdstoreError {
  return new ColdstoreError(
    "source",
    `${path} lies in the store that its archive would go to, so that nothing of it could be archived; name a store elsewhere`,
  );
}

/** All entries in the archive's order, with the folders that they lie in: each as new as the newest in it, whatever else comes and goes there. */
function withFolders(leaves: ReadonlyMap<BytePath, FolderEntry>, rules: SelectionRules): FolderEntry[] {
  const newest = new Map<BytePath, number>();
  for (const { path, mtime } of leaves.values()) {
    for (let slash = path.lastIndexOf("/"); slash > 0; slash = path.lastIndexOf("/", slash - 1)) {
      const folder = path.slice(0, slash + 1);
      const before = newest.get(folder);
      if (before !== undefined && before >= mtime) break;
      newest.set(folder, mtime);
    }
  }
  const order = [...leaves.keys(), ...newest.keys()].sort();
  return order.flatMap(
    (key) =>
      leaves.get(key) ?? {
        path: key.slice(0, -1),
        type: "dir",
        mode: 0o755,
        mtime: mtimeOf(rules, newest.get(key) ?? 0),
      },
  );
}

function countEntries(entries: readonly FolderEntry[]): TreeCounts {
  const counts = { files: 0, dirs: 0, symlinks: 0, bytes: 0 };
  for (const entry of entries) {
    switch (entry.type) {
      case "file":
        counts.files += 1;
        counts.bytes += entry.bytes;
        break;
      case "dir":
        counts.dirs += 1;
        break;
      case "symlink":
        counts.symlinks += 1;
    }
  }
  return counts;
}

function* linkPairs(entries: ReadonlyMap<BytePath, FolderEntry>): Generator<[BytePath, BytePath]> {
  for (const [path, entry] of entries) if (entry.type === "symlink") yield [path, entry.link];
}

function linksOf(entries: ReadonlyMap<BytePath, FolderEntry>): ReadonlyMap<BytePath, BytePath> {
  return new Map(linkPairs(entries));
}

function* pathsOf(entries: readonly FolderEntry[]): Generator<BytePath> {
  for (const { path, type } of entries) yield type === "dir" ? `${path}/` : path;
}

function named(paths: readonly BytePath[]): string[] {
  return paths.toSorted().map(textOf);
}

function byPath(a: { readonly path: BytePath }, b: { readonly path: BytePath }): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}
