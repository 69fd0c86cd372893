import { notFound } from "./answer.ts";
import type { Answer } from "./answer.ts";
import { numberOf, repositoryOf } from "./call.ts";
import type { Call, Places } from "./call.ts";
import { needRead } from "./permissions.ts";
import { nodeId, showAccount, showRepository, time } from "./show-people.ts";
import type { Side } from "./state.ts";

type Json = Readonly<Record<string, unknown>>;

export function getPull(call: Call): Answer {
  const repository = repositoryOf(call);
  needRead(call, repository, "pulls");
  const issue = repository.issues.get(numberOf(call, "pull_number"));
  if (issue?.pull === undefined) throw notFound();
  const { pull, number } = issue;
  const page = `${call.places.web}/${repository.fullName}/pull/${number}`;
  const links = linksOf(`${call.places.api}/repos/${repository.fullName}`, number, pull.head.sha);
  return {
    status: 200,
    body: {
      id: issue.id,
      node_id: nodeId("PR", issue.id),
      number,
      title: issue.title,
      body: null,
      html_url: page,
      diff_url: `${page}.diff`,
      patch_url: `${page}.patch`,
      ...Object.fromEntries(
        Object.entries(links).map(([name, href]) => [name === "self" ? "url" : `${name}_url`, href]),
      ),
      _links: Object.fromEntries(Object.entries({ ...links, html: page }).map(([name, href]) => [name, { href }])),
      state: pull.merged ? "closed" : "open",
      locked: issue.locked,
      draft: false,
      labels: [],
      milestone: null,
      user: showAccount(call.places, issue.author),
      created_at: time(issue.created),
      updated_at: time(issue.created),
      closed_at: null,
      merged_at: null,
      merge_commit_sha: null,
      assignee: null,
      author_association: "CONTRIBUTOR",
      auto_merge: null,
      base: sideOf(call.places, pull.base),
      head: sideOf(call.places, pull.head),
      merged: pull.merged,
      mergeable: true,
      mergeable_state: "clean",
      merged_by: null,
      comments: issue.comments.size,
      review_comments: 0,
      maintainer_can_modify: false,
      commits: 1,
      additions: 1,
      deletions: 0,
      changed_files: 1,
    },
  };
}

function linksOf(base: string, number: number, sha: string): Readonly<Record<string, string>> {
  const self = `${base}/pulls/${number}`;
  return {
    self,
    issue: `${base}/issues/${number}`,
    comments: `${base}/issues/${number}/comments`,
    commits: `${self}/commits`,
    review_comments: `${self}/comments`,
    review_comment: `${base}/pulls/comments{/number}`,
    statuses: `${base}/statuses/${sha}`,
  };
}

function sideOf(places: Places, { ref, sha, repository }: Side): Json {
  if (repository === undefined) return { label: `unknown:${ref}`, ref, sha, user: null, repo: null };
  const { owner } = repository;
  return {
    label: `${owner.login}:${ref}`,
    ref,
    sha,
    user: showAccount(places, owner),
    repo: showRepository(places, repository),
  };
}
