/** Where a run is, by which the ways out of a refusal go. `pull-request`: in a job that a pull request has started. */
export type Within = "shell" | "job" | "pull-request";

/** What gives a run its token there: a command line has no flag for it. */
export function tokenSetting(within: Within): "GH_TOKEN" | "token" {
  return within === "shell" ? "GH_TOKEN" : "token";
}
