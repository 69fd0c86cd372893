import type { StoredBytes } from "./stored-bytes.ts";

/** Everything the server knows; a test may read and change any of it between requests. */
export interface GitHubState {
  /** By lower-case `owner/name`. */
  readonly repositories: Map<string, Repository>;
  /** By the token itself. */
  readonly tokens: Map<string, Token>;
  readonly accounts: Map<string, Account>;
  nextId: number;
  /** Milliseconds since 1970. */
  now: () => number;
}

export interface Account {
  readonly id: number;
  readonly login: string;
  readonly type: "User" | "Bot" | "Organization";
}

export type Level = "none" | "read" | "write";

export interface Token {
  readonly value: string;
  /** `installation`: a workflow's GITHUB_TOKEN or an App's; `classic`: a personal token with scopes. */
  readonly kind: "installation" | "fine-grained" | "classic";
  readonly account: Account;
  contents: Level;
  issues: Level;
  pulls: Level;
  workflows: Level;
  scopes: readonly string[];
  /** Lower-case `owner/name`; undefined: all of them. */
  repositories: readonly string[] | undefined;
  /** Expired or revoked ones are "Bad credentials". */
  valid: boolean;
  readonly rate: { limit: number; used: number; reset: number };
}

export interface Repository {
  readonly id: number;
  readonly fullName: string;
  readonly owner: Account;
  readonly created: number;
  private: boolean;
  archived: boolean;
  defaultBranch: string;
  /** The setting: what is published from now on is immutable. */
  immutableReleases: boolean;
  /** By full sha. */
  readonly commits: Map<string, Commit>;
  /** Branch to sha. */
  readonly branches: Map<string, string>;
  readonly tags: Map<string, Tag>;
  /** Names that nobody may make a tag of, by a ruleset. */
  readonly restrictedTags: RegExp[];
  /** Names that an immutable release has had. */
  readonly burntTags: Set<string>;
  readonly releases: Map<number, Release>;
  /** The release that somebody has made the latest; undefined: GitHub decides. */
  latest: number | undefined;
  /** Issues and pull requests, by number. */
  readonly issues: Map<number, Issue>;
}

export interface Commit {
  readonly sha: string;
  readonly date: number;
  /** Stands for what `.github/workflows` holds there. */
  readonly workflows: string;
}

export interface Tag {
  readonly name: string;
  readonly commit: string;
  readonly annotated?: { readonly sha: string; readonly message: string };
}

/** Not to be seen in lists for so many of them, or so long. */
export interface Lag {
  requests: number;
  until: number;
}

export interface Release {
  readonly id: number;
  tag: string;
  target: string;
  name: string | null;
  body: string | null;
  draft: boolean;
  prerelease: boolean;
  immutable: boolean;
  /** As it was said when it was published. */
  makeLatest: "true" | "false" | "legacy";
  readonly author: Account;
  /** What a draft is called in its URLs. */
  readonly untagged: string;
  created: number;
  published: number | undefined;
  updated: number;
  lag: Lag | undefined;
  readonly assets: Map<number, Asset>;
}

export interface Asset {
  readonly id: number;
  name: string;
  label: string;
  state: "uploaded" | "starter";
  readonly contentType: string;
  readonly size: number;
  digest: string | null;
  downloads: number;
  readonly uploader: Account;
  readonly created: number;
  updated: number;
  lag: Lag | undefined;
  /** What storage has; undefined: nothing. */
  bytes: StoredBytes | undefined;
}

export interface Issue {
  readonly number: number;
  readonly id: number;
  readonly author: Account;
  title: string;
  locked: boolean;
  readonly created: number;
  readonly comments: Map<number, Comment>;
  readonly pull: Pull | undefined;
}

export interface Pull {
  readonly base: Side;
  readonly head: Side;
  merged: boolean;
}

export interface Side {
  readonly ref: string;
  readonly sha: string;
  /** Undefined: a fork that is gone. */
  readonly repository: Repository | undefined;
}

export interface Comment {
  readonly id: number;
  readonly author: Account;
  body: string;
  readonly created: number;
  updated: number;
}

export function emptyState(): GitHubState {
  return { repositories: new Map(), tokens: new Map(), accounts: new Map(), nextId: 1001, now: () => Date.now() };
}

/** One that nothing else of the server bears. */
export function newId(state: GitHubState): number {
  return state.nextId++;
}

export function findRepository(state: GitHubState, fullName: string): Repository | undefined {
  return state.repositories.get(fullName.toLowerCase());
}

/** The account of that name, made when there is none. */
export function account(state: GitHubState, login: string, type: Account["type"] = "User"): Account {
  const known = state.accounts.get(login);
  if (known !== undefined) return known;
  const made: Account = { id: newId(state), login, type: login.endsWith("[bot]") ? "Bot" : type };
  state.accounts.set(login, made);
  return made;
}
