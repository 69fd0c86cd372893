import type { Report } from "../model/report.ts";
import { setText } from "../model/set-name.ts";
import { formatCount } from "../model/units.ts";
import { fittingBlocks } from "./fitting-blocks.ts";
import { selectionFindings } from "./plan-findings.ts";
import { archivesBlock, originBlock, outputFilesBlocks } from "./summary-archives.ts";
import { sizesBlocks, spaceBlocks } from "./summary-charts.ts";
import { checksBlock } from "./summary-checks.ts";
import { errorBlocks, summaryHeading, warningBlocks } from "./summary-heading.ts";
import { findingBlocks, moreOfPlan, planBlocks } from "./summary-plan.ts";
import { replicatedBlocks } from "./summary-replicated.ts";
import { restoredBlocks } from "./summary-restored.ts";
import { setBlocks, setsBlocks } from "./summary-sets.ts";
import { differenceBlock, sinceBlock } from "./summary-since.ts";
import { sourceBlock } from "./summary-source.ts";
import { storesBlocks } from "./summary-stores.ts";
import { verifiedBlocks } from "./summary-verified.ts";

/**
 * The most that GitHub takes as one step's summary, in bytes of UTF-8; a larger one isn't shown at all.
 * docs.github.com, "Workflow commands for GitHub Actions", on step isolation and limits.
 */
export const summaryLimitBytes = 1024 * 1024;

/**
 * What a workflow's page shows of a run, as Markdown: the first line says whether it went well. Always smaller than
 * GitHub's limit, and nothing that a name or a message holds becomes markup.
 */
export function renderSummary(report: Report): string {
  const blocks = [
    summaryHeading(report),
    ...(report.made === undefined ? [] : [originBlock(report.made)]),
    ...errorBlocks(report),
    ...madeBlocks(report),
    ...planned(report),
    ...outcomeBlocks(report),
    ...foundBlocks(report),
    ...warningBlocks(report),
    ...moreOfMade(report),
  ];
  const shown = fittingBlocks(blocks, { most: room, sizeOf: (text) => Buffer.byteLength(text), left: leftOut });
  return `${shown.join("\n\n")}\n`;
}

function outcomeBlocks(report: Report): readonly string[] {
  if (report.mode === "verify") return verifiedBlocks(report.outcomes);
  return report.mode === "replicate" ? replicatedBlocks(report.outcomes) : storesBlocks(report);
}

function madeBlocks({ made, outputs }: Report): readonly string[] {
  return made === undefined ? outputFilesBlocks(outputs) : [archivesBlock(made)];
}

function moreOfMade({ made }: Report): readonly string[] {
  if (made === undefined) return [];
  const { set, since, manifest, past } = made;
  return [
    ...(since === undefined ? [] : [sinceBlock(since, setText(set))]),
    ...sizesBlocks(past),
    ...spaceBlocks({ ...made, bytes: manifest.content.tree.bytes }),
    checksBlock(made),
    sourceBlock(made),
  ];
}

function planned({ details }: Report): readonly string[] {
  return details?.kind === "plan" ? planBlocks(details.plan) : [];
}

function foundBlocks({ details, outcomes }: Report): readonly string[] {
  if (details === undefined) return [];
  switch (details.kind) {
    case "plan":
      return moreOfPlan(details.plan, outcomes[0]?.set);
    case "selection":
      return findingBlocks(selectionFindings(details.selection));
    case "restored":
      return restoredBlocks(details.restored);
    case "sets":
      return setsBlocks(details);
    case "set":
      return setBlocks(details);
    case "difference":
      return details.changes.length === 0 ? [] : [differenceBlock(details.changes)];
  }
}

// Room for the last line, and for what the runner may put behind it.
const room = summaryLimitBytes - 4096;

function leftOut(blocks: number): string {
  return `${formatCount(blocks, "part")} of this summary would be too long; the report has it all.`;
}
