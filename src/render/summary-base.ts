import type { BaseDifference, Plan } from "../model/details.ts";
import { baseCounts, missingBase, unseenByBase } from "./difference-words.ts";
import { codeBlock, codeSpan } from "./markdown-text.ts";
import { changesTable } from "./summary-since.ts";
import { checkoutFix } from "./workflow-fix.ts";

/** What would enter and leave the archive with a pull request, and the biggest of it; or why that can't be told. */
export function baseBlock(base: BaseDifference, plan: Plan): string {
  const blocks = base.kind === "compared" ? comparedBlocks(base, plan) : missingBlocks(base);
  return ["### Against the base", ...blocks].join("\n\n");
}

function comparedBlocks(base: Extract<BaseDifference, { kind: "compared" }>, plan: Plan): readonly string[] {
  const { added, removed, changed, examples } = base;
  const counts = baseCounts(base);
  const commit = codeSpan(base.commit.slice(0, 10));
  const unseen = unseenByBase(plan);
  const limits = unseen === undefined ? "" : ` ${unseen.charAt(0).toUpperCase()}${unseen.slice(1)}.`;
  return [
    `Compared with ${commit}, ${counts === undefined ? "nothing differs" : `of the entries ${counts}`}.${limits}`,
    ...(examples.length === 0 ? [] : [changesTable(examples, added + removed + changed)]),
  ];
}

function missingBlocks({ commit, fetchDepth }: Extract<BaseDifference, { kind: "missing" }>): readonly string[] {
  const said = `The base commit ${codeSpan(commit.slice(0, 10))} ${missingBase}.`;
  if (fetchDepth === undefined) return [said];
  const fix = codeBlock("yaml", checkoutFix({ "fetch-depth": String(fetchDepth) }).split("\n"));
  return [said, `In the workflow:\n\n${fix}`];
}
