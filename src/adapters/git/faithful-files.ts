import { constants, lstatSync, type Stats } from "node:fs";
import { relative, sep } from "node:path";
import type { BytePath } from "../../ports/folder.ts";
import { atGitDir } from "./at-git-dir.ts";
import { bothDone } from "./both-done.ts";
import type { DiskTrust } from "./disk-trust.ts";
import type { FoundRepository } from "./find-repository.ts";
import { environmentFor } from "./git-environment.ts";
import { parseRecords } from "./parse-listing.ts";
import { readBlobs } from "./read-blobs.ts";
import { askGit, type GitCall, gitFailed, type GitProcess, outputOf, startGit } from "./run-git.ts";

/** A folder in a work tree, what its index has (records of `ls-files -z --stage`), and a gitdir that sees the blobs. */
export interface FaithfulQuestion {
  readonly folder: string;
  readonly found: FoundRepository;
  readonly gitDir: string;
  readonly records: AsyncIterable<readonly string[]>;
  readonly trust: DiskTrust;
  readonly signal: AbortSignal;
}

/** A tracked file that is on the disk as the kind of file that the index has. */
interface Tracked {
  readonly path: BytePath;
  readonly oid: string;
  /** On the disk. */
  readonly bytes: number;
}

/**
 * Whether files that git calls unchanged have byte for byte what the index has. Git compares what it would take in: with
 * other line ends, keywords or permissions a file can be the same to it. Converting line ends or keywords changes a file's
 * size; filters and encodings needn't, so none may apply. Where nothing is converted, git's word is enough.
 */
export async function areFaithful(question: FaithfulQuestion): Promise<boolean> {
  const [loose, converted] = await bothDone(isLoose(question), hasConverted(question));
  return !(loose || converted) || areAlike(question);
}

/** Whether a setting, wherever it is made, lets files differ that have no attribute. */
async function isLoose({ found, signal }: FaithfulQuestion): Promise<boolean> {
  const keys = "^core\\.(filemode|symlinks|autocrlf)$";
  const args = [...atGitDir(found.gitDir), "config", "-z", "--get-regexp", keys];
  const { code, stdout, stderr } = await askGit({ args, signal, base: environmentFor(found) });
  // 1: none of them is set.
  if (code > 1) throw gitFailed(args, stderr);
  const strict = /^core\.((filemode|symlinks)(\n(true|yes|on|1))?|autocrlf\n(false|no|off|0|))$/i;
  return stdout
    .toString("latin1")
    .split("\0")
    .some((record) => record !== "" && !strict.test(record));
}

/** Whether a tracked file has an attribute that may convert it. */
async function hasConverted(question: FaithfulQuestion): Promise<boolean> {
  const converting = ["text", "eol", "crlf", "ident", ...filtering];
  for await (const { length } of listHaving(converting, question)) if (length > 0) return true;
  return false;
}

async function areAlike(question: FaithfulQuestion): Promise<boolean> {
  const { gitDir, signal } = question;
  using blobs = new BlobSizes(gitDir, signal);
  const [files, filtered] = await bothDone(
    lookAtAll(question, blobs),
    Array.fromAsync(listHaving(filtering, question)),
  );
  if (files === undefined) return false;
  const lfs = await findLfs(filtered.flat(), question);
  if (lfs === undefined) return false;
  const sizes = await blobs.sizes();
  const unlike = files.filter(({ bytes }, at) => sizes[at] !== bytes);
  const prefix = prefixOf(question);
  return unlike.every(({ path }) => lfs.has(prefix + path)) && (await arePointedTo(unlike, question));
}

/** The files, whose blobs' sizes were asked for; undefined when one isn't on the disk as it should be. */
async function lookAtAll(
  { records, folder, trust }: FaithfulQuestion,
  blobs: BlobSizes,
): Promise<readonly Tracked[] | undefined> {
  const files: Tracked[] = [];
  const root = `${Buffer.from(folder).toString("latin1")}/`;
  for await (const batch of records) {
    const looked = batch.map((record) => lookAt(record, root, trust)).filter((file) => file !== undefined);
    if (looked.includes("other")) return undefined;
    const found = looked.filter((file) => file !== "other");
    blobs.ask(found.map(({ oid }) => oid));
    for (const file of found) files.push(file);
  }
  return files;
}

/** undefined: its size has nothing to tell, or it is no file. */
function lookAt(record: string, root: BytePath, { modes, links }: DiskTrust): Tracked | "other" | undefined {
  const tab = record.indexOf("\t");
  const [mode, oid = "", stage] = record.slice(0, tab).split(" ");
  if (mode === "160000") return undefined;
  const path = record.slice(tab + 1);
  const stat = statOf(root + path);
  if (stat === undefined || stage !== "0") return "other";
  if (mode === "120000" && stat.isSymbolicLink()) return undefined;
  // A link without links is a file of the same content.
  if (!stat.isFile() || (mode === "120000" && links)) return "other";
  const executable = (stat.mode & constants.S_IXUSR) !== 0;
  return !modes || executable === (mode === "100755") ? { path, oid, bytes: stat.size } : "other";
}

