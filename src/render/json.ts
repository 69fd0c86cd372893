import type {
  BaseDifference,
  Details,
  EntryChange,
  Made,
  PastSet,
  Plan,
  Restored,
  SetRow,
  SinceLast,
} from "../model/details.ts";
import type { Entry } from "../model/entry.ts";
import { reportSchema, type Problem, type Report } from "../model/report.ts";
import { setText } from "../model/set-name.ts";
import { errorsOf, exitOf } from "./report-errors.ts";

type Json = Readonly<Record<string, unknown>>;

/**
 * The run as the one JSON object that `--json` prints, in one line with a newline. Outputs stand under their own names,
 * what list, a restore, a dry run and an archive's run found under `sets`, `set-details`, `difference`, `restored`, `plan` or `selection`, how a set
 * stands to those before it under `made`; what is absent is left out.
 */
export function renderJson(report: Report): string {
  return `${JSON.stringify(jsonReport(report))}\n`;
}

function jsonReport(report: Report): Json {
  return {
    schema: reportSchema,
    mode: report.mode,
    exit: exitOf(report),
    status: report.status,
    problems: problemsOf(report),
    outcomes: report.outcomes,
    ...report.outputs,
    ...(report.details && jsonDetails(report.details)),
    ...(report.made && { made: jsonMade(report.made) }),
  };
}

/** Everything that a person should know, errors first. */
function problemsOf(report: Report): readonly Problem[] {
  return [
    ...errorsOf(report).map(({ message }): Problem => ({ severity: "error", message })),
    ...report.warnings.map((message): Problem => ({ severity: "warning", message })),
  ];
}

function jsonDetails(details: Details): Json {
  switch (details.kind) {
    case "plan":
      return { plan: jsonPlan(details.plan) };
    case "selection": {
      const { untracked, credentials, outwardLinks } = details.selection;
      return { selection: { untracked, credentials, "outward-links": outwardLinks } };
    }
    case "restored":
      return { restored: jsonRestored(details.restored) };
    case "sets":
      return { sets: details.rows.map(jsonRow) };
    case "set": {
      const { set, store, manifest, entries, frozen, proven } = details;
      return { "set-details": { set: setText(set), store, frozen, proven, manifest, entries: entries.map(jsonEntry) } };
    }
    case "difference": {
      const { before, after, changes } = details;
      return { difference: { before: setText(before), after: setText(after), changes: changes.map(jsonChange) } };
    }
  }
}

function jsonPlan(plan: Plan): Json {
  return {
    counts: plan.counts,
    "tar-bytes": plan.tarBytes,
    sizes: plan.sizes,
    "biggest-entries": plan.biggestEntries,
    "biggest-folders": plan.biggestFolders,
    splits: plan.splits,
    policies: plan.policies,
    submodules: plan.submodules,
    lfs: plan.lfs,
    engine: plan.engine,
    profiles: plan.profiles,
    "tracked-but-ignored": plan.trackedButIgnored,
    untracked: plan.untracked,
    credentials: plan.credentials,
    "outward-links": plan.outwardLinks,
    "export-subst": plan.exportSubst,
    since: plan.since && jsonSince(plan.since),
    base: plan.base && jsonBase(plan.base),
    past: plan.past?.map(jsonPast),
    "expected-seconds": plan.expectedSeconds,
  };
}

/** The manifest isn't in it: it lies beside the set. */
function jsonMade({ set, store, biggestEntries, biggestFolders, past, since }: Made): Json {
  return {
    set: setText(set),
    store,
    "biggest-entries": biggestEntries,
    "biggest-folders": biggestFolders,
    past: past.map(jsonPast),
    since: since && jsonSince(since),
  };
}

function jsonPast({ id, made, tarBytes, archiveBytes }: PastSet): Json {
  return { id, made, "tar-bytes": tarBytes, "archive-bytes": archiveBytes };
}

function jsonSince(since: SinceLast): Json {
  return { ...since, set: setText(since.set) };
}

function jsonBase(base: BaseDifference): Json {
  if (base.kind === "missing") return { state: "missing", commit: base.commit, "fetch-depth": base.fetchDepth };
  const { kind, ...compared } = base;
  return { state: kind, ...compared };
}

function jsonRestored({ set, skippedLinks, outwardLinks, ...restored }: Restored): Json {
  return { set: set && setText(set), ...restored, "skipped-links": skippedLinks, "outward-links": outwardLinks };
}

function jsonRow({ set, ...rest }: SetRow): Json {
  return { set: setText(set), ...rest };
}

function jsonChange({ path, change, before, after }: EntryChange): Json {
  return { path, change, before: before && jsonEntry(before), after: after && jsonEntry(after) };
}

// Names that aren't UTF-8 are bytes; JSON has them in base64, beside the lossy text.
function jsonEntry({ pathBytes, linkBytes, ...entry }: Entry): Json {
  return { ...entry, "path-bytes": base64(pathBytes), "link-bytes": base64(linkBytes) };
}

function base64(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined ? undefined : Buffer.from(bytes).toString("base64");
}
