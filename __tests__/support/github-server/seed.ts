import { createHash, randomBytes } from "node:crypto";
import { account, newId } from "./state.ts";
import type { Asset, Commit, GitHubState, Issue, Level, Release, Repository, Tag, Token } from "./state.ts";
import { inMemory } from "./stored-bytes.ts";

type RepositorySettings = Partial<Pick<Repository, "private" | "archived" | "defaultBranch" | "immutableReleases">>;

/** With one commit on its default branch. */
export function addRepository(state: GitHubState, fullName: string, settings: RepositorySettings = {}): Repository {
  const repository: Repository = {
    id: newId(state),
    fullName,
    created: state.now(),
    latest: undefined,
    owner: account(state, fullName.split("/")[0] ?? "", "Organization"),
    private: false,
    archived: false,
    defaultBranch: "main",
    immutableReleases: false,
    commits: new Map(),
    branches: new Map(),
    tags: new Map(),
    releases: new Map(),
    issues: new Map(),
    restrictedTags: [],
    burntTags: new Set(),
    ...settings,
  };
  state.repositories.set(fullName.toLowerCase(), repository);
  addCommit(state, repository, { branch: repository.defaultBranch });
  return repository;
}

interface NewCommit {
  readonly sha?: string;
  readonly date?: number;
  readonly workflows?: string;
  /** Which it becomes the tip of. */
  readonly branch?: string;
}

export function addCommit(state: GitHubState, repository: Repository, given: NewCommit = {}): Commit {
  const { sha = randomBytes(20).toString("hex"), date = state.now(), workflows = "", branch } = given;
  const commit: Commit = { sha, date, workflows };
  repository.commits.set(sha, commit);
  if (branch !== undefined) repository.branches.set(branch, sha);
  return commit;
}

interface NewTag {
  /** The tip of the default branch, when it isn't given. */
  readonly commit?: string;
  /** The message of an annotated tag. */
  readonly message?: string;
  readonly sha?: string;
}

/** Also moves one that is there. */
export function addTag(state: GitHubState, repository: Repository, name: string, given: NewTag = {}): Tag {
  const commit = given.commit ?? repository.branches.get(repository.defaultBranch) ?? "";
  if (!repository.commits.has(commit)) addCommit(state, repository, { sha: commit });
  const sha = given.sha ?? createHash("sha1").update(`${name} ${commit}`).digest("hex");
  const { message } = given;
  const tag: Tag = { name, commit, ...(message !== undefined && { annotated: { sha, message } }) };
  repository.tags.set(name, tag);
  return tag;
}

type ReleaseFields = Partial<
  Pick<Release, "name" | "body" | "draft" | "prerelease" | "immutable" | "created" | "target">
>;
type NewRelease = ReleaseFields & { readonly by?: string; readonly assets?: Readonly<Record<string, Buffer | string>> };

/** One that somebody else has made; published unless it says `draft`, its tag made if there is none. */
export function addRelease(state: GitHubState, repository: Repository, tag: string, given: NewRelease = {}): Release {
  const { by = "someone", assets = {}, ...fields } = given;
  const now = state.now();
  const release: Release = {
    id: newId(state),
    tag,
    target: repository.defaultBranch,
    name: tag,
    body: "",
    author: account(state, by),
    draft: false,
    prerelease: false,
    immutable: false,
    makeLatest: "legacy",
    created: now,
    updated: now,
    lag: undefined,
    untagged: `untagged-${randomBytes(10).toString("hex")}`,
    published: given.draft === true ? undefined : now,
    assets: new Map(),
    ...fields,
  };
  if (!release.draft && !repository.tags.has(tag)) addTag(state, repository, tag);
  if (release.immutable) repository.burntTags.add(tag);
  repository.releases.set(release.id, release);
  for (const [name, bytes] of Object.entries(assets)) addAsset(state, release, name, bytes);
  return release;
}

/** One as if uploaded; `fields` may say otherwise, for instance `state: "starter"` or `digest: null`. */
export function addAsset(
  state: GitHubState,
  release: Release,
  name: string,
  content: Buffer | string,
  fields: Partial<Asset> = {},
): Asset {
  const bytes = inMemory(Buffer.from(content));
  const now = state.now();
  const asset: Asset = {
    id: newId(state),
    name,
    label: "",
    state: "uploaded",
    contentType: "application/octet-stream",
    size: bytes.size,
    digest: `sha256:${bytes.sha256}`,
    bytes,
    downloads: 0,
    uploader: release.author,
    created: now,
    updated: now,
    lag: undefined,
    ...fields,
  };
  release.assets.set(asset.id, asset);
  return asset;
}

interface NewPull {
  readonly title?: string;
  readonly by?: string;
  readonly locked?: boolean;
  /** The repository that it comes from: a fork, or `null` for one that is gone. */
  readonly from?: Repository | null;
}

/** A pull request into the default branch. */
export function addPull(state: GitHubState, repository: Repository, number: number, given: NewPull = {}): Issue {
  const { title = "A change", by = "someone", locked = false, from = repository } = given;
  const base = {
    ref: repository.defaultBranch,
    sha: repository.branches.get(repository.defaultBranch) ?? "",
    repository,
  };
  const head = { ref: "change", sha: addCommit(state, repository).sha, repository: from ?? undefined };
  const issue: Issue = {
    number,
    id: newId(state),
    author: account(state, by),
    title,
    locked,
    created: state.now(),
    comments: new Map(),
    pull: { base, head, merged: false },
  };
  repository.issues.set(number, issue);
  return issue;
}

export function addComment(state: GitHubState, issue: Issue, by: string, body: string): void {
  const now = state.now();
  const id = newId(state);
  issue.comments.set(id, { id, author: account(state, by), body, created: now, updated: now });
}

type NewToken = Partial<Omit<Token, "account" | "rate">> & { readonly login?: string; readonly limit?: number };

/** A workflow's GITHUB_TOKEN that may do all but change workflows, unless it is told otherwise. */
export function addToken(state: GitHubState, given: NewToken = {}): string {
  const { login, limit = 5000, kind = "installation", ...fields } = given;
  const prefix = { installation: "ghs_", "fine-grained": "github_pat_", classic: "ghp_" }[kind];
  const who = login ?? (kind === "installation" ? "github-actions[bot]" : "someone");
  const token: Token = {
    value: prefix + randomBytes(18).toString("hex"),
    kind,
    account: account(state, who),
    valid: true,
    contents: "write",
    issues: "write",
    pulls: "write",
    workflows: "none" satisfies Level,
    scopes: kind === "classic" ? ["repo"] : [],
    repositories: undefined,
    rate: { limit, used: 0, reset: state.now() + 3_600_000 },
    ...fields,
  };
  state.tokens.set(token.value, token);
  return token.value;
}
