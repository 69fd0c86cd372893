import { describe, expect, test } from "vitest";
import type { Author, CommentApi, IssueComment } from "../../../src/adapters/github/comment-api.ts";
import { openCommentApi } from "../../../src/adapters/github/comment-api.ts";
import { openGitHub } from "../../../src/adapters/github/github-client.ts";
import { type Posted, postStickyComment } from "../../../src/adapters/github/sticky-comment.ts";
import { type GitHubServer, startGitHubServer } from "../../support/github-server/github-server.ts";
import { addComment, addPull, addRepository, addToken } from "../../support/github-server/seed.ts";
import type { Issue } from "../../support/github-server/state.ts";

const marker = "<!-- coldstore:snapshot -->";
const body = `${marker}\n\n## ✅ it would be made\n`;
const { signal } = new AbortController();

/** A server with a pull request, #7 of acme/app. */
async function pullRequest(given: Parameters<typeof addPull>[3] = {}) {
  const server = await startGitHubServer();
  const issue = addPull(server.state, addRepository(server.state, "acme/app"), 7, given);
  return { server, issue };
}

interface Posting {
  readonly token?: Parameters<typeof addToken>[1];
  readonly body?: string;
  readonly marker?: string;
}

/** Posts as a run does, with a client of its own. */
async function post(server: GitHubServer, given: Posting = {}): Promise<Posted> {
  await using client = openGitHub({
    token: addToken(server.state, given.token),
    apiUrl: server.apiUrl,
    userAgent: "coldstore-test",
    within: "pull-request",
    stallMs: 10_000,
    pace: { writeGapMs: 0, now: () => Date.now(), random: () => 0.5, sleep: async () => {} },
  });
  const comments = openCommentApi(client, "acme/app");
  return await postStickyComment({ comments, issue: 7, marker, body, ...given, signal });
}

const bodiesOf = (issue: Issue) => [...issue.comments.values()].map((comment) => comment.body);

describe("one comment", () => {
  test("is written, left alone while nothing is new, and changed when something is", async () => {
    const { server, issue } = await pullRequest();
    await using _ = server;
    const created = await post(server);
    const [comment] = issue.comments.values();
    expect(created).toEqual({
      kind: "created",
      url: `${server.places.web}/acme/app/pull/7#issuecomment-${comment?.id}`,
    });
    expect(await post(server)).toEqual({ ...created, kind: "unchanged" });
    expect(await post(server, { body: `${body}more` })).toEqual({ ...created, kind: "updated" });
    expect(bodiesOf(issue)).toEqual([`${body}more`]);
  });

  test("is asked for by plain calls of GitHub's API", async () => {
    const { server, issue } = await pullRequest();
    await using _ = server;
    await post(server);
    await post(server, { body: `${body}more` });
    const [comment] = issue.comments.values();
    const list = "GET /repos/acme/app/issues/7/comments?per_page=100&page=1";
    expect(server.log.map(({ method, path }) => `${method} ${path}`)).toEqual([
      list,
      "POST /repos/acme/app/issues/7/comments",
      list,
      list,
      "GET /user",
      `PATCH /repos/acme/app/issues/comments/${comment?.id}`,
    ]);
  });

  test("is found behind hundreds of others", async () => {
    const { server, issue } = await pullRequest();
    await using _ = server;
    for (let i = 0; i < 230; i += 1) addComment(server.state, issue, "someone", `comment ${i}`);
    await post(server);
    expect(await post(server)).toMatchObject({ kind: "unchanged" });
    expect(issue.comments.size).toBe(231);
  });

  test("whose ends of lines a form has changed is unchanged", async () => {
    const { server, issue } = await pullRequest();
    await using _ = server;
    addComment(server.state, issue, "github-actions[bot]", body.trimEnd().replaceAll("\n", "\r\n"));
    expect(await post(server)).toMatchObject({ kind: "unchanged" });
  });

  test("of each marker stands beside those of the others", async () => {
    const { server, issue } = await pullRequest();
    await using _ = server;
    const other = { marker: "<!-- coldstore:archive -->", body: "<!-- coldstore:archive -->\n\nother" };
    for (const each of [{}, other, {}, other]) await post(server, each);
    expect(bodiesOf(issue)).toEqual([body, other.body]);
  });

  test.each<[string, NonNullable<Posting["token"]>]>([
    ["a person", { kind: "classic", login: "octo" }],
    ["a person, with a token for one repository", { kind: "fine-grained", login: "octo" }],
    ["an app", { login: "my-app[bot]" }],
    ["a workflow that may write pull requests alone", { issues: "none" }],
  ])("is kept by %s", async (_, token) => {
    const { server, issue } = await pullRequest();
    await using __ = server;
    await post(server, { token });
    await post(server, { token });
    expect(await post(server, { token, body: `${body}more` })).toMatchObject({ kind: "updated" });
    expect(bodiesOf(issue)).toEqual([`${body}more`]);
  });
});

