import type { RequestRecord } from "./request-log.ts";
import type { GitHubState, Release, Repository } from "./state.ts";

type Json = Readonly<Record<string, unknown>>;

interface Described {
  readonly state: GitHubState;
  readonly log: readonly RequestRecord[];
  readonly violations: readonly string[];
}

/** The state for other programs, without tokens. */
export function describeState({ state, log, violations }: Described): Json {
  const repositories = [...state.repositories.values()];
  return {
    repositories: Object.fromEntries(repositories.map((repository) => [repository.fullName, describeOne(repository)])),
    violations,
    requests: log.map(({ origin, method, path, status, bytes, token, milliseconds }) => ({
      origin,
      method,
      path,
      status,
      bytes,
      token,
      milliseconds,
    })),
  };
}

function describeOne(repository: Repository): Json {
  const issues = [...repository.issues.values()];
  return {
    tags: Object.fromEntries([...repository.tags.values()].map(({ name, commit }) => [name, commit])),
    releases: [...repository.releases.values()].map(describeRelease),
    comments: issues.flatMap(({ number, comments }) =>
      [...comments.values()].map(({ id, author, body }) => ({ issue: number, id, author: author.login, body })),
    ),
  };
}

function describeRelease(release: Release): Json {
  const { id, tag, name, body, draft, prerelease, immutable, assets } = release;
  const listed = [...assets.values()].map(({ id, name, label, state, size, digest }) => ({
    id,
    name,
    label,
    state,
    size,
    digest,
  }));
  return { id, tag, name, body, draft, prerelease, immutable, assets: listed };
}
