import { ColdstoreError } from "../../model/errors.ts";
import type { Revision, Tag } from "../../model/revision.ts";
import { askObjects, type NamedObject } from "./ask-objects.ts";
import { atGitDir } from "./at-git-dir.ts";
import type { FoundRepository } from "./find-repository.ts";
import { headRef } from "./read-facts.ts";
import { missingTree } from "./missing-contents.ts";
import { readGit } from "./run-git.ts";

/** A commit, and the ref that named it, before its objects were read. */
interface NamedCommit {
  readonly commit: string;
  readonly tree: string;
  readonly ref?: string;
  readonly tag?: Tag;
}

/** Resolves a name as git does (a tag wins over a branch); rejects with `source` and the way out if there is no such commit. */
export async function resolveRef(found: FoundRepository, ref: string, signal: AbortSignal): Promise<Revision> {
  const named = await nameCommit(found, ref, signal);
  const args = [...atGitDir(found.gitDir), "rev-list", "--no-walk", "--timestamp", named.commit];
  const [time = ""] = (await readGit({ args, signal })).split(" ");
  return { ...named, committed: Number(time), objectFormat: found.objectFormat };
}

async function nameCommit(found: FoundRepository, ref: string, signal: AbortSignal): Promise<NamedCommit> {
  if (ref === "" || /[\0\n]/.test(ref))
    throw new ColdstoreError("source", `${JSON.stringify(ref)} can't be a ref's name`);
  const names = fullNames(ref, found.objectFormat);
  const [asked, commit, tree, ...candidates] = await askObjects(
    found.gitDir,
    [ref, `${ref}^{commit}`, `${ref}^{tree}`, ...names],
    signal,
  );
  if (asked === undefined) throw await unknownRef(found, ref, signal);
  if (commit === undefined) throw notCommit(ref, asked);
  if (tree === undefined) throw missingTree(ref);
  const place = candidates.findIndex((candidate) => candidate !== undefined);
  const name = ref === "HEAD" || ref === "@" ? await headRef(found, signal) : names[place];
  const ids = { commit: commit.oid, tree: tree.oid };
  if (name === undefined) return ids;
  const tag = tagOf(name, candidates[place]);
  return { ...ids, ref: name, ...(tag !== undefined && { tag }) };
}

/** The refs that git would look for under this name, in its order (gitrevisions(7)); none for ids and expressions. */
function fullNames(ref: string, objectFormat: "sha1" | "sha256"): readonly string[] {
  if (ref === "HEAD" || new RegExp(`^[0-9a-f]{${objectFormat === "sha1" ? 40 : 64}}$`, "i").test(ref)) return [];
  // oxlint-disable-next-line no-control-regex -- these are what git refuses in a ref's name
  if (/[\0-\x20\x7f~^:?*[\\]|\.\.|@\{|^@$/.test(ref)) return [];
  const within = ["refs/", "refs/tags/", "refs/heads/", "refs/remotes/"].map((folder) => `${folder}${ref}`);
  return [...(ref.startsWith("refs/") ? [ref] : []), ...within, `refs/remotes/${ref}/HEAD`];
}

function tagOf(name: string, object: NamedObject | undefined): Tag | undefined {
  if (!name.startsWith("refs/tags/")) return undefined;
  const short = name.slice("refs/tags/".length);
  return object?.type === "tag" ? { name: short, object: object.oid } : { name: short };
}

function notCommit(ref: string, { type }: NamedObject): ColdstoreError {
  const what = type === "tag" || type === "commit" ? "doesn't lead to a whole commit" : `names a ${type}`;
  return new ColdstoreError("source", `${ref} ${what}; give a tag, a branch or a commit`);
}

async function unknownRef(found: FoundRepository, ref: string, signal: AbortSignal): Promise<ColdstoreError> {
  const short = ref.replace(/^refs\/heads\//, "");
  const [head, branch] = await askObjects(found.gitDir, ["HEAD^{commit}", `refs/remotes/origin/${short}`], signal);
  const [anyRef, anyTag] = [await hasRefs(found, [], signal), await hasRefs(found, ["refs/tags"], signal)];
  if (head === undefined && !anyRef)
    return new ColdstoreError("source", "the repository has no commits yet; commit something first");
  if (ref === "HEAD")
    return new ColdstoreError("source", "HEAD has no commit yet; set ref to a branch, a tag or a commit");
  if (branch !== undefined) return knownAsRemote(short);
  const isTag = ref.startsWith("refs/tags/");
  const what = isTag ? `tag ${ref.slice("refs/tags/".length)}` : `tag, branch or commit ${ref}`;
  const deeper = found.shallow && !isTag ? ", and `git fetch --unshallow` all that lies before what is here" : "";
  // Where there are tags and all of the history, it is the name that is wrong.
  const mayLack = found.shallow || !anyTag;
  return new ColdstoreError(
    "source",
    `there is no ${what} in this clone; fetch it (\`git fetch --tags\` brings the tags${deeper}), or mend the name`,
    { ...(mayLack && { remedy: { checkout: isTag ? { "fetch-tags": "true" } : { "fetch-depth": "0" } } }) },
  );
}

async function hasRefs(found: FoundRepository, folders: readonly string[], signal: AbortSignal): Promise<boolean> {
  const args = [...atGitDir(found.gitDir), "for-each-ref", "--count=1", "--format=%(refname)", ...folders];
  return (await readGit({ args, signal })) !== "";
}

/** A clone has the branches of others as `origin/NAME`, but for the one that is checked out. */
function knownAsRemote(ref: string): ColdstoreError {
  return new ColdstoreError(
    "source",
    `there is no branch ${ref} of this clone's own, only origin's; set ref to origin/${ref}`,
    { remedy: { settings: { ref: `origin/${ref}` } } },
  );
}
