import type { FailedCall } from "./failed-call.ts";
import type { Answer } from "./github-answer.ts";
import { plain, type Reason } from "./reason.ts";
import { tokenSetting } from "./within.ts";

/** What a 403 means, or a 404 that a permission would have made a success. */
export function permissionReason(answer: Answer, call: FailedCall): Reason {
  const { message, headers } = answer;
  const accepted = headers["x-accepted-github-permissions"] ?? "";
  if (/workflows=write/u.test(accepted)) return store(workflows(call));
  if (headers["x-github-sso"]?.startsWith("required") || /\bSAML\b/iu.test(message)) return store(singleSignOn);
  if (/archived/iu.test(message))
    return store(
      "the repository is archived, so that nothing can be written to it; unarchive it, or choose another store",
    );
  if (/IP allow list|IP address/iu.test(message))
    return store(
      "the organisation takes calls from listed addresses only, and this machine's isn't listed; run it on one that is",
    );
  if (/not accessible by integration/iu.test(message)) return lacking(jobToken(call), call);
  if (/not accessible by personal access token/iu.test(message)) return lacking(personalToken(call), call);
  if (/must have|admin rights|push access|write access|denied to/iu.test(message)) return lacking(noRights(call), call);
  if (accepted !== "") return lacking(noRights(call), call);
  return store(plain(answer, call));
}

function workflows({ within }: FailedCall): string {
  return `the tag would stand for a commit with other workflow files, which a workflow's own token may never bring in; push the tag first, or set ${tokenSetting(within)} to that of a GitHub App or person with the permission workflows: write`;
}

const singleSignOn =
  "the organisation takes only tokens that were authorised for its single sign-on; authorise this one (Configure SSO, in the settings of tokens on GitHub)";

function store(text: string): Reason {
  return { failure: "store", text };
}

function lacking(text: string, { permission, writes }: FailedCall): Reason {
  return { ...store(text), remedy: { permissions: { [permission]: accessOf(writes) } } };
}

/** What a job is given, or an app. */
function jobToken(call: FailedCall): string {
  const { permission, writes, within } = call;
  if (within === "shell") return personalToken(call);
  const given = `the job's token may not; give the job the permission ${permission}: ${accessOf(writes)}`;
  return writes && within === "pull-request"
    ? `${given} (a run for a pull request from a fork, or by Dependabot, can't have it)`
    : given;
}

function personalToken({ permission, writes }: FailedCall): string {
  const name = permission === "contents" ? "Contents" : "Pull requests";
  return `the token may not; give it, for this repository, the permission ${name}: ${writes ? "read and write" : "read-only"}`;
}

function noRights({ permission, writes }: FailedCall): string {
  return `whoever the token is of may not; use one that may ${accessOf(writes)} the repository's ${permission}`;
}

function accessOf(writes: boolean): "write" | "read" {
  return writes ? "write" : "read";
}
