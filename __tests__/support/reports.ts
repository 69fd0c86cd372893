import type { Details, Plan, Restored } from "../../src/model/details.ts";
import type { Manifest } from "../../src/model/manifest.ts";
import type { Report } from "../../src/model/report.ts";

/** A report of a snapshot that went well, with whatever a test wants to be otherwise. */
export function aReport(changes: Partial<Report> = {}): Report {
  return { mode: "snapshot", status: "ok", outcomes: [], warnings: [], errors: [], outputs: {}, ...changes };
}

/** A dry run's findings in a small repository without anything special. */
export function aPlan(changes: Partial<Plan> = {}): Plan {
  return {
    counts: { files: 2, dirs: 1, symlinks: 0, bytes: 1500 },
    tarBytes: 10_240,
    sizes: [{ format: "tar.gz", bytes: 700, exact: true }],
    biggestEntries: [],
    biggestFolders: [],
    splits: [],
    policies: { submodules: "fail", lfs: "fail" },
    submodules: [],
    lfs: [],
    profiles: [],
    trackedButIgnored: [],
    untracked: [],
    credentials: [],
    outwardLinks: [],
    exportSubst: [],
    ...changes,
  };
}

/** The manifest of a set of one small archive. */
function aManifest(run: Partial<Manifest["run"]> = {}): Manifest {
  return {
    schema: "coldstore/manifest/1",
    content: {
      mode: "snapshot",
      recipe: "git-archive/1",
      source: {
        commit: "c".repeat(40),
        tree: "d".repeat(40),
        committed: "2026-11-22T02:15:00Z",
        object_format: "sha1",
        tag: { name: "v1.4.0" },
      },
      prefix: "app-1.4.0/",
      export_subst: "stable",
      submodules: "fail",
      lfs: "fail",
      tree: { files: 1, dirs: 1, symlinks: 1, bytes: 1234 },
      tar: { bytes: 10_240, sha256: "a".repeat(64) },
      file_list: { bytes: 300, sha256: "b".repeat(64) },
      files: [],
    },
    content_sha256: "e".repeat(64),
    artifacts: [
      { name: "app-1.4.0.tar.gz", role: "archive", bytes: 1_200_000, sha256: "1".repeat(64), format: "tar.gz" },
      { name: "app-1.4.0.SHA256SUMS", role: "checksums", bytes: 90, sha256: "2".repeat(64) },
    ],
    run: {
      id: "0a1b",
      name: "app-1.4.0",
      project: "acme/app",
      set: "v1.4.0",
      started: "2026-11-22T03:00:00Z",
      tool: { name: "coldstore", version: "0.1.0", node: "24.21.0", zlib: "1.3.1", git: "2.39.5" },
      ...run,
    },
    seal: "f".repeat(64),
  };
}

/** What a restore of all of that set says. */
export function aRestored(changes: Partial<Restored> = {}): Restored {
  return {
    set: { project: "acme/app", mode: "snapshot", id: "v1.4.0" },
    made: "2026-11-22T03:00:00Z",
    store: "./cold",
    into: "/home/me/restored",
    counts: { files: 1, dirs: 1, symlinks: 1, bytes: 1234 },
    files: 0,
    paths: [],
    against: "manifest",
    skippedLinks: [],
    outwardLinks: [],
    ...changes,
  };
}

/** What a restore of an archive says that nothing vouches for. */
export function aLooseRestore(changes: Partial<Restored> = {}): Restored {
  const { set: _, made: __, ...restored } = aRestored({ store: "/home/me", against: "nothing" });
  return { ...restored, ...changes };
}

/** What `list --set` finds of that set. */
export function aSet(): Extract<Details, { kind: "set" }> {
  return {
    kind: "set",
    set: { project: "acme/app", mode: "snapshot", id: "v1.4.0" },
    store: "./cold",
    manifest: aManifest(),
    entries: [
      { path: "src", type: "dir", mode: 0o775, size: 0 },
      { path: "src/run.sh", type: "file", mode: 0o775, size: 1234, sha256: "3".repeat(64), offset: 1536 },
      { path: "src/link", type: "symlink", mode: 0o777, size: 0, link: "run.sh" },
    ],
    frozen: false,
    proven: "2026-11-23T04:05:06Z",
  };
}
