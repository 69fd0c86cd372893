import { setPrefix, type SetName } from "./set-name.ts";

/** What is said about a set after it was made; each is a file of its own, never rewritten. */
export type RecordKind = "proof" | "freeze" | "unfreeze";

/** Key of a record about a set. `time` is compact (20261122T021500Z). */
export function recordKey(
  set: SetName,
  kind: RecordKind,
  stamp: { readonly time: string; readonly run: string },
): string {
  return `${recordsPrefix(set)}${kind}-${stamp.time}-${stamp.run}.json`;
}

/** Where the records of a set lie, with a trailing slash. */
export function recordsPrefix({ project, mode, id }: SetName): string {
  return `${project}/records/${mode}/${id}/`;
}

/** Key of a run's line in a project's history. */
export function historyKey(project: string, stamp: { readonly time: string; readonly run: string }): string {
  return `${project}/history/${stamp.time}-${stamp.run}.json`;
}

/** What a key stands for; undefined for one that isn't laid out as ours are. */
export type KeyMeaning =
  | { readonly kind: "set-file"; readonly set: SetName; readonly file: string }
  | { readonly kind: "record"; readonly set: SetName; readonly record: string; readonly time: string }
  | { readonly kind: "history"; readonly project: string; readonly time: string };

const setModes: ReadonlySet<string> = new Set(["snapshot", "archive", "backup", "raw", "working"]);

/** Reads a key of a store that keeps many projects. */
export function meaningOf(key: string): KeyMeaning | undefined {
  const parts = key.split("/");
  const [owner, repo, area = ""] = parts;
  const project = `${owner}/${repo}`;
  if (area === "history" && parts.length === 4) return { kind: "history", project, time: timeIn(parts[3] ?? "") };
  const [, , , mode = "", id = "", file = ""] = parts;
  if (area === "records" && parts.length === 6)
    return { kind: "record", set: { project, mode, id }, record: file.split("-")[0] ?? "", time: timeIn(file) };
  if (!setModes.has(area) || parts.length < 5) return undefined;
  const set = { project, mode: area, id: parts[3] ?? "" };
  return { kind: "set-file", set, file: key.slice(setPrefix(set).length) };
}

/**
 * Whether what reads as a file of a set is a record, seen from the folder above which the store lies: there `records` is where
 * a project's second part should be.
 */
export function isRecordFromWithin({ project, id }: SetName, file: string): boolean {
  return project.endsWith("/records") && id !== "" && /^[a-z]+-\d{8}T\d{6}Z-[A-Za-z0-9-]+\.json$/.test(file);
}

function timeIn(file: string): string {
  return /\d{8}T\d{6}Z/.exec(file)?.[0] ?? "";
}
