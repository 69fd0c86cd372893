import type { Places } from "./call.ts";
import type { Account, Repository } from "./state.ts";

/** An account as it stands within other answers. */
export function showAccount({ api, web }: Places, { id, login, type }: Account): Readonly<Record<string, unknown>> {
  const url = `${api}/users/${encodeURIComponent(login)}`;
  return {
    login,
    id,
    node_id: nodeId("U", id),
    avatar_url: `${web}/avatars/${id}`,
    gravatar_id: "",
    url,
    html_url: `${web}/${encodeURIComponent(login)}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type,
    user_view_type: "public",
    site_admin: false,
  };
}

export function nodeId(kind: string, id: number): string {
  return `${kind}_${Buffer.from(`${id}`).toString("base64url")}`;
}

export function time(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/u, "Z");
}

const plainLinks = ["contributors", "deployments", "downloads", "events", "forks", "hooks", "languages", "merges"];
const moreLinks = ["stargazers", "subscribers", "subscription", "tags", "teams"];
const templates: Readonly<Record<string, string>> = {
  archive: "{archive_format}{/ref}",
  assignees: "assignees{/user}",
  blobs: "git/blobs{/sha}",
  branches: "branches{/branch}",
  collaborators: "collaborators{/collaborator}",
  comments: "comments{/number}",
  commits: "commits{/sha}",
  compare: "compare/{base}...{head}",
  contents: "contents/{+path}",
  git_commits: "git/commits{/sha}",
  git_refs: "git/refs{/sha}",
  git_tags: "git/tags{/sha}",
  issue_comment: "issues/comments{/number}",
  issue_events: "issues/events{/number}",
  issues: "issues{/number}",
  keys: "keys{/key_id}",
  labels: "labels{/name}",
  milestones: "milestones{/number}",
  notifications: "notifications{?since,all,participating}",
  pulls: "pulls{/number}",
  releases: "releases{/id}",
  statuses: "statuses/{sha}",
  trees: "git/trees{/sha}",
};

/** A repository, as its own answer and within others. */
export function showRepository(places: Places, repository: Repository): Readonly<Record<string, unknown>> {
  const { id, fullName, owner } = repository;
  const url = `${places.api}/repos/${fullName}`;
  const page = `${places.web}/${fullName}`;
  const links = [...plainLinks, ...moreLinks].map((name) => [`${name}_url`, `${url}/${name}`]);
  return {
    id,
    node_id: nodeId("R", id),
    name: fullName.split("/")[1],
    full_name: fullName,
    owner: showAccount(places, owner),
    private: repository.private,
    html_url: page,
    description: null,
    fork: false,
    url,
    ...Object.fromEntries(links),
    ...Object.fromEntries(Object.entries(templates).map(([name, path]) => [`${name}_url`, `${url}/${path}`])),
    clone_url: `${page}.git`,
    git_url: `git://github.test/${fullName}.git`,
    ssh_url: `git@github.test:${fullName}.git`,
    svn_url: page,
    mirror_url: null,
    homepage: null,
    language: null,
    license: null,
    default_branch: repository.defaultBranch,
    visibility: repository.private ? "private" : "public",
    archived: repository.archived,
    disabled: false,
    ...Object.fromEntries(["issues", "projects", "wiki", "downloads"].map((what) => [`has_${what}`, true])),
    has_pages: false,
    has_discussions: false,
    size: 0,
    forks: 0,
    forks_count: 0,
    stargazers_count: 0,
    watchers: 0,
    watchers_count: 0,
    open_issues: repository.issues.size,
    open_issues_count: repository.issues.size,
    created_at: time(repository.created),
    updated_at: time(repository.created),
    pushed_at: time(repository.created),
  };
}
