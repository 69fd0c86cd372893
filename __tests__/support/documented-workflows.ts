import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A workflow as a page shows it. */
export interface DocumentedWorkflow {
  readonly page: string;
  readonly name: string;
  readonly text: string;
}

const pages = [
  "README.md",
  ...["action", "releases", "restore", "replicate", "stores"].map((name) => `docs/${name}.md`),
];

/** Every code block of these pages that stands behind `<!-- workflow: NAME -->` or `<!-- ci: workflow -->`. */
export function documentedWorkflows(root: string): readonly DocumentedWorkflow[] {
  return pages.flatMap((page) => {
    const text = readFileSync(join(root, page), "utf8");
    const blocks = text.matchAll(/<!-- (?:workflow: ([\w-]+)|ci: workflow) -->\n```yaml\n(.*?)^```$/gmsu);
    return [...blocks].map(([, name = "workflow", block = ""]) => ({ page, name, text: block }));
  });
}
