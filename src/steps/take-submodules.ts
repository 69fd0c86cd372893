import type { Revision } from "../model/revision.ts";
import type { BytePath, Candidate } from "../ports/folder.ts";
import type { Repository, TreeEntry } from "../ports/repository.ts";
import { bytesOf, textOf } from "./byte-text.ts";
import { mtimeOf, type Root, type Taking } from "./taking.ts";
import { isVersionControl } from "./vcs-folders.ts";

/** A submodule as the repository around it has it. */
interface Recorded {
  readonly around: Repository;
  readonly revision: Revision;
  /** In the repository around it. */
  readonly path: string;
  readonly commit: string;
  /** In the archive, without a trailing slash. */
  readonly at: BytePath;
}

/** Notes the submodules of a folder and, when they are to be included, puts in what their recorded commits have, theirs too. */
export async function takeSubmodules(root: Root, found: readonly Candidate[], taking: Taking): Promise<void> {
  const { repository: around, source } = root;
  if (found.length === 0) return;
  const prefix = source === undefined || source.inRepository === "" ? "" : `${source.inRepository}/`;
  const commits = found.map(({ path, commit = "" }) => ({ path, commit, at: root.at + path }));
  for (const { at, commit } of commits) taking.findings.submodules.push({ path: at, commit });
  if (taking.rules.submodules !== "include") return;
  if (around === undefined) {
    // Before the first commit there is an index, but nothing that a submodule could be found by.
    taking.findings.missingSubmodules.push(...commits.map(({ at }) => at));
    return;
  }
  const revision = await around.resolve("HEAD", taking.signal);
  for (const { path, commit, at } of commits)
    await takeSubmodule({ around, revision, path: textOf(prefix + path), commit, at }, taking);
}

async function takeSubmodule({ around, at, ...where }: Recorded, taking: Taking): Promise<void> {
  const { findings, signal } = taking;
  const repository = await around.submodule(where, signal);
  if (repository === undefined) {
    findings.missingSubmodules.push(at);
    return;
  }
  const revision = await repository.resolve(where.commit, signal);
  const checkedOut = await headOf(repository, signal);
  if (checkedOut !== undefined && checkedOut !== revision.commit)
    findings.otherCommits.push({ path: at, commit: where.commit, checkedOut });
  const inside = await takeTree({ repository, revision, at }, taking);
  for (const entry of inside) {
    const place = { path: entry.path, commit: entry.oid, at: `${at}/${bytesIn(entry)}` };
    findings.submodules.push({ path: place.at, commit: entry.oid });
    await takeSubmodule({ around: repository, revision, ...place }, taking);
  }
}

interface Tree {
  readonly repository: Repository;
  readonly revision: Revision;
  readonly at: BytePath;
}

/** Puts in what a commit has; gives the submodules in it. */
async function takeTree(tree: Tree, taking: Taking): Promise<readonly TreeEntry[]> {
  const submodules: TreeEntry[] = [];
  const links: { readonly at: BytePath; readonly oid: string }[] = [];
  for await (const batch of tree.repository.tree(tree.revision, taking.signal)) {
    for (const entry of batch) {
      const at = `${tree.at}/${bytesIn(entry)}`;
      if (entry.type === "dir" || isLeftOut(entry, at, taking)) continue;
      if (entry.type === "submodule") submodules.push(entry);
      else if (entry.type === "symlink") links.push({ at, oid: entry.oid });
      else putBlob(tree, { entry, at }, taking);
    }
  }
  await takeLinks(tree, links, taking);
  return submodules;
}

function isLeftOut(entry: TreeEntry, at: BytePath, { findings, filter }: Taking): boolean {
  // A commit can't hold .git; that a folder CVS is a checkout's is seen on disk alone, and there is none here.
  if (isVersionControl(at, { look: () => undefined })) {
    findings.versionControl.push(at);
    return true;
  }
  if (!filter.excludes(entry.type === "submodule" ? `${at}/` : at)) return false;
  findings.excluded += 1;
  return true;
}

function putBlob(
  { repository, revision }: Tree,
  { entry, at }: { readonly entry: TreeEntry; readonly at: BytePath },
  { findings, rules }: Taking,
): void {
  findings.entries.set(at, {
    path: at,
    type: "file",
    mode: entry.executable ? 0o755 : 0o644,
    mtime: mtimeOf(rules, revision.committed),
    bytes: entry.bytes,
    content: { kind: "blob", repository, oid: entry.oid },
    lfs: repository,
  });
}

async function takeLinks(
  { repository, revision }: Tree,
  links: readonly { readonly at: BytePath; readonly oid: string }[],
  { findings, rules, signal }: Taking,
): Promise<void> {
  if (rules.symlinks !== "keep") {
    const where = rules.symlinks === "follow" ? findings.submoduleLinks : findings.links;
    where.push(...links.map(({ at }) => at));
    return;
  }
  const oids = links.map(({ oid }) => oid);
  let i = 0;
  for await (const { data } of oids.length === 0 ? [] : repository.blobs(oids, signal)) {
    const at = links[i]?.at ?? "";
    i += 1;
    const link = Buffer.from(data).toString("latin1");
    findings.entries.set(at, {
      path: at,
      type: "symlink",
      mode: 0o777,
      mtime: mtimeOf(rules, revision.committed),
      link,
    });
  }
}

/** What is checked out; undefined when that can't be told. */
async function headOf(repository: Repository, signal: AbortSignal): Promise<string | undefined> {
  try {
    return (await repository.resolve("HEAD", signal)).commit;
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}

function bytesIn({ path, pathBytes }: TreeEntry): BytePath {
  return pathBytes === undefined ? bytesOf(path) : Buffer.from(pathBytes).toString("latin1");
}
