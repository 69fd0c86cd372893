import type { Details } from "../../src/model/details.ts";
import { ColdstoreError } from "../../src/model/errors.ts";
import type { Report } from "../../src/model/report.ts";
import { exampleSnapshot } from "./example-summary.ts";
import { aPlan, aSet } from "./reports.ts";

/** How a report is filled: each text of it is another word, and each list is so long. */
export interface Filling {
  readonly word: () => string;
  readonly length: number;
}

const failingModes = ["archive", "verify", "list"] as const;

/** Reports of every kind in which all that comes from outside is a given text. */
export function filledReports(filling: Filling): readonly Report[] {
  return [
    filledReport(filling),
    ...allDetails(filling).map((details) => reportWith(filling, "snapshot", details)),
    ...failingModes.map((mode) => reportWith(filling, mode, undefined)),
  ];
}

/** The one of a set that was made. */
export function filledReport(filling: Filling): Report {
  return reportWith(filling, "snapshot", undefined);
}

function reportWith(filling: Filling, mode: string, details: Details | undefined): Report {
  const { word } = filling;
  const { outputs, outcomes, warnings, errors } = manyOf(filling);
  const report = { mode, status: "ok", outputs, outcomes, warnings, errors } as const;
  if (details !== undefined) return { ...report, errors: [], details };
  return mode === "snapshot"
    ? { ...report, errors: [], made: madeOf(filling) }
    : { ...report, mode: `${mode}${word()}` };
}

function manyOf({ word, length }: Filling) {
  const list = <T>(make: (i: number) => T): T[] => Array.from({ length }, (_, i) => make(i));
  return {
    outputs: { set: word(), manifest: `a/${word()}/b` },
    outcomes: list((i) => ({
      outcome: (["stored", "failed", "corrupt", "ok"] as const)[i % 4]!,
      store: word(),
      set: word(),
      file: word(),
      bytes: i,
      seconds: i,
      proof: "read" as const,
      detail: `${word().replaceAll("\n", " ")}\nsecond line`,
      url: `https://example.com/${encodeURIComponent(word().toWellFormed())}`,
    })),
    warnings: list(word),
    errors: list(() => new ColdstoreError("store", word(), { remedy: { settings: { lfs: word() } } })),
  };
}

function madeOf({ word, length }: Filling): NonNullable<Report["made"]> {
  const { made } = exampleSnapshot();
  const { content, artifacts, run } = made!.manifest;
  const list = <T>(make: (i: number) => T): T[] => Array.from({ length }, (_, i) => make(i));
  const flat = (text: string) => text.replaceAll("/", "_");
  return {
    set: { project: word(), mode: "snapshot", id: word() },
    store: word(),
    biggestEntries: list((i) => ({ path: `in/${word()}`, bytes: i + 1 })),
    biggestFolders: list((i) => ({ path: `${i}${flat(word())}`, bytes: i + 1 })),
    past: list((i) => ({ id: word(), made: word(), tarBytes: i, archiveBytes: i })),
    since: {
      set: { project: word(), mode: word(), id: word() },
      added: length,
      removed: 0,
      changed: 0,
      examples: list((i) => ({ path: word(), change: "added", bytes: i })),
    },
    manifest: {
      ...made!.manifest,
      content: { ...content, prefix: word(), source: { ...content.source!, committed: word(), tag: { name: word() } } },
      artifacts: [...artifacts, ...list((i) => ({ name: word(), role: "file" as const, bytes: i, sha256: word() }))],
      run: { ...run, branch: word(), origin: word(), notes: list(word), contacts: list(word), milestone: word() },
    },
  };
}

function allDetails({ word, length }: Filling): readonly Details[] {
  const list = <T>(make: (i: number) => T): T[] => Array.from({ length }, (_, i) => make(i));
  const set = () => ({ project: word(), mode: word(), id: word() });
  const entry = () => ({ path: word(), type: "symlink" as const, mode: 0o777, size: 0, link: word() });
  const plan = aPlan({
    biggestEntries: list((i) => ({ path: `in/${word()}`, bytes: i + 1 })),
    submodules: list(() => ({ path: word(), commit: word() })),
    lfs: list((i) => ({ path: word(), oid: word(), bytes: i })),
    profiles: [{ name: word(), patterns: list(word) }],
    trackedButIgnored: list(word),
    untracked: list(word),
    credentials: list(word),
    outwardLinks: list(word),
    exportSubst: list(() => ({ path: word(), line: word() })),
    base: {
      kind: "compared",
      commit: word(),
      added: length,
      removed: 0,
      changed: 0,
      bytes: length,
      examples: list((i) => ({ path: word(), change: "added", bytes: i })),
    },
  });
  const rows = list(
    () => ({ set: set(), store: word(), state: "damaged", bytes: 1, frozen: true, detail: word() }) as const,
  );
  return [
    { kind: "plan", plan },
    { kind: "plan", plan: aPlan({ base: { kind: "missing", commit: word(), fetchDepth: 2 } }) },
    { kind: "selection", selection: { untracked: list(word), credentials: list(word), outwardLinks: list(word) } },
    { kind: "sets", stores: [word(), word()], rows },
    { ...aSet(), store: word(), entries: list(entry) },
    {
      kind: "difference",
      before: set(),
      after: set(),
      changes: list(() => ({ path: word(), change: "added", after: entry() })),
    },
  ];
}
