import type { Plan } from "../model/details.ts";
import { formatBytes, formatCount, formatDuration } from "../model/units.ts";
import { codeSpan } from "./markdown-text.ts";
import { folded, type MarkdownColumn, markdownList, markdownTable } from "./markdown-table.ts";
import { type Finding, planFindings } from "./plan-findings.ts";
import { countsText } from "./plan-lines.ts";
import { shareText, wholeTar } from "./summary-archives.ts";
import { spaceBlocks } from "./summary-charts.ts";
import { baseBlock } from "./summary-base.ts";
import { sinceBlock } from "./summary-since.ts";

/** What would be made. */
export function planBlocks(plan: Plan): readonly string[] {
  const { counts, expectedSeconds } = plan;
  const time = expectedSeconds === undefined ? [] : [`about ${formatDuration(expectedSeconds)}`];
  return [[countsText(counts), ...time, "nothing was written"].join(" · "), `### Archives\n\n${sizeTable(plan)}`];
}

/** What else a dry run found: the difference to the last set, what takes the space, and what to know of the files. */
export function moreOfPlan(plan: Plan, set: string | undefined): readonly string[] {
  const { counts, since, base } = plan;
  return [
    ...(base === undefined ? [] : [baseBlock(base, plan)]),
    ...(since === undefined ? [] : [sinceBlock(since, set)]),
    ...spaceBlocks({ ...plan, bytes: counts.bytes }),
    ...findingBlocks(planFindings(plan)),
  ];
}

/** What a person should know of the files, each under its title. */
export function findingBlocks(findings: readonly Finding[]): readonly string[] {
  if (findings.length === 0) return [];
  const blocks = findings.map(({ title, items }) => folded(title, [markdownList(items, itemText)]));
  return ["### Worth a look", ...blocks];
}

interface Size {
  readonly words: string;
  readonly size: string;
  readonly share: string;
}

const columns: readonly MarkdownColumn<Size>[] = [
  { title: "format", cell: ({ words }) => words },
  { title: "size", align: "right", cell: ({ size }) => size },
  { title: "of the tar", align: "right", cell: ({ share }) => share },
];

function sizeTable({ sizes, tarBytes, splits }: Plan): string {
  const rows = sizes.map(({ format, bytes, exact }): Size => {
    const split = splits.find((each) => each.format === format);
    const parts = split === undefined ? "" : ` in ${split.exact ? "" : "about "}${formatCount(split.parts, "part")}`;
    const size = `${exact ? "" : "about "}${formatBytes(bytes)}`;
    return { words: codeSpan(format) + parts, size, share: shareText(bytes, tarBytes) };
  });
  const tar = sizes.some(({ format }) => format === "tar") ? [] : [{ ...wholeTar, size: formatBytes(tarBytes) }];
  return markdownTable(columns, [...rows, ...tar]);
}

function itemText({ path, bytes, commit, line }: Finding["items"][number]): string {
  const name = codeSpan(path);
  if (bytes !== undefined) return `${name}, ${formatBytes(bytes)}`;
  if (commit !== undefined) return `${name} at ${codeSpan(commit.slice(0, 12))}`;
  return line === undefined ? name : `${name}: ${codeSpan(line)}`;
}
