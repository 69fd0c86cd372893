import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
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

  test("may do what its steps take, and no more", () => {
    for (const job of Object.values(workflow.jobs))
      expect(job.permissions ?? workflow.permissions).toEqual(neededBy(job.steps, workflow.on));
    // Where all a workflow says is said for the workflow, it has one job.
    expect(workflow.permissions["contents"] === "write" ? Object.keys(workflow.jobs).length : 1).toBe(1);
  });

  testWith(["actionlint"], "has nothing that actionlint finds wrong", () => {
    // What it can't look up is whether an input of ours is one; that's tested above.
    const run = spawnSync("actionlint", ["-"], { input: text, encoding: "utf8" });
    expect(run.stdout + run.stderr).toBe("");
  });
});

/** What GitHub wants for steps like these: docs.github.com, and the READMEs of the actions. */
function neededBy(steps: readonly Step[], on: unknown): Record<string, string> {
  const uses = (action: string) => steps.filter((step) => step.uses?.startsWith(`${action}@`));
  const isTag = typeof on === "object" && JSON.stringify(on).includes('"tags"');
  const stores = uses("coldstore/action").map(({ with: given }) => given?.["store"] ?? (isTag ? "release" : ""));
  const releases = stores.some((store) => typeof store === "string" && /^release\b/mu.test(store));
  return {
    contents: releases ? "write" : "read",
    ...(on === "pull_request" && { "pull-requests": "write" }),
    ...(uses("actions/attest").length > 0 && { "id-token": "write", attestations: "write" }),
    ...(uses("aws-actions/configure-aws-credentials").length > 0 && { "id-token": "write" }),
  };
}

testWith(["zizmor"], "zizmor finds no hole in the workflows of README and docs", () => {
  const folder = mkdtempSync(join(tmpdir(), "coldstore-documented-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const workflows = join(folder, ".github", "workflows");
  mkdirSync(workflows, { recursive: true });
  for (const { name, text } of documentedWorkflows(root)) writeFileSync(join(workflows, `${name}.yml`), text);
  // Readers take versions from tags; the eight lines on top of the README say no more than they must.
  const config = join(folder, "zizmor.yml");
  writeFileSync(
    config,
    `rules:
  unpinned-uses: { config: { policies: { "*": ref-pin } } }
  artipacked: { ignore: [workflow.yml] }
  excessive-permissions: { ignore: [workflow.yml] }
`,
  );
  const run = spawnSync("zizmor", ["--offline", "--no-progress", "--format=plain", "--config", config, folder], {
    encoding: "utf8",
  });
  expect(run.status, run.stdout + run.stderr).toBe(0);
});

test("README and docs have the workflows that they should", () => {
  expect(documentedWorkflows(root).map(({ name }) => name)).toEqual([
    "workflow",
    "files",
    "tag",
    "nightly",
    "remote",
    "ssh",
    "pull-request",
    "attest",
    "build",
    "drill",
    "replicate",
    "oidc",
  ]);
});
