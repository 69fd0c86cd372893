import { describe, expect, test } from "vitest";
import { pullRequestBase } from "../../src/settings/pull-request-base.ts";
import { configDisk, settingsOf } from "../support/config-disk.ts";

const base = "b".repeat(40);
const merge = "e".repeat(40);
const onPullRequest = {
  GITHUB_ACTIONS: "true",
  GITHUB_EVENT_NAME: "pull_request",
  GITHUB_EVENT_PATH: "/event.json",
  GITHUB_SHA: merge,
  GITHUB_REF: "refs/pull/7/merge",
};
const event = { pull_request: { number: 7, base: { sha: base } } };

const baseOf = async (env: Readonly<Record<string, string>>, text = JSON.stringify(event)) =>
  pullRequestBase({ env: { ...onPullRequest, ...env }, config: configDisk({ "/event.json": text }) });

test.each(["snapshot", "archive"])(
  "on a pull request %s knows the base and the merge that is tried out",
  async (mode) => {
    const files = { "/event.json": JSON.stringify(event) };
    const settings = await settingsOf({ argv: `${mode} . ./cold`, env: onPullRequest, files });
    expect(settings).toMatchObject({ base: { commit: base, merge }, dryRun: true });
  },
);

test("elsewhere there is no base, whatever the event says", async () => {
  expect(await baseOf({ GITHUB_EVENT_NAME: "push" })).toBeUndefined();
  expect(await baseOf({ GITHUB_ACTIONS: "" })).toBeUndefined();
  expect(await settingsOf({ argv: "snapshot . ./cold" })).not.toHaveProperty("base");
});

test.each([
  ["of pull_request_target", { GITHUB_EVENT_NAME: "pull_request_target", GITHUB_REF: "refs/heads/main" }],
  ["without a commit of its own", { GITHUB_SHA: "" }],
])("a run %s tries no merge out", async (_, env) => {
  expect(await baseOf(env)).toEqual({ commit: base });
});

describe("an event that tells no base is no trouble", () => {
  test.each([
    "",
    "{",
    "null",
    "[]",
    "7",
    '{"pull_request":null}',
    '{"pull_request":{"base":{"sha":7}}}',
    '{"pull_request":{"base":{"sha":"--output=x"}}}',
  ])("%j", async (text) => {
    expect(await baseOf({}, text)).toBeUndefined();
  });

  test("that isn't there, or can't be read", async () => {
    expect(await baseOf({ GITHUB_EVENT_PATH: "/nowhere" })).toBeUndefined();
    const read = async () => Promise.reject(new Error("EACCES"));
    expect(await pullRequestBase({ env: onPullRequest, config: { read } })).toBeUndefined();
  });
});
