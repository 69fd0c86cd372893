import { execFileSync } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { isolatedGitEnvironment } from "./git-fixture.ts";

/** What a step says to actions/checkout, by the names of its inputs. */
export type CheckoutInputs = Readonly<
  Partial<Record<"ref" | "fetch-depth" | "fetch-tags" | "filter" | "sparse-checkout" | "submodules" | "lfs", string>>
>;

export interface Checkout {
  /** The repository that stands for the one at GitHub. */
  readonly origin: string;
  /** Made if it isn't there; what is in it stays. */
  readonly folder: string;
  /** `github.ref` and `github.sha` of the run. */
  readonly event: { readonly ref: string; readonly sha: string };
  readonly inputs?: CheckoutInputs;
  /** Up to v6.0.1 a tag was fetched as its commit, without its annotation. */
  readonly version?: "v7" | "v5";
}

/** Lets a repository answer as GitHub does: any commit by its id, and filters. */
export function serveLikeGitHub(origin: string): void {
  const gitDir = existsSync(join(origin, ".git")) ? join(origin, ".git") : origin;
  appendFileSync(join(gitDir, "config"), "[uploadpack]\n\tallowFilter = true\n\tallowAnySHA1InWant = true\n");
}

/** Makes a clone by the very calls of git that actions/checkout makes. Source: its git-source-provider.ts and ref-helper.ts. */
export function checkOut({ origin, folder, event, inputs = {}, version = "v7" }: Checkout): void {
  const env: NodeJS.ProcessEnv = inputs.lfs === "true" ? {} : { GIT_LFS_SKIP_SMUDGE: "1" };
  const git = (...args: readonly string[]): string => run(folder, env, args);
  const depth = Number(inputs["fetch-depth"] || "1");
  const wanted = wantedOf(event, inputs);
  mkdirSync(folder, { recursive: true });
  git("init", "-q", folder);
  git("remote", "add", "origin", pathToFileURL(origin).href);
  git("config", "--local", "gc.auto", "0");
  if (inputs.lfs === "true") git("lfs", "install", "--local");
  const filter = inputs.filter || (inputs["sparse-checkout"] ? "blob:none" : "");
  git(
    "-c",
    "protocol.version=2",
    "fetch",
    "--no-tags",
    "--prune",
    "--no-recurse-submodules",
    ...(filter === "" ? [] : [`--filter=${filter}`]),
    ...(depth > 0 ? [`--depth=${depth}`] : existsSync(join(folder, ".git/shallow")) ? ["--unshallow"] : []),
    "origin",
    ...(depth > 0 ? refspecs(wanted, inputs, version) : allHistory(wanted)),
  );
  const [ref, start] = checkedOut(wanted, git);
  if (inputs.lfs === "true" && !inputs["sparse-checkout"]) git("lfs", "fetch", "origin", start ?? ref);
  if (inputs["sparse-checkout"]) git("sparse-checkout", "set", ...inputs["sparse-checkout"].split("\n"));
  else git("sparse-checkout", "disable");
  git("checkout", "--progress", "--force", ...(start === undefined ? [ref] : ["-B", ref, start]));
  if (inputs.submodules === "true" || inputs.submodules === "recursive") updateSubmodules(git, inputs, depth);
}

type Git = (...args: readonly string[]) => string;

interface Wanted {
  readonly ref: string;
  readonly commit: string;
}

/** Without an input the run's own; a commit id stands for itself; else a name that is still to be found. */
function wantedOf({ ref, sha }: Checkout["event"], inputs: CheckoutInputs): Wanted {
  const given = inputs.ref ?? "";
  if (given === "") return { ref, commit: sha };
  return /^[0-9a-f]{40}$/.test(given) ? { ref: "", commit: given } : { ref: given, commit: "" };
}

const allTags = "+refs/tags/*:refs/tags/*";

function allHistory({ ref, commit }: Wanted): string[] {
  const pull = ref.startsWith("refs/pull/") ? [`+${commit}:refs/remotes/pull/${ref.slice("refs/pull/".length)}`] : [];
  return ["+refs/heads/*:refs/remotes/origin/*", allTags, ...pull];
}

function refspecs({ ref, commit }: Wanted, inputs: CheckoutInputs, version: "v7" | "v5"): string[] {
  const withTags = inputs["fetch-tags"] === "true";
  const tags = withTags ? [allTags] : [];
  const [, kind, name] = /^refs\/(heads|pull|tags)\/(.*)$/.exec(ref) ?? [];
  const source = commit === "" ? ref : commit;
  if (kind === "heads") return [...tags, `+${source}:refs/remotes/origin/${name}`];
  if (kind === "pull") return [...tags, `+${source}:refs/remotes/pull/${name}`];
  if (kind === "tags") return withTags ? tags : [`+${version === "v5" ? source : ref}:${ref}`];
  if (commit !== "") return [...tags, commit];
  return [
    `+refs/heads/${ref}*:refs/remotes/origin/${ref}*`,
    ...(withTags ? tags : [`+refs/tags/${ref}*:refs/tags/${ref}*`]),
  ];
}

/** What `git checkout` is given, and where a branch starts. */
function checkedOut({ ref, commit }: Wanted, git: Git): readonly [string, string?] {
  const [, kind, name = ""] = /^refs\/(heads|pull|tags)\/(.*)$/.exec(ref) ?? [];
  if (ref === "") return [commit];
  if (kind === "heads") return [name, `refs/remotes/origin/${name}`];
  if (kind === "pull") return [`refs/remotes/pull/${name}`];
  if (kind === "tags") return [ref];
  const isBranch = git("branch", "--list", "--remote", `origin/${ref}`) !== "";
  return isBranch ? [ref, `refs/remotes/origin/${ref}`] : [`refs/tags/${ref}`];
}

function updateSubmodules(git: Git, { submodules }: CheckoutInputs, depth: number): void {
  const recursive = submodules === "recursive" ? ["--recursive"] : [];
  git("submodule", "sync", ...recursive);
  const update = ["-c", "protocol.version=2", "submodule", "update", "--init", "--force"];
  git(...update, ...(depth > 0 ? [`--depth=${depth}`] : []), ...recursive);
  git("submodule", "foreach", ...recursive, "git config --local gc.auto 0");
}

function run(folder: string, env: NodeJS.ProcessEnv, args: readonly string[]): string {
  return execFileSync("git", ["-c", "protocol.file.allow=always", ...args], {
    cwd: folder,
    env: { ...isolatedGitEnvironment(), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  }).toString();
}
