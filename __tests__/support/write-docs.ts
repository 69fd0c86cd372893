import { readFile, writeFile } from "node:fs/promises";
import { manual } from "../../src/settings/spec/table.ts";
import { renderActionMetadata } from "../../src/render/action-metadata.ts";
import { renderConfigSchema } from "../../src/render/config-schema.ts";
import { renderReadmeBlock, renderSettingsPage } from "../../src/render/reference.ts";

const root = new URL("../../", import.meta.url);

export const readmeMarkers = { begin: "<!-- settings -->", end: "<!-- /settings -->" } as const;

/** The files that are made from the settings table, by their path in the repository. */
export function generatedDocs(): Readonly<Record<string, string>> {
  return {
    "docs/settings.md": renderSettingsPage(manual()),
    "docs/config.schema.json": renderConfigSchema(manual()),
    "action.yml": renderActionMetadata(manual()),
  };
}

/** A README with its block of settings as it should be; undefined when it has no such block. */
export function withSettingsBlock(readme: string): string | undefined {
  const begin = readme.indexOf(readmeMarkers.begin);
  const end = readme.indexOf(readmeMarkers.end, begin);
  if (begin === -1 || end === -1) return undefined;
  const before = readme.slice(0, begin + readmeMarkers.begin.length);
  return `${before}\n\n${renderReadmeBlock(manual())}\n${readme.slice(end)}`;
}

/** Writes them all: `npm run docs`. */
async function writeDocs(): Promise<void> {
  for (const [path, text] of Object.entries(generatedDocs())) await writeFile(new URL(path, root), text);
  const readme = new URL("README.md", root);
  const text = withSettingsBlock(await readFile(readme, "utf8").catch(() => ""));
  if (text !== undefined) await writeFile(readme, text);
}

if (import.meta.main) await writeDocs();
