import { execFileSync, spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { testWith } from "./support/programs.ts";

const root = join(import.meta.dirname, "..");
const folder = join(root, ".github", "workflows");
const workflows = readdirSync(folder).map((name) => join(folder, name));

describe.each(workflows)("%s", (file) => {
  const text = readFileSync(file, "utf8");
  const workflow = parse(text) as {
    readonly permissions: unknown;
    readonly jobs: Record<string, { readonly permissions?: unknown; readonly "timeout-minutes"?: number }>;
  };

  test("names every action of others by a full commit, with its version behind", () => {
    const uses = text.split("\n").filter((line) => /\buses:/u.test(line));
    for (const line of uses.filter((line) => !/uses: \.\/[\w./-]*$/u.test(line)))
      expect(line).toMatch(/uses: [\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/u);
  });

  test("leaves no credentials behind in its checkouts", () => {
    const checkouts = text.split(/^\s+- /mu).filter((step) => step.includes("actions/checkout@"));
    expect(checkouts.length).toBeGreaterThan(0);
    for (const step of checkouts) expect(step).toContain("persist-credentials: false");
  });

  test("has no permission by default, and a time limit and permissions of its own for each job", () => {
    expect(workflow.permissions).toEqual({});
    for (const job of Object.values(workflow.jobs))
      expect(job).toMatchObject({ permissions: expect.any(Object), "timeout-minutes": expect.any(Number) });
  });
});

testWith(["actionlint"], "actionlint finds nothing wrong in the workflows", () => {
  const run = spawnSync("actionlint", workflows, { cwd: root, encoding: "utf8" });
  expect(run.stdout + run.stderr).toBe("");
  expect(run.status).toBe(0);
});

testWith(["zizmor"], "zizmor finds no hole in the workflows", () => {
  const run = spawnSync("zizmor", ["--offline", "--no-progress", "--format=plain", root], { encoding: "utf8" });
  expect(run.status, run.stdout + run.stderr).toBe(0);
});

testWith(["bash"], "the script that CI runs is bash without a slip of the pen", (context) => {
  context.skip(process.platform === "win32", "bash may be that of another system here");
  expect(() => execFileSync("bash", ["-n", join(root, ".ci", "run")])).not.toThrow();
});

testWith(["shellcheck"], "shellcheck finds nothing wrong in the script that CI runs", () => {
  const run = spawnSync("shellcheck", [join(root, ".ci", "run")], { encoding: "utf8" });
  expect(run.stdout + run.stderr).toBe("");
  expect(run.status).toBe(0);
});
