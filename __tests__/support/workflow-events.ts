/** What started a workflow's run, as GitHub tells it. */
export interface WorkflowEvent {
  readonly name: "push" | "schedule" | "workflow_dispatch" | "pull_request";
  /** In full: refs/tags/v1.4.0. */
  readonly ref: string;
  readonly sha: string;
  /** Of a pull request: the branches that it goes from and to. */
  readonly branches?: { readonly head: string; readonly base: string };
  /** The event's file. */
  readonly payload: Readonly<Record<string, unknown>>;
}

/** The project that all of these events are of. */
export const eventProject = "acme/app";

const repository = {
  full_name: eventProject,
  name: "app",
  owner: { login: "acme" },
  default_branch: "main",
  fork: false,
};
const sender = { login: "octocat" };

export function tagPush(tag: string, sha: string): WorkflowEvent {
  return push(`refs/tags/${tag}`, sha);
}

export function branchPush(branch: string, sha: string): WorkflowEvent {
  return push(`refs/heads/${branch}`, sha);
}

function push(ref: string, sha: string): WorkflowEvent {
  return { name: "push", ref, sha, payload: { ref, after: sha, repository, sender } };
}

export function schedule(sha: string): WorkflowEvent {
  return { name: "schedule", ref: "refs/heads/main", sha, payload: { schedule: "17 2 * * *", repository } };
}

/** On the default branch, or on another ref. */
export function dispatch(sha: string, ref = "refs/heads/main"): WorkflowEvent {
  return { name: "workflow_dispatch", ref, sha, payload: { ref, inputs: {}, repository, sender } };
}

export interface PullRequest {
  readonly number: number;
  /** The merge commit that GitHub made of it. */
  readonly sha: string;
  /** Its own last commit. */
  readonly head: string;
  readonly branch: string;
  /** The repository that it comes from; another one than the project is a fork. */
  readonly from: string;
}

export function pullRequest({ number, sha, head, branch, from }: PullRequest): WorkflowEvent {
  const repo = { ...repository, full_name: from, fork: from !== eventProject };
  const pull_request = {
    number,
    merge_commit_sha: sha,
    head: { ref: branch, sha: head, repo },
    base: { ref: "main", sha: head, repo: repository },
  };
  const ref = `refs/pull/${number}/merge`;
  const payload = { action: "synchronize", number, pull_request, repository, sender };
  return { name: "pull_request", ref, sha, branches: { head: branch, base: "main" }, payload };
}

/** The variables that a runner tells a step of it (docs.github.com/en/actions/reference/workflows-and-actions/variables). */
export function eventVariables({ name, ref, sha, branches }: WorkflowEvent): Readonly<Record<string, string>> {
  return {
    GITHUB_EVENT_NAME: name,
    GITHUB_REF: ref,
    GITHUB_REF_NAME: ref.replace(/^refs\/(heads|tags|pull)\//u, ""),
    GITHUB_REF_TYPE: ref.startsWith("refs/tags/") ? "tag" : "branch",
    GITHUB_SHA: sha,
    GITHUB_HEAD_REF: branches?.head ?? "",
    GITHUB_BASE_REF: branches?.base ?? "",
    GITHUB_REPOSITORY: eventProject,
    GITHUB_REPOSITORY_OWNER: "acme",
  };
}
