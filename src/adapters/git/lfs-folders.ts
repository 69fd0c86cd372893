import { lstat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { objectFolders } from "./alternates.ts";
import { atGitDir } from "./at-git-dir.ts";
import type { FoundRepository } from "./find-repository.ts";
import { askGit } from "./run-git.ts";

/**
 * The folders that Git LFS keeps contents in, as git-lfs looks for them: `lfs.storage` of the repository's own
 * configuration (git-lfs-config(5); never that of a .lfsconfig), else beside its objects; and beside those that it borrows.
 */
export async function lfsFolders(found: FoundRepository): Promise<readonly string[]> {
  const args = [...atGitDir(found.gitDir), "config", "-z", "--get", "lfs.storage"];
  const { stdout } = await askGit({ args, signal: new AbortController().signal });
  const storage = stdout.toString("utf8").replace(/\0$/, "");
  const beside = (await objectFolders(join(found.commonDir, "objects"))).map((objects) =>
    join(dirname(objects), "lfs"),
  );
  const stores = storage === "" ? beside : [resolve(found.commonDir, storage), ...beside];
  return stores.map((store) => join(store, "objects"));
}

/** The first regular file of this size that one of the folders keeps for the id. */
export async function findLfsFile(folders: readonly string[], oid: string, bytes: number): Promise<string | undefined> {
  if (!/^[0-9a-f]{64}$/.test(oid)) return undefined;
  for (const folder of folders) {
    const file = join(folder, oid.slice(0, 2), oid.slice(2, 4), oid);
    const found = await lstat(file).catch(() => undefined);
    if (found?.isFile() && found.size === bytes) return file;
  }
  return undefined;
}
