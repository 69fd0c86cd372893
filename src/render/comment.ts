import type { Plan } from "../model/details.ts";
import type { Report } from "../model/report.ts";
import { formatBytes, formatCount } from "../model/units.ts";
import { baseCounts } from "./difference-words.ts";
import { fittingBlocks } from "./fitting-blocks.ts";
import { prose } from "./markdown-text.ts";
import { errorsOf } from "./report-errors.ts";
import { errorBlocks, summaryHeading, warningBlocks } from "./summary-heading.ts";
import { moreOfPlan, planBlocks } from "./summary-plan.ts";

/** The most that GitHub takes as a comment, in characters; a longer one is refused with 422. */
export const commentLimit = 65_536;

/**
 * The first line of a comment, by which a later run finds it; a page doesn't show it. `step` tells apart several steps of one
 * mode in a pull request's workflows.
 */
export function commentMarker({ mode }: Pick<Report, "mode">, step = ""): string {
  const name = [mode, step].map((part) => part.replaceAll(/[^A-Za-z0-9._/]+/g, "-").slice(0, 200)).filter(Boolean);
  return `<!-- coldstore:${name.join(":")} -->`;
}

/**
 * What a pull request is told of a dry run, as Markdown below the marker: what would be archived and what is new against the base,
 * or what stands against it. undefined where there is nothing to tell. Nothing in it acts: no mention, no reference, no markup.
 */
export function renderComment(report: Report, step?: string): string | undefined {
  const plan = report.details?.kind === "plan" ? report.details.plan : undefined;
  if (!isMaking(report) || (plan === undefined && report.errors.length === 0)) return undefined;
  const blocks = [
    headingOf(report, plan),
    ...errorBlocks(report),
    ...(plan === undefined ? [] : [...planBlocks(plan), ...moreOfPlan(plan, report.outcomes[0]?.set)]),
    ...warningBlocks(report),
  ];
  const shown = fittingBlocks(blocks, { most: room, sizeOf: (text) => text.length, left: leftOut });
  return `${[commentMarker(report, step), ...shown].join("\n\n")}\n`;
}

// For the marker and the last line.
const room = commentLimit - 1024;

function leftOut(blocks: number): string {
  return `${formatCount(blocks, "part")} of this would be too long for a comment; the run's summary has more.`;
}

function isMaking({ mode }: Report): boolean {
  return mode === "snapshot" || mode === "archive";
}

/** Good or bad, and what the pull request changes. */
function headingOf(report: Report, plan: Plan | undefined): string {
  if (plan === undefined || errorsOf(report).length > 0) return summaryHeading(report);
  const { base, counts } = plan;
  const set = report.outputs["set"];
  const of = typeof set === "string" ? ` ${prose(set, 100)}` : "";
  const all = `${formatCount(counts.files, "file")}, ${formatBytes(counts.bytes)}`;
  const changes = base?.kind === "compared" ? (baseCounts(base) ?? "nothing differs") : undefined;
  const news = changes === undefined ? "" : `; against the base, ${changes}`;
  return `## ✅ ${report.mode}${of} would be made: ${all}${news}`;
}
