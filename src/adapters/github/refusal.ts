import { ColdstoreError } from "../../model/errors.ts";
import { AlreadyThere } from "./already-there.ts";
import type { FailedCall } from "./failed-call.ts";
import type { Answer } from "./github-answer.ts";
import { invalidReason } from "./invalid-reason.ts";
import { permissionReason } from "./permission-reason.ts";
import { plain, type Reason } from "./reason.ts";
import { tokenSetting } from "./within.ts";

/** GitHub's answer as one sentence, with the request's id for its support. */
export function refusal(answer: Answer, call: FailedCall): ColdstoreError {
  const { failure, text, transient = false, remedy, alreadyThere } = reasonOf(answer, call);
  const sentence = `couldn't ${call.what}: ${text}${requestId(answer)}`;
  if (alreadyThere) return new AlreadyThere(failure, sentence);
  return new ColdstoreError(failure, sentence, { transient, ...(remedy && { remedy }) });
}

function reasonOf(answer: Answer, call: FailedCall): Reason {
  const { status } = answer;
  if (status === 401) return { failure: "store", text: wrongToken(call) };
  if (status === 403) return permissionReason(answer, call);
  if (status === 404) return notFound(answer, call);
  if (status === 422) return invalidReason(answer, call);
  if (status === 408 || status >= 500)
    return { failure: "store", text: `GitHub has trouble of its own (${status})`, transient: true };
  if (status >= 300 && status < 400)
    return { failure: "store", text: "the repository was renamed or moved; use its present name" };
  if (status === 413) return { failure: "store", text: "it's larger than GitHub takes; set split-size lower" };
  if (status === 451) return { failure: "store", text: "GitHub has blocked the repository for legal reasons" };
  return { failure: "store", text: plain(answer, call) };
}

function wrongToken({ token, within }: FailedCall): string {
  const setting = tokenSetting(within);
  if (token === undefined) return `GitHub wants a token for it; set ${setting}`;
  return `GitHub doesn't take the token: it's wrong, expired or revoked; set ${setting} to a valid one`;
}

function notFound(answer: Answer, call: FailedCall): Reason {
  if (/workflows=write/u.test(answer.headers["x-accepted-github-permissions"] ?? ""))
    return permissionReason(answer, call);
  const { writes, permission, token, within } = call;
  const access = writes ? "write" : "read";
  const may =
    token === undefined
      ? `set ${tokenSetting(within)} if it's private`
      : `check that the token may ${access} its ${permission}`;
  return {
    failure: writes ? "store" : "not-found",
    text: `GitHub shows nothing there, which is what it says of everything that isn't there or that the token may not see; check the names, and ${may}`,
    remedy: { permissions: { [permission]: access } },
  };
}

function requestId({ headers }: Answer): string {
  const id = headers["x-github-request-id"] ?? "";
  return id.length <= 80 && /^[\dA-Za-z]+(?:[:-][\dA-Za-z]+)*$/u.test(id) ? ` (request ${id})` : "";
}
