import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { foreseeRestoreTarget, openDrillTarget, openRestoreTarget } from "../../src/adapters/local/restore-target.ts";
import { asColdstoreError, type ColdstoreError, exitCodeOf } from "../../src/model/errors.ts";
import type { Manifest } from "../../src/model/manifest.ts";
import type { Report } from "../../src/model/report.ts";
import { archive } from "../../src/modes/archive.ts";
import { list } from "../../src/modes/list.ts";
import { restore } from "../../src/modes/restore.ts";
import { snapshot } from "../../src/modes/snapshot.ts";
import { verify } from "../../src/modes/verify.ts";
import type { SourceFolder } from "../../src/ports/folder.ts";
import type { Ports } from "../../src/ports/ports.ts";
import type { Repository } from "../../src/ports/repository.ts";
import type {
  ArchiveSettings,
  ListSettings,
  RestoreSettings,
  SnapshotSettings,
  VerifySettings,
} from "../../src/settings/settings.ts";
import { parseManifest } from "../../src/steps/seal-manifest.ts";
import { memoryRepository, type MemorySpec } from "./memory-repository.ts";
import { MemoryPlace, MemoryStore } from "./memory-store.ts";
import { plainScratch } from "./open-fixture.ts";

/** A small tree with a folder, an executable and a link, and a tag v1.4.0. */
export const smallProject: MemorySpec = {
  files: {
    "README.md": "# app\n",
    "src/run.sh": { executable: "#!/bin/sh\necho run\n" },
    "src/data.txt": "some data\n".repeat(500),
    link: { link: "src/run.sh" },
  },
  tags: { "v1.4.0": "annotated" },
};

export const snapshotDefaults: SnapshotSettings = {
  mode: "snapshot",
  source: "/memory/app",
  project: "acme/app",
  ref: "v1.4.0",
  stores: [],
  timeout: 3_600_000,
  stallTimeout: 300_000,
  rclone: { args: [] },
  ssh: { knownHosts: [], maxConnections: 4 },
  files: [],
  formats: ["tar.gz"],
  compressionLevel: 6,
  exportSubst: "stable",
  submodules: "fail",
  lfs: "fail",
  dirty: "warn",
  prove: "digest",
  onConflict: "fail",
  freeze: false,
  notes: [],
  contacts: [],
  recordEnvironment: false,
  dryRun: false,
  release: { draft: false, prerelease: "auto", latest: "auto" },
  comment: "never",
  setsBack: 0,
};

const { mode: _, ref: __, exportSubst: ___, dirty: ____, ...makingDefaults } = snapshotDefaults;

const archiveDefaults: ArchiveSettings = {
  ...makingDefaults,
  mode: "archive",
  filters: { exclude: [], include: [], profiles: [] },
  symlinks: "keep",
};

const restoreDefaults: RestoreSettings = {
  mode: "restore",
  stores: [],
  timeout: 1,
  stallTimeout: 1,
  rclone: { args: [] },
  ssh: { knownHosts: [], maxConnections: 4 },
  paths: [],
  into: "/memory/restored",
  symlinks: "keep",
  outwardLinks: "refuse",
  dryRun: false,
};

/** What tests run modes in: a repository, stores in memory, and a clock that goes on by a second a run. */
export interface World {
  readonly place: MemoryPlace;
  readonly store: MemoryStore;
  /** Lines that the runs logged. */
  readonly lines: string[];
  snapshot(settings?: Partial<SnapshotSettings>, ports?: Partial<Ports>): Promise<Report>;
  /** Stored with success, or the test fails. */
  stored(settings?: Partial<SnapshotSettings>, ports?: Partial<Ports>): Promise<Report>;
  archive(settings?: Partial<ArchiveSettings>, ports?: Partial<Ports>): Promise<Report>;
  verify(settings?: Partial<VerifySettings>, ports?: Partial<Ports>): Promise<Report>;
  list(settings?: Partial<ListSettings>, ports?: Partial<Ports>): Promise<Report>;
  /** Into a folder that isn't there: give a target of the test's own, or a dry run. */
  restore(settings?: Partial<RestoreSettings>, ports?: Partial<Ports>): Promise<Report>;
}

export interface WorldOptions {
  /** What archive mode reads. */
  readonly folder?: SourceFolder;
  readonly repository?: Repository | MemorySpec;
  readonly place?: MemoryPlace;
  /** Digests that the store reports; none, as a folder, unless told. */
  readonly digests?: readonly "sha256"[];
  /** The store behaves as releases do. */
  readonly likeReleases?: boolean;
}

/** The set of the small project's tag, in the world's store. */
export const setFolder = "acme/app/snapshot/v1.4.0/";

