import { ColdstoreError } from "../../model/errors.ts";
import type { BytePath, Candidate } from "../../ports/folder.ts";
import type { DiskTrust } from "./disk-trust.ts";

/** NUL-terminated records of git's output, one character a byte, a batch for each chunk. */
export async function* parseRecords(output: AsyncIterable<Buffer>): AsyncGenerator<readonly string[]> {
  let rest = "";
  for await (const chunk of output) {
    const records = (rest + chunk.toString("latin1")).split("\0");
    rest = records.pop() ?? "";
    if (records.length > 0) yield records;
  }
}

/** Candidates from the output of `ls-files -z -v -s -o`. */
export async function* parseCandidates(
  batches: AsyncIterable<readonly string[]>,
  trust: DiskTrust = { modes: true, links: true },
): AsyncGenerator<readonly Candidate[]> {
  const unmerged = new RepeatsLeftOut();
  for await (const records of batches) {
    const candidates = records
      .map((record) => parseCandidate(record, trust))
      .filter(({ path, state }) => state !== "unmerged" || unmerged.isNew(path));
    if (candidates.length > 0) yield candidates;
  }
}

/** Paths from the output of an ls-files that shows nothing else, each once: unmerged ones come several times in a row. */
export async function* parsePaths(batches: AsyncIterable<readonly string[]>): AsyncGenerator<readonly BytePath[]> {
  const all = new RepeatsLeftOut();
  for await (const records of batches) {
    const paths = records.filter((path) => all.isNew(path));
    if (paths.length > 0) yield paths;
  }
}

/** The same of sorted paths, without those below a folder that is there itself: git shows both when it looked into it. */
export async function* parseRoots(batches: AsyncIterable<readonly string[]>): AsyncGenerator<readonly BytePath[]> {
  let folder: string | undefined;
  for await (const paths of parsePaths(batches)) {
    const roots: BytePath[] = [];
    for (const path of paths) {
      if (folder !== undefined && path.startsWith(folder)) continue;
      folder = path.endsWith("/") ? path : undefined;
      roots.push(path);
    }
    if (roots.length > 0) yield roots;
  }
}

/** One record: `? <path>`, or `<tag> <mode> <oid> <stage>\t<path>`. */
function parseCandidate(record: string, trust: DiskTrust): Candidate {
  if (record.startsWith("? ")) {
    const path = record.slice(2);
    // A slash at the end: git doesn't look into it, because it is a repository of its own.
    if (path.endsWith("/")) return { path: path.slice(0, -1), kind: "nested", tracked: false };
    return { path, kind: "file", tracked: false, ...(!trust.modes && { executable: false }) };
  }
  const tab = record.indexOf("\t");
  const path = record.slice(tab + 1);
  if (path === "./") throw notCheckedOut();
  const [tag = "", mode = "", oid = ""] = record.slice(0, tab).split(" ");
  const state = stateOf(tag);
  const what = mode === "160000" ? ({ kind: "submodule", commit: oid } as const) : fileOf(mode, trust);
  // A small letter: assume-unchanged.
  const unwatched = tag === "S" || tag !== tag.toUpperCase();
  return { path, ...what, tracked: true, ...(state && { state }), ...(unwatched && { unwatched }) };
}

/** What the index says of a file, as far as it counts more than the disk. */
function fileOf(mode: string, trust: DiskTrust): Pick<Candidate, "kind" | "executable" | "link"> {
  return {
    kind: "file",
    ...(!trust.modes && { executable: mode === "100755" }),
    ...(!trust.links && mode === "120000" && { link: true }),
  };
}

/** The letter of git-ls-files(1) -v. */
function stateOf(tag: string): Candidate["state"] {
  const letter = tag.toUpperCase();
  if (letter === "S") return "sparse";
  return letter === "M" ? "unmerged" : undefined;
}

class RepeatsLeftOut {
  #last: string | undefined;

  isNew(path: string): boolean {
    const isNew = path !== this.#last;
    this.#last = path;
    return isNew;
  }
}

/** Git shows a submodule without its files by its own name, also to one who stands in it. */
function notCheckedOut(): ColdstoreError {
  const advice = "check it out with `git submodule update --init`";
  return new ColdstoreError("source", `the source is the folder of a submodule that isn't checked out; ${advice}`);
}
