import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Revision } from "../../model/revision.ts";
import { bothDone } from "./both-done.ts";
import { atGitDir } from "./at-git-dir.ts";
import { alternatesFile, objectFolders } from "./alternates.ts";
import type { FoundRepository } from "./find-repository.ts";
import { headRef } from "./read-facts.ts";
import { readGit } from "./run-git.ts";

/** What a throw-away gitdir is to know beside the source's objects. */
export type GitDirRefs = "none" | "all" | { readonly tagOf: Revision };

/** A throw-away bare gitdir to be made at `path`, which doesn't exist yet. */
export interface GitDirPlan {
  readonly path: string;
  readonly refs: GitDirRefs;
  /** Content of its info/attributes, which win over those of the tree. */
  readonly attributes?: string;
}

/** Makes a bare gitdir that sees the source's objects, and of its refs and configuration only what the plan says. */
export async function makeGitDir(found: FoundRepository, plan: GitDirPlan, signal: AbortSignal): Promise<void> {
  const { path, refs, attributes } = plan;
  const [folders] = await bothDone(
    objectFolders(join(found.commonDir, "objects")),
    initGitDir(path, found.objectFormat, signal),
  );
  await mkdir(join(path, "objects/info"), { recursive: true });
  await writeFile(join(path, "objects/info/alternates"), alternatesFile(folders));
  if (attributes !== undefined) {
    await mkdir(join(path, "info"), { recursive: true });
    await writeFile(join(path, "info/attributes"), attributes);
  }
  if (refs === "all") await copyRefs(found, path, signal);
  else if (refs !== "none") await writeTag(path, refs.tagOf);
}

/** Makes an empty bare gitdir: no hooks, no info/exclude, and of configuration only what `git init` finds out. */
export async function initGitDir(path: string, objectFormat: "sha1" | "sha256", signal: AbortSignal): Promise<void> {
  const args = ["init", "--quiet", "--bare", "--template=", `--object-format=${objectFormat}`, path];
  // Refs are written as the packed-refs file, which only this format has.
  await readGit({ args, signal, set: { GIT_DEFAULT_REF_FORMAT: "files" } });
}

async function writeTag(path: string, { tag, commit }: Revision): Promise<void> {
  if (tag !== undefined) await writeFile(join(path, "packed-refs"), `${tag.object ?? commit} refs/tags/${tag.name}\n`);
}

/** All refs and HEAD, and the shallow boundary that git needs to walk from them. */
async function copyRefs(found: FoundRepository, path: string, signal: AbortSignal): Promise<void> {
  const source = atGitDir(found.gitDir);
  const format = "--format=%(objectname) %(refname) %(symref)";
  const [listing, branch] = await bothDone(
    readGit({ args: [...source, "for-each-ref", format], signal }),
    headRef(found, signal),
  );
  const refs = listing
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.split(" "));
  await writeFile(
    join(path, "packed-refs"),
    refs.flatMap(([id, name, symref]) => (symref ? [] : `${id} ${name}\n`)).join(""),
  );
  for (const [, name = "", symref] of refs)
    if (symref) await readGit({ args: [`--git-dir=${path}`, "symbolic-ref", name, symref], signal });
  const detached = (): Promise<string> => readGit({ args: [...source, "rev-parse", "--verify", "HEAD"], signal });
  await writeFile(join(path, "HEAD"), branch === undefined ? await detached() : `ref: ${branch}\n`);
  if (found.shallow) await copyFile(join(found.commonDir, "shallow"), join(path, "shallow"));
}
