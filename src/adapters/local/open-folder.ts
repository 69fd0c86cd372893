import { realpath, stat } from "node:fs/promises";
import { ColdstoreError } from "../../model/errors.ts";
import type { BytePath, SourceFolder } from "../../ports/folder.ts";
import type { Scratch } from "../../ports/workspace.ts";
import { openGitFolder } from "../git/open-git-folder.ts";
import { errnoOf } from "./disk-error.ts";
import { openFolderDisk } from "./folder-disk.ts";
import { nativePath, readablePath, withSlashes } from "./native-path.ts";
import { sourceError } from "./source-error.ts";

/** A folder to archive, and a scratch folder (its folder exists) that outlives it. */
export interface FolderPlace {
  readonly path: string;
  readonly scratch: Scratch;
  readonly signal: AbortSignal;
}

/** Opens a folder with what git says of it, if there is git; rejects with `source` when it isn't a folder or can't be read. */
export async function openSourceFolder({ path: given, scratch, signal }: FolderPlace): Promise<SourceFolder> {
  signal.throwIfAborted();
  const path = await realFolder(given);
  const git = await openGitFolder(path, { scratch, signal });
  return {
    path,
    disk: openFolderDisk(path),
    inRepository: git?.inRepository ?? "",
    ...(git?.repository !== undefined && { repository: git.repository }),
    ...(git !== undefined && { git: git.listing, gitVersion: git.gitVersion }),
    nested: async (inner) => openSourceFolder({ path: nestedPath(path, inner), scratch, signal }),
  };
}

async function realFolder(given: string): Promise<string> {
  const path = await realpath(given).catch((error: unknown) => {
    if (errnoOf(error) !== "ENOENT") throw sourceError(error, "read the source", given);
    throw new ColdstoreError("source", `the source ${given} can't be read: there is no such folder`, { cause: error });
  });
  if (!(await stat(path)).isDirectory())
    throw new ColdstoreError("source", `the source ${given} is a file; give the folder that is to be archived`);
  return withSlashes(path);
}

function nestedPath(folder: string, inner: BytePath): string {
  const native = nativePath(inner);
  const path = typeof native === "string" ? native : native.toString("utf8");
  // Git is given a path as text, and would look elsewhere.
  if (!Buffer.from(path, "utf8").equals(Buffer.from(inner, "latin1")))
    throw new ColdstoreError(
      "source",
      `the repository in ${readablePath(inner)} can't be opened, since its path isn't UTF-8; rename it, or leave it out with exclude`,
    );
  return `${folder}/${path}`;
}
