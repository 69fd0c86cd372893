import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { documentedWorkflows } from "./support/documented-workflows.ts";
import { testWith } from "./support/programs.ts";

const root = join(import.meta.dirname, "..");
const { inputs, outputs } = parse(readFileSync(join(root, "action.yml"), "utf8")) as {
  readonly inputs: Record<string, unknown>;
  readonly outputs: Record<string, unknown>;
};

interface Step {
  readonly uses?: string;
  readonly id?: string;
  readonly with?: Record<string, unknown>;
}

interface Workflow {
  readonly on: unknown;
  readonly permissions: Record<string, string>;
  readonly jobs: Record<string, { readonly permissions?: Record<string, string>; readonly steps: readonly Step[] }>;
}

describe.each(documentedWorkflows(root))("the workflow $name of $page", ({ text }) => {
  const workflow = parse(text) as Workflow;
  const steps = Object.values(workflow.jobs).flatMap((job) => job.steps);
  const own = steps.filter(({ uses }) => uses === "coldstore/action@v1");

  test("uses the action with inputs and outputs that there are", () => {
    expect(own.length).toBeGreaterThan(0);
    for (const { with: given = {} } of own)
      expect(Object.keys(inputs)).toEqual(expect.arrayContaining(Object.keys(given)));
    for (const [, output = ""] of text.matchAll(/steps\.cold\.outputs\.([\w-]+)/gu))
      expect(Object.keys(outputs)).toContain(output);
  });

  test("may read the repository and no more, but for what an attestation takes", () => {
    expect(workflow.permissions).toEqual({ contents: "read" });
    for (const { permissions } of Object.values(workflow.jobs)) {
      if (permissions === undefined) continue;
      expect(steps.some(({ uses }) => uses?.startsWith("actions/attest@"))).toBe(true);
      expect(permissions).toEqual({ contents: "read", "id-token": "write", attestations: "write" });
    }
  });

  testWith(["actionlint"], "has nothing that actionlint finds wrong", () => {
    // What it can't look up is whether an input of ours is one; that's tested above.
    const run = spawnSync("actionlint", ["-"], { input: text, encoding: "utf8" });
    expect(run.stdout + run.stderr).toBe("");
  });
});

test("README and docs have the workflows that they should", () => {
  expect(documentedWorkflows(root).map(({ name }) => name)).toEqual([
    "workflow",
    "tag",
    "nightly",
    "pull-request",
    "attest",
    "build",
    "drill",
  ]);
});
