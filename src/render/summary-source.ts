import type { Made } from "../model/details.ts";
import { contentFacts, sourceFacts } from "./content-facts.ts";
import { folded } from "./markdown-table.ts";
import { factTable } from "./summary-sets.ts";
import { readableTime } from "./times.ts";

/** What the set is of and how it was made, for those who look closer. */
export function sourceBlock({ set, manifest }: Made): string {
  const { content, run } = manifest;
  const facts = factTable([
    ["project", set.project],
    ["set", set.id],
    ...sourceFacts(content.source),
    ["tree", content.source?.tree],
    ["branch", run.branch],
    ["origin", run.origin],
    ["prefix", content.prefix],
    ...contentFacts(manifest),
    ["content", manifest.content_sha256],
    ["made", `${readableTime(run.started)} UTC`],
    ["by", `${run.tool.name} ${run.tool.version}${run.tool.git === undefined ? "" : `, git ${run.tool.git}`}`],
    ["milestone", run.milestone],
    ...(run.notes ?? []).map((note) => ["note", note] as const),
    ...(run.contacts ?? []).map((contact) => ["contact", contact] as const),
  ]);
  return folded("Source and settings", [facts]);
}
