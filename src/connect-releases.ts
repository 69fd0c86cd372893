import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { openGitRepository } from "./adapters/git/git-repository.ts";
import { apiUrlOf } from "./adapters/github/github-address.ts";
import type { GitHubClient } from "./adapters/github/github-client.ts";
import { openReleaseApi } from "./adapters/github/open-release-api.ts";
import type { ReleasePolicy } from "./adapters/github/release-options.ts";
import { openReleaseStore } from "./adapters/github/release-store.ts";
import { repositoryOfOrigin } from "./adapters/github/repository-of-origin.ts";
import type { Within } from "./adapters/github/within.ts";
import { ColdstoreError } from "./model/errors.ts";
import type { ReleaseAddress } from "./model/store-address.ts";
import { version } from "./model/version.ts";
import type { RepositoryFacts } from "./ports/repository.ts";
import type { Store } from "./ports/store.ts";
import type { Scratch } from "./ports/workspace.ts";
import { inActions, isPullRequest } from "./settings/defaults-from-env.ts";
import type { ReleaseSettings, Settings } from "./settings/settings.ts";
import { projectOf } from "./steps/name-set.ts";

/** What GitHub is spoken to with beside the settings. */
export interface ReleaseSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** For looking into the source before the run does. */
  readonly scratch: () => Promise<Scratch>;
  /** Told of waits that a person would notice. */
  readonly say: (line: string) => void;
}

/** Releases as stores of one run. Disposing of it lets go of connections. */
export interface Releases extends AsyncDisposable {
  openStore(address: ReleaseAddress): Store;
}

/** Connects to GitHub as the settings and the run's repository say. */
export async function openReleases(settings: Settings, around: ReleaseSurroundings): Promise<Releases> {
  const hub = await openHub(settings, around);
  return {
    openStore: (address) => releaseStore(address, hub),
    [Symbol.asyncDispose]: () => hub.client[Symbol.asyncDispose](),
  };
}

/** GitHub, and what all releases of a run have in common. */
interface Hub {
  readonly client: GitHubClient;
  /** `owner/name` of the run's own repository; absent when nothing tells it. */
  readonly repository: string | undefined;
  /** What keys begin with; absent: the release's repository. */
  readonly project: string | undefined;
  readonly policy: ReleasePolicy;
  readonly wait: (until: Date, why: string) => void;
}

async function openHub(settings: Settings, { env, signal, scratch, say }: ReleaseSurroundings): Promise<Hub> {
  const apiUrl = apiUrlOf(env);
  const { project } = settings;
  const making = "source" in settings;
  const policy = "release" in settings ? await policyOf(settings.release) : keptAsItIs;
  const ran = env["GITHUB_REPOSITORY"] || undefined;
  // What is made belongs to the repository that the run is of, whatever its sets are filed under.
  const own = making ? ran : (project ?? ran);
  const facts = own === undefined ? await factsOf(settings, { signal, scratch }) : undefined;
  const found = facts?.origin === undefined ? undefined : repositoryOfOrigin(facts.origin, apiUrl);
  const repository = own ?? found ?? project;
  const filed = making && facts !== undefined ? projectOf(facts.origin, folderOf(facts, settings.source)) : undefined;
  return {
    client: await openClient(settings, { env, say }),
    policy,
    repository,
    project: project ?? filed,
    wait: waiting(say),
  };
}

/** GitHub's API with the credentials of the settings. */
export async function openClient(
  { token, stallTimeout }: Settings,
  { env, say }: Pick<ReleaseSurroundings, "env" | "say">,
): Promise<GitHubClient> {
  // Loaded here alone: it costs every run 0.1 s and 15 MB otherwise. `eager` keeps it in the one file that is bundled.
  const { openGitHub } = await import(/* webpackMode: "eager" */ "./adapters/github/github-client.ts");
  return openGitHub({
    ...(token !== undefined && { token }),
    within: withinOf(env),
    apiUrl: apiUrlOf(env),
    userAgent: `coldstore/${version}`,
    stallMs: stallTimeout,
    wait: waiting(say),
    env,
  });
}

function waiting(say: ReleaseSurroundings["say"]): (until: Date, why: string) => void {
  return (until, why) => say(`${why}; waiting until ${until.toISOString().slice(11, 19)} UTC`);
}

function withinOf(env: ReleaseSurroundings["env"]): Within {
  if (isPullRequest(env)) return "pull-request";
  return inActions(env) ? "job" : "shell";
}

const keptAsItIs: ReleasePolicy = { draft: false, prerelease: "auto", latest: "auto" };

function releaseStore(address: ReleaseAddress, { client, project, policy, wait, ...hub }: Hub): Store {
  const repository = address.repository ?? hub.repository;
  if (repository === undefined)
    throw new ColdstoreError(
      "settings",
      `store ${address.text} doesn't tell which repository's releases are meant, and there is no origin on GitHub here; set project to owner/repo, or name the store as release:owner/repo@TAG`,
    );
  const { tag } = address;
  const api = openReleaseApi(client, repository);
  return openReleaseStore({
    api,
    name: address.text,
    project: project ?? repository,
    policy,
    wait,
    ...(tag !== undefined && { tag }),
  });
}

/** What the run's source says of itself; undefined where there is no repository. */
async function factsOf(
  settings: Settings,
  { signal, scratch }: Pick<ReleaseSurroundings, "signal" | "scratch">,
): Promise<RepositoryFacts | undefined> {
  const source = "source" in settings ? settings.source : ".";
  try {
    return (await openGitRepository({ source, scratch: await scratch(), signal })).facts;
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}

function folderOf({ workTree }: RepositoryFacts, source: string): string {
  return basename(workTree ?? source);
}

async function policyOf({ notes, ...rest }: ReleaseSettings): Promise<ReleasePolicy> {
  if (notes === undefined || notes === "generate") return { ...rest, ...(notes && { notes }) };
  try {
    return { ...rest, notes: { text: await readFile(notes.file, "utf8") } };
  } catch (cause) {
    throw new ColdstoreError("source", `the file of notes, ${notes.file}, can't be read; check its path`, { cause });
  }
}