describe("somebody else's comment is never touched", () => {
  test.each([
    ["with the marker", "someone", body],
    ["with the marker, of another bot", "dependabot[bot]", body],
    ["that quotes it", "github-actions[bot]", `> ${body}`],
    ["that has it further down", "github-actions[bot]", `\n${body}`],
  ])("%s", async (_, login, theirs) => {
    const { server, issue } = await pullRequest();
    await using __ = server;
    addComment(server.state, issue, login, theirs);
    await post(server, { body: `${body}1` });
    await post(server, { body: `${body}2` });
    expect(bodiesOf(issue)).toEqual([theirs, `${body}2`]);
  });

  test("nor a workflow's by a person's token, which has its own", async () => {
    const { server, issue } = await pullRequest();
    await using _ = server;
    await post(server);
    await post(server, { token: { kind: "classic", login: "octo" }, body: `${body}octo` });
    expect(bodiesOf(issue)).toEqual([body, `${body}octo`]);
  });
});

describe("of several runs at once", () => {
  test("one comment stays, the oldest, and what the others wrote is gone", async () => {
    const { server, issue } = await pullRequest();
    await using _ = server;
    for (let round = 0; round < 5; round += 1) {
      issue.comments.clear();
      server.faults.next({ match: { method: "GET" }, kind: { slow: 15 * round }, times: 3 });
      const posted = await Promise.all(["a", "b", "c"].map(async (run) => post(server, { body: `${body}${run}` })));
      expect(posted.filter(({ kind }) => kind === "refused")).toEqual([]);
      expect(bodiesOf(issue)).toHaveLength(1);
      expect(bodiesOf(issue)[0]).toMatch(/[abc]$/);
    }
  });

  test("what a run left that ended too early is cleared away by the next", async () => {
    const { server, issue } = await pullRequest();
    await using _ = server;
    for (const left of ["1", "2", "3"]) addComment(server.state, issue, "github-actions[bot]", `${body}${left}`);
    const [oldest] = issue.comments.keys();
    expect(await post(server)).toMatchObject({ kind: "updated" });
    expect([[...issue.comments.keys()], bodiesOf(issue)]).toEqual([[oldest], [body]]);
  });

  test("a comment that somebody deletes meanwhile is written anew", async () => {
    const [ours, made] = [aComment(1, "old"), aComment(2, body)];
    const calls: string[] = [];
    const comments = fakeComments(calls, { listed: [ours], update: async () => undefined, create: async () => made });
    expect(await postStickyComment({ comments, issue: 7, marker, body, signal })).toEqual({
      kind: "created",
      url: "2",
    });
    expect(calls).toEqual(["list", "writer", "update 1", "create", "list", "update 1"]);
  });
});

describe("what GitHub refuses makes no run fail", () => {
  test("in a locked conversation", async () => {
    const { server } = await pullRequest({ locked: true });
    await using _ = server;
    expect(await post(server)).toEqual({
      kind: "refused",
      why: "there is no comment in #7: its conversation is locked",
    });
  });

  test.each<[string, NonNullable<Posting["token"]>, RegExp]>([
    ["a token that may only read", { issues: "read", pulls: "read" }, /pull-requests: write.*fork/],
    ["a token that may nothing", { issues: "none", pulls: "none" }, /pull-requests: write/],
    ["a token that is over", { valid: false }, /expired or revoked/],
    ["a token of another repository", { repositories: ["acme/else"] }, /couldn't write|check that the token/],
  ])("to %s", async (_, token, why) => {
    const { server, issue } = await pullRequest();
    await using __ = server;
    const posted = await post(server, { token });
    expect(posted).toEqual({ kind: "refused", why: expect.stringMatching(why) as string });
    expect(posted).not.toHaveProperty("url");
    expect(issue.comments.size).toBe(0);
  });

  test("where there is no such pull request", async () => {
    const { server, issue } = await pullRequest();
    await using _ = server;
    server.state.repositories.get("acme/app")?.issues.delete(issue.number);
    expect(await post(server)).toMatchObject({ kind: "refused" });
  });

  test("when it has trouble of its own", async () => {
    const { server } = await pullRequest();
    await using _ = server;
    server.faults.next({ match: { method: "POST" }, kind: { status: 502 } });
    expect(await post(server)).toMatchObject({ kind: "refused", why: expect.stringContaining("502") as string });
  });

  test("but an abort is one", async () => {
    const stopped = AbortSignal.abort(new Error("stop"));
    const comments = fakeComments([], {});
    await expect(postStickyComment({ comments, issue: 7, marker, body, signal: stopped })).rejects.toThrow("stop");
  });
});

const bot: Author = { login: "github-actions[bot]", isBot: true };

const aComment = (id: number, text: string): IssueComment => ({
  id,
  body: `${marker}${text}`,
  url: `${id}`,
  author: bot,
});

interface Faked extends Partial<Pick<CommentApi, "create" | "update">> {
  readonly listed?: readonly IssueComment[];
}

/** An API that notes what it's asked, for moments that a server doesn't come to by itself. */
function fakeComments(calls: string[], { listed = [], create, update }: Faked): CommentApi {
  return {
    async *comments(_, io) {
      calls.push("list");
      io.signal.throwIfAborted();
      yield* listed;
    },
    writer: async () => {
      calls.push("writer");
      return bot;
    },
    create: async (...asked) => {
      calls.push("create");
      if (create === undefined) throw new Error("it isn't to be asked");
      return create(...asked);
    },
    update: async (id, ...asked) => {
      calls.push(`update ${id}`);
      return update?.(id, ...asked);
    },
    delete: async (id) => void calls.push(`delete ${id}`),
  };
}
