import { invalid, notFound, problem, Refusal } from "./answer.ts";
import type { Answer } from "./answer.ts";
import { numberOf, repositoryOf, textOf } from "./call.ts";
import type { Call } from "./call.ts";
import { page } from "./pages.ts";
import { needRead, needWrite } from "./permissions.ts";
import { nodeId, showAccount, time } from "./show-people.ts";
import { newId } from "./state.ts";
import type { Comment, Issue, Repository } from "./state.ts";

interface Place {
  readonly repository: Repository;
  readonly issue: Issue;
}

export function listComments(call: Call): Answer {
  const repository = repositoryOf(call);
  needRead(call, repository, "issues");
  const issue = issueOf(call, repository);
  return page(call, [...issue.comments.values()], (comment) => showComment(call, { repository, issue }, comment));
}

export function createComment(call: Call): Answer {
  const repository = repositoryOf(call);
  const issue = issueOf(call, repository);
  needWriting(call, { repository, issue });
  const body = bodyOf(call);
  if (issue.locked) throw new Refusal(problem(403, "Unable to create comment because issue is locked."));
  const now = call.state.now();
  const comment: Comment = { id: newId(call.state), author: call.token!.account, body, created: now, updated: now };
  issue.comments.set(comment.id, comment);
  return { status: 201, body: showComment(call, { repository, issue }, comment) };
}

export function getComment(call: Call): Answer {
  const repository = repositoryOf(call);
  needRead(call, repository, "issues");
  const { issue, comment } = commentOf(call, repository);
  return { status: 200, body: showComment(call, { repository, issue }, comment) };
}

export function updateComment(call: Call): Answer {
  const repository = repositoryOf(call);
  const { issue, comment } = commentOf(call, repository);
  needWriting(call, { repository, issue });
  Object.assign(comment, { body: bodyOf(call), updated: call.state.now() });
  return { status: 200, body: showComment(call, { repository, issue }, comment) };
}

export function deleteComment(call: Call): Answer {
  const repository = repositoryOf(call);
  const { issue, comment } = commentOf(call, repository);
  needWriting(call, { repository, issue });
  issue.comments.delete(comment.id);
  return { status: 204 };
}

/** A pull request's comments take either permission. */
function needWriting(call: Call, { repository, issue }: Place): void {
  needWrite(call, repository, issue.pull === undefined ? ["issues"] : ["issues", "pulls"]);
}

function bodyOf(call: Call): string {
  const body = textOf(call, "body");
  if (body === undefined) throw new Refusal(problem(422, 'Invalid request.\n\n"body" wasn\'t supplied.'));
  const blank = { resource: "IssueComment", code: "missing_field", field: "body" };
  if (body.trim() === "") throw invalid(blank);
  const message = "body is too long (maximum is 65536 characters)";
  if (body.length > 65_536) throw invalid({ resource: "IssueComment", code: "custom", field: "body", message });
  return body;
}

function issueOf(call: Call, repository: Repository): Issue {
  const issue = repository.issues.get(numberOf(call, "issue_number"));
  if (issue === undefined) throw notFound();
  return issue;
}

function commentOf(call: Call, repository: Repository): { readonly issue: Issue; readonly comment: Comment } {
  const id = numberOf(call, "comment_id");
  for (const issue of repository.issues.values()) {
    const comment = issue.comments.get(id);
    if (comment !== undefined) return { issue, comment };
  }
  throw notFound();
}

function showComment(
  { places }: Call,
  { repository, issue }: Place,
  comment: Comment,
): Readonly<Record<string, unknown>> {
  const url = `${places.api}/repos/${repository.fullName}/issues`;
  const kind = issue.pull === undefined ? "issues" : "pull";
  return {
    url: `${url}/comments/${comment.id}`,
    html_url: `${places.web}/${repository.fullName}/${kind}/${issue.number}#issuecomment-${comment.id}`,
    issue_url: `${url}/${issue.number}`,
    id: comment.id,
    node_id: nodeId("IC", comment.id),
    user: showAccount(places, comment.author),
    created_at: time(comment.created),
    updated_at: time(comment.updated),
    body: comment.body,
    author_association: comment.author.type === "Bot" ? "NONE" : "MEMBER",
    performed_via_github_app: null,
  };
}
