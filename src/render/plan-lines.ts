import type { BaseDifference, Plan, SinceLast, Weight } from "../model/details.ts";
import type { TreeCounts } from "../model/entry.ts";
import { setText } from "../model/set-name.ts";
import { formatBytes, formatCount, formatDuration } from "../model/units.ts";
import { visibleText } from "../model/visible-text.ts";
import { changeSigns } from "./difference-lines.ts";
import { type Finding, planFindings } from "./plan-findings.ts";
import { baseCounts, missingBase, unseenByBase } from "./difference-words.ts";
import { factLines, padTo } from "./table.ts";

/** What a dry run found, part by part; parts without anything in them are left out. The last line says that nothing was written. */
export function planLines(plan: Plan): readonly string[] {
  return [
    ...factLines([
      ["entries", countsText(plan.counts)],
      // One of the formats may be the tar itself.
      ["tar", plan.sizes.some(({ format }) => format === "tar") ? undefined : formatBytes(plan.tarBytes)],
      ...plan.sizes.map(
        ({ format, bytes, exact }) => [format, `${exact ? "" : "about "}${formatBytes(bytes)}`] as const,
      ),
      ["parts", splitText(plan.splits)],
      ["ignored by", plan.engine && ignoredBy[plan.engine]],
      ["time", plan.expectedSeconds === undefined ? undefined : `about ${formatDuration(plan.expectedSeconds)}`],
    ]),
    ...weightLines("biggest entries", plan.biggestEntries),
    ...weightLines("biggest folders", plan.biggestFolders),
    ...findingLines(planFindings(plan)),
    ...(plan.base === undefined ? [] : baseLines(plan.base, plan)),
    ...(plan.since === undefined ? [] : sinceLines(plan.since)),
    "nothing was written",
  ];
}

/** Counts of a tree in words: `78,114 files, 9,321 folders, 3 links, 590 MB`. */
export function countsText({ files, dirs, symlinks, bytes }: TreeCounts): string {
  return [
    formatCount(files, "file"),
    formatCount(dirs, "folder"),
    ...(symlinks > 0 ? [formatCount(symlinks, "link")] : []),
    formatBytes(bytes),
  ].join(", ");
}

/** What a person should know of some paths, each title with its paths below it. */
export function findingLines(findings: readonly Finding[]): readonly string[] {
  return findings.flatMap(({ title, items }) => part(title, items.map(itemLine)));
}

const ignoredBy = { git: ".gitignore files, as git reads them", ignore: ".gitignore files, read without git" } as const;

function splitText(splits: Plan["splits"]): string | undefined {
  const texts = splits.map(({ format, parts, exact }) => `${exact ? "" : "about "}${formatCount(parts)} of ${format}`);
  return texts.length === 0 ? undefined : texts.join(", ");
}

function itemLine({ path, bytes, commit, line }: Finding["items"][number]): string {
  const shown = visibleText(path);
  if (bytes !== undefined) return weightLine({ path, bytes });
  if (commit !== undefined) return `${shown} at ${commit.slice(0, 12)}`;
  return line === undefined ? shown : `${shown}: ${visibleText(line)}`;
}

function baseLines(base: BaseDifference, plan: Plan): readonly string[] {
  const commit = base.commit.slice(0, 10);
  if (base.kind === "missing") {
    const { fetchDepth } = base;
    const deeper = fetchDepth === undefined ? "" : `; check out with fetch-depth: ${fetchDepth} to have it`;
    return [`the base commit ${commit} ${missingBase}${deeper}`];
  }
  const told = `against the base ${commit}: ${baseCounts(base) ?? "nothing differs"}`;
  const unseen = unseenByBase(plan);
  return [unseen === undefined ? told : `${told}; ${unseen}`, ...exampleLines(base)];
}

function sinceLines(since: SinceLast): readonly string[] {
  const { set, added, removed, changed } = since;
  const counts = `${formatCount(added)} added, ${formatCount(removed)} removed, ${formatCount(changed)} changed`;
  return [`since ${visibleText(setText(set))}: ${counts}`, ...exampleLines(since)];
}

function exampleLines({ added, removed, changed, examples }: Omit<SinceLast, "set">): readonly string[] {
  const lines = examples.map(({ path, change }) => `${changeSigns[change]} ${visibleText(path)}`);
  const rest = added + removed + changed - examples.length;
  const more = rest > 0 && examples.length > 0 ? [`  and ${formatCount(rest)} more`] : [];
  return indented([...lines, ...more]);
}

function weightLines(title: string, weights: readonly Weight[]): readonly string[] {
  return part(title, weights.map(weightLine));
}

function weightLine({ path, bytes }: Weight): string {
  return `${padTo(formatBytes(bytes), 7, "right")}  ${visibleText(path)}`;
}

// What a person reads of a long list; --json has it whole.
const mostShown = 20;

function part(title: string, lines: readonly string[]): readonly string[] {
  if (lines.length === 0) return [];
  const rest = lines.length - mostShown;
  const more = rest > 0 ? [`  and ${formatCount(rest)} more`] : [];
  return [title, ...indented([...lines.slice(0, mostShown), ...more])];
}

function indented(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `  ${line}`);
}
