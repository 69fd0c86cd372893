import { tmpdir } from "node:os";
import { openDrillTarget } from "../../src/adapters/local/restore-target.ts";
import type { Report } from "../../src/model/report.ts";
import { replicate } from "../../src/modes/replicate.ts";
import type { Ports } from "../../src/ports/ports.ts";
import type { Store } from "../../src/ports/store.ts";
import type { ReplicateSettings } from "../../src/settings/settings.ts";
import { MemoryPlace, MemoryStore } from "./memory-store.ts";
import { plainScratch } from "./open-fixture.ts";

export const replicateDefaults: ReplicateSettings = {
  mode: "replicate",
  from: { kind: "folder", text: "source", path: "/memory/source" },
  stores: [],
  timeout: 3_600_000,
  stallTimeout: 300_000,
  rclone: { args: [] },
  ssh: { knownHosts: [], maxConnections: 4 },
  sets: [],
  onlyModes: [],
  prove: "digest",
  onConflict: "fail",
  release: { draft: false, prerelease: "auto", latest: "auto" },
  dryRun: false,
};

/** A store in memory that is read, and some that are written; a clock that goes on by a second a run. */
export interface Replicas {
  readonly source: MemoryPlace;
  readonly from: MemoryStore;
  readonly targets: readonly MemoryStore[];
  /** Lines that the runs logged. */
  readonly lines: string[];
  replicate(settings?: Partial<ReplicateSettings>, ports?: Partial<Ports>): Promise<Report>;
}

/** Neither reports digests unless told, as folders. */
export function replicas({
  targets = 1,
  digests = [],
}: { targets?: number; digests?: readonly "sha256"[] } = {}): Replicas {
  const source = new MemoryPlace();
  const from = new MemoryStore({ name: "source", place: source, digests: [] });
  const stores = Array.from({ length: targets }, (_, i) => new MemoryStore({ name: `target-${i + 1}`, digests }));
  const lines: string[] = [];
  let runs = 0;
  return {
    source,
    from,
    targets: stores,
    lines,
    replicate: async (settings = {}, own = {}) => {
      runs += 1;
      return replicate({ ...replicateDefaults, ...settings }, { ...replicaPorts(from, stores, runs, lines), ...own });
    },
  };
}

/** Ports of a run that copies from a store to others; what it has no use for fails. */
export function replicaPorts(from: Store, stores: readonly Store[], run = 1, lines: string[] = []): Ports {
  const say = (line: string) => void lines.push(line);
  const unused = async () => Promise.reject(new Error("a run that copies sets has no use for this"));
  const now = Date.UTC(2026, 10, 23, 3) + run * 1000;
  return {
    openRepository: unused,
    openFolder: unused,
    openTarget: unused,
    foreseeTarget: unused,
    openDrill: async () => openDrillTarget({ root: tmpdir(), signal: new AbortController().signal }),
    from,
    stores,
    outputs: { find: async () => [] },
    workspace: { scratch: async () => plainScratch(), freeBytes: async () => undefined },
    log: { step: say, event: say, warn: say, debug: say },
    progress: { start: () => ({ add: () => {}, done: () => {} }) },
    signal: new AbortController().signal,
    now: () => new Date(now),
    run: {
      id: `copy-${run}`,
      tool: { name: "coldstore", version: "0.1.0", node: "24.0.0", zlib: "1.3.1" },
      system: { os: "test" },
    },
  };
}

/** What lies in sets, without records and history, by key. */
export function setsOf(place: MemoryPlace): Record<string, string> {
  const keys = place.keys().filter((key) => !/^[^/]+\/[^/]+\/(records|history)\//.test(key));
  return Object.fromEntries(keys.map((key) => [key, Buffer.from(place.objects.get(key)!.data).toString("base64")]));
}

/** Keys of records of these kinds. */
export function recordsOf(place: MemoryPlace, kind = ""): string[] {
  return place.keys().filter((key) => new RegExp(`^[^/]+/[^/]+/records/.*/${kind}[^/]*$`).test(key));
}