function statOf(path: BytePath): Stats | undefined {
  try {
    return lstatSync(Buffer.from(path, "latin1"), { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

const filtering = ["filter", "working-tree-encoding"];

/** Tracked files, from the work tree's root, of which one of these attributes says anything, be it no. */
async function* listHaving(
  attributes: readonly string[],
  question: FaithfulQuestion,
): AsyncGenerator<readonly BytePath[]> {
  const rest = `:(exclude,attr:${attributes.map((name) => `!${name}`).join(" ")})`;
  const call = inWorkTree(question, ["ls-files", "-z", "--cached", "--", ".", rest]);
  const git = startGit(call);
  git.stdin.end();
  const prefix = prefixOf(question);
  for await (const paths of parseRecords(outputOf(git, call.args)))
    yield paths.filter((path) => path.startsWith(prefix));
}

/** What paths of the work tree that lie in the folder begin with. */
function prefixOf({ folder, found }: FaithfulQuestion): BytePath {
  const path = relative(found.workTree ?? folder, folder)
    .split(sep)
    .join("/");
  return path === "" ? "" : `${Buffer.from(path).toString("latin1")}/`;
}

/** Which of the files are Git LFS's; undefined when anything else may convert one. */
async function findLfs(
  filtered: readonly BytePath[],
  question: FaithfulQuestion,
): Promise<ReadonlySet<BytePath> | undefined> {
  if (filtered.length === 0) return new Set();
  const call = inWorkTree(question, ["check-attr", "-z", "--stdin", ...filtering]);
  const git = startGit(call);
  git.stdin.end(Buffer.from(filtered.map((path) => `${path}\0`).join(""), "latin1"));
  const fields = (await Array.fromAsync(parseRecords(outputOf(git, call.args)))).flat();
  const lfs = new Set<BytePath>();
  for (let at = 0; at < fields.length; at += 3) {
    const [path = "", attribute, value = ""] = fields.slice(at, at + 3);
    if (value === "unspecified" || value === "unset") continue;
    if (attribute !== "filter" || value !== "lfs") return undefined;
    lfs.add(path);
  }
  return lfs;
}

/** Attributes count wherever git finds them, in the clone and the user's list too: its count of changes went by them. */
function inWorkTree({ folder, found, signal }: FaithfulQuestion, what: readonly string[]): GitCall {
  const root = found.workTree ?? folder;
  // Below the root some gits look attributes of a pathspec up by names that are cut off: 2.39 does.
  const where = ["-C", root, `--git-dir=${found.gitDir}`, `--work-tree=${root}`];
  const base = environmentFor(found);
  // Without GIT_FLUSH=0 each answer of check-attr is a write of its own.
  return { args: ["-c", "core.fsmonitor=false", ...where, ...what], signal, base, set: { GIT_FLUSH: "0" } };
}

/** Asks for the sizes of blobs while others are still being looked for. */
class BlobSizes implements Disposable {
  readonly #git: GitProcess;
  readonly #answers: Promise<readonly Buffer[]>;

  constructor(gitDir: string, signal: AbortSignal) {
    const args = [`--git-dir=${gitDir}`, "cat-file", "--batch-check=%(objectsize)", "--buffer"];
    this.#git = startGit({ args, signal });
    this.#answers = Array.fromAsync(outputOf(this.#git, args));
    // Whoever finds a difference before doesn't wait for them.
    this.#answers.catch(() => {});
  }

  ask(oids: readonly string[]): void {
    this.#git.stdin.write(oids.map((oid) => `${oid}\n`).join(""));
  }

  /** Of all that were asked for, in their order; NaN for a blob that isn't there. */
  async sizes(): Promise<readonly number[]> {
    this.#git.stdin.end();
    const answers = Buffer.concat(await this.#answers).toString("latin1");
    return answers.split("\n").map(Number);
  }

  [Symbol.dispose](): void {
    this.#git.stop();
  }
}

const longestPointer = 1024;

/** Whether the blobs are Git LFS pointers to contents of the sizes that the files have. */
async function arePointedTo(files: readonly Tracked[], { gitDir, signal }: FaithfulQuestion): Promise<boolean> {
  let at = 0;
  const oids = files.map(({ oid }) => oid);
  for await (const { data } of oids.length === 0 ? [] : readBlobs(gitDir, oids, signal)) {
    const [, size] = /^version [^\n]*\n(?:[^\n]*\n)*?size (\d+)\n/.exec(Buffer.from(data).toString("latin1")) ?? [];
    if (data.length > longestPointer || size === undefined || Number(size) !== files[at]?.bytes) return false;
    at += 1;
  }
  return true;
}
