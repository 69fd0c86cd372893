import { expect, test } from "vitest";
import { stepPlace } from "../../../src/adapters/actions/step-place.ts";

const env = {
  GITHUB_WORKFLOW_REF: "acme/app/.github/workflows/ci.yml@refs/pull/7/merge",
  GITHUB_JOB: "build",
  GITHUB_ACTION: "__coldstore_action_2",
};

test("a step is told from others by its workflow's file, its job and its id", () => {
  expect(stepPlace(env)).toBe("ci.yml/build/__coldstore_action_2");
});

test("it is the same for every pull request", () => {
  const other = { ...env, GITHUB_WORKFLOW_REF: env.GITHUB_WORKFLOW_REF.replace("7", "8") };
  expect(stepPlace(other)).toBe(stepPlace(env));
});

test("outside of a workflow there is none", () => {
  expect(stepPlace({ GITHUB_JOB: "" })).toBeUndefined();
});
