import { parseEpoch } from "./parse-mtime.ts";
import type { RawLayer, RawText } from "./raw.ts";
import { makingModes } from "./spec/modes.ts";
import type { SettingName } from "./spec/table.ts";
import { quote } from "./wording.ts";

/** The environment as a plain record. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What the environment says by itself, above all in GitHub Actions. A mode that reads isn't narrowed to the run's project. */
export function defaultsFromEnv(env: Environment, base: string, mode: string): RawLayer {
  const values = new Map<SettingName, readonly RawText[]>();
  const set = (name: SettingName, variable: string, text = env[variable]) => {
    if (text !== undefined && text !== "") values.set(name, [{ text, label: `${name} (from ${variable})` }]);
  };
  if (inActions(env)) {
    if (makingModes.some((making) => making === mode)) set("project", "GITHUB_REPOSITORY");
    set("ref", env["GITHUB_REF_TYPE"] === "tag" ? "GITHUB_REF" : "GITHUB_SHA");
    if (isPullRequest(env)) set("dry-run", "GITHUB_EVENT_NAME", "true");
  }
  const tokens = ["GH_TOKEN", "GITHUB_TOKEN"] as const;
  const variable = tokens.find((each) => env[each]?.trim());
  if (variable !== undefined) set("token", variable, env[variable]?.trim());
  set("ssh-key", sshKeyVariable);
  if (env["NO_COLOR"] !== undefined && env["NO_COLOR"] !== "") set("no-color", "NO_COLOR", "true");
  if (env["TERM"] === "dumb") set("no-color", "TERM", "true");
  if (env["RUNNER_DEBUG"] === "1") set("debug", "RUNNER_DEBUG", "true");
  return { from: "environment", base, values };
}

/** A private key for SSH hosts, its text. */
const sshKeyVariable = "COLDSTORE_SSH_KEY";

/** What goes behind all that anybody says: a set of a tag in GitHub Actions belongs into the tag's release. */
export function fallbackFromEnv(env: Environment, base: string, mode: string): RawLayer {
  const makes = makingModes.some((making) => making === mode);
  const release = { text: "release", label: "store (from GITHUB_REF)" };
  const values = new Map(makes && tagOf(env) !== undefined ? [["store", [release]] as const] : []);
  return { from: "environment", base, values };
}

/**
 * What the environment says over every flag: SOURCE_DATE_EPOCH, as reproducible-builds.org/specs/source-date-epoch has it.
 * One that can't be read is a problem for the mode that would use it, and none for the others.
 */
export function overridesFromEnv(env: Environment, base: string, mode: string, problems: string[]): RawLayer {
  const values = new Map<SettingName, readonly RawText[]>();
  const text = env[epochVariable];
  if (mode === "archive" && text !== undefined && text !== "") {
    const epoch = parseEpoch(text);
    if (epoch.ok) values.set("mtime", [{ text, label: epochVariable }]);
    else problems.push(`${epochVariable} is ${quote(text)}${epoch.wrong}.`);
  }
  return { from: "environment", base, values };
}

const epochVariable = "SOURCE_DATE_EPOCH";

/** The tag that a run in GitHub Actions is of, as a full ref name. */
export function tagOf(env: Environment): string | undefined {
  const ref = env["GITHUB_REF"] ?? "";
  return inActions(env) && env["GITHUB_REF_TYPE"] === "tag" && ref.startsWith("refs/tags/") ? ref : undefined;
}

export function inActions(env: Environment): boolean {
  return env["GITHUB_ACTIONS"] === "true";
}

/** The home folder; Windows has its own name for it. */
export function homeOf(env: Environment): string | undefined {
  return env["HOME"] || env["USERPROFILE"];
}

/** The run was started by a pull request: what is checked out may be anybody's. */
export function isPullRequest(env: Environment): boolean {
  return inActions(env) && /^pull_request(_target|_review|_review_comment)?$/.test(env["GITHUB_EVENT_NAME"] ?? "");
}
