import { mkdtempSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { lookAtTree } from "./look-at-tree.ts";
import type { CliPlace } from "./run-cli.ts";
import { setsIn, sha256 } from "./stored-set.ts";

/** What a folder has: a line for each path, with its bits, its time and the digest of its content. */
export function linesOfTree(folder: string): readonly string[] {
  return [...(lookAtTree(folder) ?? [])].flatMap(([path, entry]) => {
    if (path === "") return [];
    if (entry.type === "symlink") return [`${path} -> ${entry.link}`];
    // Build outputs get the time that they come back at.
    const time = path.startsWith("coldstore-files") ? "-" : entry.mtime;
    const content = entry.type === "file" ? sha256(entry.data) : "dir";
    return [`${path} ${entry.mode.toString(8)} ${time} ${content}`];
  });
}

/** The archives of each set in a store, or the first part of each, by their paths in it. */
export function archivesIn(store: string): readonly string[] {
  return setsIn(store).flatMap(({ folder }) =>
    readdirSync(folder)
      .filter((name) => /\.(tar|tar\.gz|tar\.zst|zip)(\.part-001)?$/.test(name))
      .map((name) => relative(store, join(folder, name)).replaceAll("\\", "/")),
  );
}

/** What is restored from each archive of a store; throws when one isn't. */
export async function goldenLines(store: string, place: CliPlace): Promise<Record<string, readonly string[]>> {
  const trees: Record<string, readonly string[]> = {};
  for (const archive of archivesIn(store)) {
    const into = join(mkdtempSync(join(place.path, "golden-")), "into");
    const end = await place.run(["restore", join(store, archive), "--into", into]);
    if (end.code !== 0) throw new Error(`${archive}: ${end.stdout}${end.stderr}`);
    trees[archive] = linesOfTree(into);
  }
  return trees;
}
