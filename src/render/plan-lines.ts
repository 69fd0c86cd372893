import type { Plan, SinceLast, Weight } from "../model/details.ts";
import type { TreeCounts } from "../model/entry.ts";
import { setText } from "../model/set-name.ts";
import { formatBytes, formatCount, formatDuration } from "../model/units.ts";
import { visibleText } from "../model/visible-text.ts";
import { changeSigns } from "./difference-lines.ts";
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
      ["time", plan.expectedSeconds === undefined ? undefined : `about ${formatDuration(plan.expectedSeconds)}`],
    ]),
    ...weightLines("biggest entries", plan.biggestEntries),
    ...weightLines("biggest folders", plan.biggestFolders),
    ...part(
      `${formatCount(plan.submodules.length, "submodule")}, of which the archive has only the folder`,
      plan.submodules.map(({ path, commit }) => `${visibleText(path)} at ${commit.slice(0, 12)}`),
    ),
    ...lfsLines(plan),
    ...part(
      `${formatCount(plan.exportSubst.length, "line")} that export-subst fills in differently in a plain git archive`,
      plan.exportSubst.map(({ path, line }) => `${visibleText(path)}: ${visibleText(line.trim())}`),
    ),
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

function lfsLines({ lfs }: Plan): readonly string[] {
  const bytes = lfs.reduce((sum, pointer) => sum + pointer.bytes, 0);
  const title = `${formatCount(lfs.length, "Git LFS pointer")}, standing for ${formatBytes(bytes)}`;
  return part(title, weighed(lfs));
}

function sinceLines({ set, added, removed, changed, examples }: SinceLast): readonly string[] {
  const counts = `${formatCount(added)} added, ${formatCount(removed)} removed, ${formatCount(changed)} changed`;
  const lines = examples.map(({ path, change }) => `${changeSigns[change]} ${visibleText(path)}`);
  const rest = added + removed + changed - examples.length;
  const more = rest > 0 && examples.length > 0 ? [`  and ${formatCount(rest)} more`] : [];
  return [`since ${visibleText(setText(set))}: ${counts}`, ...indented([...lines, ...more])];
}

function weightLines(title: string, weights: readonly Weight[]): readonly string[] {
  return part(title, weighed(weights));
}

function weighed(weights: readonly Weight[]): readonly string[] {
  return weights.map(({ path, bytes }) => `${padTo(formatBytes(bytes), 7, "right")}  ${visibleText(path)}`);
}

function part(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [title, ...indented(lines)];
}

function indented(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `  ${line}`);
}
