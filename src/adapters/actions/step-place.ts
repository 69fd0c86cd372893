/**
 * Where in a repository's workflows a step stands: `ci.yml/build/__coldstore_action_2`, the same in every run; undefined outside of one.
 * The legs of a matrix share it. Source: docs.github.com, "Variables reference": GITHUB_ACTION is the step's id.
 */
export function stepPlace(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const [workflow = ""] = (env["GITHUB_WORKFLOW_REF"] ?? "").split("@");
  const file = workflow.slice(workflow.lastIndexOf("/") + 1);
  const parts = [file, env["GITHUB_JOB"], env["GITHUB_ACTION"]].filter((part) => part !== undefined && part !== "");
  return parts.length === 0 ? undefined : parts.join("/");
}
