import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A workflow as a page shows it. */
export interface DocumentedWorkflow {
  readonly page: string;
  readonly name: string;
  readonly text: string;
}

/** Every code block of the README, of docs/action.md, docs/releases.md, docs/restore.md and docs/replicate.md that stands behind `<!-- workflow: NAME -->` or `<!-- ci: workflow -->`. */
export function documentedWorkflows(root: string): readonly DocumentedWorkflow[] {
  return ["README.md", "docs/action.md", "docs/releases.md", "docs/restore.md", "docs/replicate.md"].flatMap((page) => {
    const text = readFileSync(join(root, page), "utf8");
    const blocks = text.matchAll(/<!-- (?:workflow: ([\w-]+)|ci: workflow) -->\n```yaml\n(.*?)^```$/gmsu);
    return [...blocks].map(([, name = "workflow", block = ""]) => ({ page, name, text: block }));
  });
}
