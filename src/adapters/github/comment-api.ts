import { ColdstoreError } from "../../model/errors.ts";
import { type Answer, answerWithin } from "./github-answer.ts";
import type { CallAbout, GitHubClient } from "./github-client.ts";
import type { CallIo } from "./release-api.ts";

/** Who wrote a comment. A bot's login ends with `[bot]`, which no person's can. */
export interface Author {
  readonly login: string;
  readonly isBot: boolean;
}

/** A comment of an issue or a pull request. */
export interface IssueComment {
  readonly id: number;
  readonly body: string;
  /** For a person. */
  readonly url: string;
  /** Absent for an account that is gone. */
  readonly author?: Author;
}

/** The comments of one repository's issues and pull requests. Every failure is a ColdstoreError with a sentence. */
export interface CommentApi {
  /** The oldest first, page by page. */
  comments(issue: number, io: CallIo): AsyncIterable<IssueComment>;

  /** Sent once. */
  create(issue: number, body: string, io: CallIo): Promise<IssueComment>;

  /** undefined: there is no such comment any more. */
  update(comment: number, body: string, io: CallIo): Promise<IssueComment | undefined>;

  /** One that isn't there counts as deleted. */
  delete(comment: number, io: CallIo): Promise<void>;

  /** Whom the token writes as; for a token of an app, which isn't told, the one that a workflow's own writes as. */
  writer(io: CallIo): Promise<Author>;
}

/** A job's own token; docs.github.com, "GITHUB_TOKEN". */
const workflowsBot: Author = { login: "github-actions[bot]", isBot: true };

/** The comments of a repository, `owner/name`. */
export function openCommentApi(client: GitHubClient, repository: string): CommentApi {
  return new GitHubComments(client, repository);
}

class GitHubComments implements CommentApi {
  readonly #client: GitHubClient;
  readonly #repository: string;
  readonly #at: { readonly owner: string; readonly repo: string };

  constructor(client: GitHubClient, repository: string) {
    const [owner = "", repo = ""] = repository.split("/");
    this.#client = client;
    this.#repository = repository;
    this.#at = { owner, repo };
  }

  async *comments(issue: number, io: CallIo): AsyncGenerator<IssueComment> {
    const which = { ...this.#at, issue_number: issue, per_page: 100 };
    const about = this.#about("read", `the comments of #${issue}`);
    for (let page = 1; ; page += 1) {
      const { data, headers } = await this.#client.call(
        async ({ rest }, options) => rest.issues.listComments({ ...which, page, ...options }),
        io,
        about,
      );
      yield* data.map(commentOf);
      if (!/\brel="?next\b/u.test(headers.link ?? "")) return;
    }
  }

  async create(issue: number, body: string, io: CallIo): Promise<IssueComment> {
    const comment = { ...this.#at, issue_number: issue, body };
    const made = await this.#client.call(
      async ({ rest }, options) => unless(isLocked, async () => rest.issues.createComment({ ...comment, ...options })),
      io,
      this.#about("write", `a comment to #${issue}`),
    );
    if (made === undefined) throw locked(issue);
    return commentOf(made.data);
  }

  async update(id: number, body: string, io: CallIo): Promise<IssueComment | undefined> {
    const comment = { ...this.#at, comment_id: id, body };
    const changed = await this.#client.call(
      async ({ rest }, options) => unless(isGone, async () => rest.issues.updateComment({ ...comment, ...options })),
      io,
      this.#about("change", `comment ${id}`),
    );
    return changed && commentOf(changed.data);
  }

  async delete(id: number, io: CallIo): Promise<void> {
    const comment = { ...this.#at, comment_id: id };
    await this.#client.call(
      async ({ rest }, options) => unless(isGone, async () => rest.issues.deleteComment({ ...comment, ...options })),
      io,
      this.#about("delete", `comment ${id}`),
    );
  }

  async writer(io: CallIo): Promise<Author> {
    const user = await this.#client.call(
      async ({ rest }, { request }) => unless(isApps, async () => rest.users.getAuthenticated({ request })),
      io,
      { what: "find out whose the token is", writes: false, permission: "pull-requests" },
    );
    return user === undefined ? workflowsBot : authorOf(user.data);
  }

  #about(verb: "read" | "write" | "change" | "delete", what: string): CallAbout {
    const permission = "pull-requests";
    return { what: `${verb} ${what} in ${this.#repository}`, writes: verb !== "read", permission };
  }
}

/** What a call gives; undefined when GitHub refuses it for this reason. */
async function unless<T>(reason: (answer: Answer) => boolean, call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (thrown) {
    const answer = answerWithin(thrown);
    if (answer !== undefined && reason(answer)) return undefined;
    throw thrown;
  }
}

function isGone({ status }: Answer): boolean {
  return status === 404 || status === 410;
}

function isLocked({ status, message }: Answer): boolean {
  return status === 403 && /\blocked\b/i.test(message);
}

/** Tokens of apps, a job's own among them, belong to no user. */
function isApps({ status, message }: Answer): boolean {
  return status === 403 && /not accessible by integration/i.test(message);
}

function locked(issue: number): ColdstoreError {
  return new ColdstoreError("store", `there is no comment in #${issue}: its conversation is locked`);
}

interface User {
  readonly login: string;
  readonly type: string;
}

function commentOf(data: {
  readonly id: number;
  readonly body?: string | undefined;
  readonly html_url: string;
  readonly user: User | null;
}): IssueComment {
  const { id, body = "", html_url: url, user } = data;
  return { id, body, url, ...(user && { author: authorOf(user) }) };
}

function authorOf({ login, type }: User): Author {
  return { login, isBot: type === "Bot" };
}
