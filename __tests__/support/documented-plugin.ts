import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

const page = new URL("../../docs/plugins.md", import.meta.url);

/** The files that docs/plugins.md shows whole, by the names in their first lines. */
export async function documentedFiles(): Promise<ReadonlyMap<string, string>> {
  const text = await readFile(page, "utf8");
  const blocks = [...text.matchAll(/^```js\n\/\/ (\S+)\n(.*?)^```$/gms)];
  return new Map(blocks.map(([, name = "", code = ""]) => [name, code]));
}

/** Writes one of them into a folder, and gives its path. */
export async function writeDocumented(folder: string, name: string): Promise<string> {
  const code = (await documentedFiles()).get(name);
  if (code === undefined) throw new Error(`docs/plugins.md shows no ${name}`);
  const path = join(folder, name);
  await writeFile(path, code);
  return path;
}
