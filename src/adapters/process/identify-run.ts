import { randomBytes } from "node:crypto";
import { arch, release, type } from "node:os";
import { version } from "../../model/version.ts";
import type { RunIdentity } from "../../ports/ports.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Who is running: the workflow run in GitHub Actions, else a random id. Takes nothing secret, and no host or user name but GitHub's actor. */
export function identifyRun(env: Environment): RunIdentity {
  const ci = actionsRun(env);
  return {
    id: ci === undefined ? randomBytes(4).toString("hex") : `${ci["run_id"]}-${ci["run_attempt"]}`,
    tool: { name: "coldstore", version, node: process.versions.node, zlib: process.versions.zlib },
    system: { os: type(), os_release: release(), arch: arch(), node: process.versions.node },
    ...(ci && { ci }),
  };
}

// https://docs.github.com/en/actions/reference/workflows-and-actions/variables
const variables: Readonly<Record<string, string>> = {
  server: "GITHUB_SERVER_URL",
  repository: "GITHUB_REPOSITORY",
  run_id: "GITHUB_RUN_ID",
  run_attempt: "GITHUB_RUN_ATTEMPT",
  workflow_ref: "GITHUB_WORKFLOW_REF",
  workflow_sha: "GITHUB_WORKFLOW_SHA",
  sha: "GITHUB_SHA",
  job: "GITHUB_JOB",
  event: "GITHUB_EVENT_NAME",
  actor: "GITHUB_ACTOR",
};

function actionsRun(env: Environment): Record<string, string> | undefined {
  if (env["GITHUB_ACTIONS"] !== "true" || !/^\d+$/.test(env["GITHUB_RUN_ID"] ?? "")) return undefined;
  const facts = Object.entries(variables).flatMap(([key, name]) => (env[name] ? [[key, env[name]] as const] : []));
  return { provider: "github-actions", run_attempt: "1", ...Object.fromEntries(facts) };
}
