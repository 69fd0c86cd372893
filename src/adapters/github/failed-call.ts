import { ColdstoreError } from "../../model/errors.ts";
import { secretForms } from "../../model/secret-forms.ts";
import { cutToWidth, visibleText } from "../../model/visible-text.ts";
import type { ShownProxy } from "./proxies.ts";
import type { Within } from "./within.ts";

/** What is known of a call that failed, beside how it failed. */
export interface FailedCall {
  /** Completes "couldn't ...". */
  readonly what: string;
  readonly writes: boolean;
  readonly permission: "contents" | "pull-requests";
  readonly apiUrl: string;
  /** What was spoken to; absent: the API's, or what the error says. */
  readonly host?: string;
  /** What a URL is reached through; absent where that isn't known. */
  readonly proxyFor?: (url: URL) => ShownProxy | undefined;
  /** Never shown. */
  readonly token: string | undefined;
  readonly within: Within;
  readonly signal: AbortSignal;
}

/** What another side has said, fit for a sentence: on one line, short, and without the token. */
export function quoted(text: string, token: string | undefined): string {
  const forms = token === undefined ? [] : secretForms(token);
  const clean = forms.reduce((masked, form) => masked.replaceAll(form, "***"), text.toWellFormed());
  return cutToWidth(visibleText(withoutCredentials(clean)).replace(/\s+/gu, " ").trim(), 200);
}

/** URLs may carry a password before the host, or a signature in the query. */
function withoutCredentials(text: string): string {
  return text.replace(/\b(https?:\/\/)(?:[^\s/@]*@)?([^\s?#"'<>]*)(?:[?#][^\s"'<>]*)?/giu, "$1$2");
}

/** Why a call failed, before it's known which one it was: its message completes "couldn't ...: ". */
export class BareReason extends ColdstoreError {}

/** GitHub sends on whoever asks for a repository by a name that it had. */
export function renamed(): BareReason {
  return new BareReason("store", "the repository was renamed or moved; use its present name");
}
