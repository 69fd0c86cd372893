import { expect, test } from "vitest";
import { pullRequestOf } from "../../../src/adapters/actions/pull-request.ts";

const request = (head: unknown, base: unknown, number: unknown = 7) => ({
  pull_request: { number, head: { repo: head }, base: { repo: base } },
});
const app = { full_name: "acme/app" };

test.each([
  ["of a branch of its repository", request(app, app), { number: 7, fork: false }],
  ["of a fork", request({ full_name: "mallory/app" }, app), { number: 7, fork: true }],
  ["of a fork that is gone", request(null, app), { number: 7, fork: true }],
  ["of nothing that is known", request(undefined, undefined), { number: 7, fork: true }],
])("a pull request %s is known by its number", (_, payload, expected) => {
  expect(pullRequestOf(payload)).toEqual(expected);
});

test.each([
  undefined,
  null,
  "text",
  {},
  { pull_request: null },
  { issue: { number: 7 } },
  request(app, app, "7"),
  request(app, app, 0),
  request(app, app, 1.5),
])("%j has no pull request", (payload) => {
  expect(pullRequestOf(payload)).toBeUndefined();
});
