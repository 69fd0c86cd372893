import { expect, test } from "vitest";
import { commentOnPullRequest } from "../src/connect-comment.ts";
import type { SnapshotSettings } from "../src/settings/settings.ts";
import { startGitHubServer } from "./support/github-server/github-server.ts";
import { addPull, addRepository, addToken } from "./support/github-server/seed.ts";
import { snapshotDefaults } from "./support/world.ts";

const marker = "<!-- coldstore:snapshot -->";
const payload = {
  pull_request: { number: 8, head: { repo: { full_name: "acme/app" } }, base: { repo: { full_name: "acme/app" } } },
};

/** What a run in a workflow warns of when it has commented on #8 of acme/app, and how often it asked GitHub. */
async function comment(given: { readonly locked?: boolean; readonly token?: Parameters<typeof addToken>[1] | "none" }) {
  await using server = await startGitHubServer();
  const { locked = false, token = {} } = given;
  addPull(server.state, addRepository(server.state, "acme/app"), 8, { locked });
  const settings: SnapshotSettings = {
    ...snapshotDefaults,
    dryRun: true,
    comment: "auto",
    ...(token !== "none" && { token: addToken(server.state, token) }),
  };
  const warning = await commentOnPullRequest({
    settings,
    payload,
    env: {
      GITHUB_ACTIONS: "true",
      GITHUB_EVENT_NAME: "pull_request",
      GITHUB_REPOSITORY: "acme/app",
      GITHUB_API_URL: server.apiUrl,
    },
    write: () => ({ marker, body: `${marker}\n\nhello\n` }),
    log: { step: () => undefined, warn: () => undefined, event: () => undefined, debug: () => undefined },
    signal: new AbortController().signal,
  });
  return { warning, asked: server.log.length };
}

test("a comment that is written needs no warning", async () => {
  expect((await comment({})).warning).toBeUndefined();
});

test("why there is no comment is said once, with how to do without the warning", async () => {
  expect((await comment({ locked: true })).warning).toBe(
    "there is no comment in #8: its conversation is locked; set comment to never to do without this warning",
  );
  expect((await comment({ token: { issues: "read", pulls: "read" } })).warning).toMatch(
    /^couldn't write a comment to #8 in acme\/app: the job's token may not; give the job the permission pull-requests: write .*; set comment to never to do without this warning$/,
  );
});

test("without a token GitHub isn't asked at all", async () => {
  expect(await comment({ token: "none" })).toEqual({
    warning: "no comment in #8: there is no token; set comment to never to do without this warning",
    asked: 0,
  });
});