export function makeWorld({
  folder,
  repository = smallProject,
  place = new MemoryPlace(),
  likeReleases = false,
  digests = likeReleases ? ["sha256"] : [],
}: WorldOptions = {}) {
  const opened = "resolve" in repository ? repository : memoryRepository(repository);
  const store = new MemoryStore({ place, digests, likeReleases });
  const lines: string[] = [];
  let runs = 0;
  const portsOf = (own: Partial<Ports>): Ports => {
    runs += 1;
    const started = Date.UTC(2026, 10, 22, 3) + runs * 1000;
    const say = (line: string) => void lines.push(line);
    return {
      openRepository: async () => opened,
      openFolder: async () => {
        if (folder === undefined) throw new Error("this world has no folder");
        return folder;
      },
      openTarget: async (into) => openRestoreTarget({ into, signal: new AbortController().signal }),
      foreseeTarget: async (into) => foreseeRestoreTarget({ into, signal: new AbortController().signal }),
      openDrill: async () => openDrillTarget({ root: tmpdir(), signal: new AbortController().signal }),
      stores: [store],
      outputs: { find: async () => [] },
      workspace: { scratch: async () => plainScratch(), freeBytes: async () => undefined },
      log: { step: say, event: say, warn: say, debug: say },
      progress: { start: () => ({ add: () => {}, done: () => {} }) },
      signal: new AbortController().signal,
      now: () => new Date(started),
      run: {
        id: `run-${runs}`,
        tool: { name: "coldstore", version: "0.1.0", node: "24.0.0", zlib: "1.3.1" },
        system: { os: "test" },
      },
      ...own,
    };
  };
  const world: World = {
    place,
    store,
    lines,
    snapshot: async (settings = {}, own = {}) => snapshot({ ...snapshotDefaults, ...settings }, portsOf(own)),
    archive: async (settings = {}, own = {}) => archive({ ...archiveDefaults, ...settings }, portsOf(own)),
    stored: async (settings = {}, own = {}) => {
      const report = await world.snapshot(settings, own);
      if (report.errors.length > 0) throw report.errors[0]!;
      return report;
    },
    verify: async (settings = {}, own = {}) =>
      verify(
        {
          mode: "verify",
          stores: [],
          timeout: 1,
          stallTimeout: 1,
          rclone: { args: [] },
          ssh: { knownHosts: [], maxConnections: 4 },
          sets: [],
          level: "read",
          dryRun: false,
          ...settings,
        },
        portsOf(own),
      ),
    list: async (settings = {}, own = {}) =>
      list(
        {
          mode: "list",
          stores: [],
          timeout: 1,
          stallTimeout: 1,
          rclone: { args: [] },
          ssh: { knownHosts: [], maxConnections: 4 },
          sets: [],
          ...settings,
        },
        portsOf(own),
      ),
    restore: async (settings = {}, own = {}) => restore({ ...restoreDefaults, ...settings }, portsOf(own)),
  };
  return world;
}

/** A world in whose store the small project is stored. */
export async function storedWorld(
  settings: Partial<SnapshotSettings> = {},
  options: WorldOptions = {},
): Promise<World> {
  const world = makeWorld(options);
  await world.stored(settings);
  return world;
}

/** What a store has of the set, without the folder. */
export function filesIn(place: MemoryPlace, folder = setFolder): string[] {
  return place.keys().flatMap((key) => (key.startsWith(folder) ? key.slice(folder.length) : []));
}

export function manifestIn(place: MemoryPlace, folder = setFolder): Manifest {
  const name = filesIn(place, folder).find((file) => file.endsWith(".coldstore.json"));
  if (name === undefined) throw new Error(`no manifest in ${filesIn(place, folder).join(", ")}`);
  return parseManifest(bytesIn(place, folder + name), name);
}

export function bytesIn(place: MemoryPlace, key: string): Buffer {
  const kept = place.objects.get(key);
  if (kept === undefined) throw new Error(`no ${key}`);
  return Buffer.from(kept.data);
}

/** Each object's key with the digest of its bytes, records and history left out: what must not change. */
export function stateOf(place: MemoryPlace, folder = setFolder): Record<string, string> {
  const keys = place.keys().filter((key) => key.startsWith(folder));
  return Object.fromEntries(keys.map((key) => [key, createHash("sha256").update(bytesIn(place, key)).digest("hex")]));
}

export const outcomesOf = (report: Report): string[] => report.outcomes.map(({ outcome }) => outcome);

export const exitOf = (report: Report): number => exitCodeOf(report.errors.map(({ failure }) => failure));

/** The error that a run ends with; fails when it doesn't. */
export async function errorOf(run: Promise<unknown>): Promise<ColdstoreError> {
  const answer = await run.then(
    () => undefined,
    (error: unknown) => asColdstoreError(error),
  );
  if (answer === undefined) throw new Error("the run ended without an error");
  return answer;
}

/** Build outputs in a folder of the test's own. */
export function buildOutputs(files: Readonly<Record<string, string>>): Ports["outputs"] & Disposable {
  const folder = mkdtempSync(join(tmpdir(), "coldstore-outputs-"));
  const found = Object.entries(files).map(([name, data]) => {
    const path = join(folder, name);
    writeFileSync(path, data);
    return { name, path, bytes: Buffer.byteLength(data) };
  });
  return { find: async () => found, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}
