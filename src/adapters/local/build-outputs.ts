import { glob, stat } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { ColdstoreError } from "../../model/errors.ts";
import type { BuildOutputs, FoundFile } from "../../ports/build-outputs.ts";
import { withSlashes } from "./native-path.ts";

/** Finds build outputs below a folder (absolute path). Folders that a pattern matches are passed over. */
export function openBuildOutputs(folder: string): BuildOutputs {
  return {
    async find(patterns) {
      const found = new Map<string, FoundFile>();
      for (const pattern of patterns) for (const file of await matches(folder, pattern)) found.set(file.path, file);
      const bytes = ({ path }: FoundFile): Buffer => Buffer.from(withSlashes(path));
      return [...found.values()].sort((a, b) => Buffer.compare(bytes(a), bytes(b)));
    },
  };
}

async function matches(folder: string, pattern: string): Promise<readonly FoundFile[]> {
  const files: FoundFile[] = [];
  for await (const match of glob(pattern, { cwd: folder })) {
    const path = resolve(folder, match);
    const stats = await stat(path).catch((cause: unknown) => {
      throw new ColdstoreError("source", `files: ${match} can't be read; mend it or leave it out`, { cause });
    });
    if (stats.isFile()) files.push({ name: basename(path), path, bytes: stats.size });
  }
  if (files.length === 0)
    throw new ColdstoreError(
      "source",
      `files: "${pattern}" matches no file in the source's folder; build it first, or correct the pattern`,
    );
  return files;
}
