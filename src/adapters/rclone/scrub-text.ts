import { secretForms } from "../../model/secret-forms.ts";
import { visibleText } from "../../model/visible-text.ts";

const mask = "(masked)";

/** Takes every form of the known secrets, and whatever looks like a credential, out of what rclone says. */
export interface Scrubber {
  /** On one line. */
  text(text: string): string;
  /** A name of a file, of which only what can't be shown is changed. */
  name(name: string): string;
}

/** What takes these secrets out; beside them it knows what requests, URLs and tokens look like. */
export function textScrubber(secrets: readonly string[]): Scrubber {
  const forms = [...new Set(secrets.flatMap(secretForms))].sort((a, b) => b.length - a.length);
  const escaped = forms.map((form) => form.replaceAll(/[\\^$.*+?()[\]{}|/]/gu, "\\$&"));
  const known = forms.length === 0 ? undefined : new RegExp(escaped.join("|"), "gu");
  const unknown = (text: string): string => (known === undefined ? text : text.replace(known, mask));
  return {
    text(text) {
      const masked = patterns.reduce((line, [pattern, shown]) => line.replace(pattern, shown), unknown(text));
      return visibleText(masked.replaceAll(/\s+/gu, " ").trim());
    },
    name: (name) => visibleText(unknown(name)),
  };
}

// What a request, a URL, a token or a connection string would give away, with the part that is shown.
const patterns: readonly (readonly [RegExp, string])[] = [
  [/(\bX-Amz-(?:Signature|Credential|Security-Token|Content-Sha256)["']?\s*[=:]\s*["']?)[^&\s"',;]+/giu, `$1${mask}`],
  [
    /(\bauthorization["']?\s*[=:]\s*["'[]*)(?:(?:basic|bearer|token|AWS4-HMAC-SHA256)\s+)?[^\s"',\]]+(?:,\s*\w+=[^\s"',\]]+)*/giu,
    `$1${mask}`,
  ],
  [
    /([?&](?:sig|signature|se?cret|code|key|token|access_token|refresh_token|auth|password|awsaccesskeyid|googleaccessid)=)[^&\s"'#]+/giu,
    `$1${mask}`,
  ],
  [
    /((?:access|refresh|id|session|auth|bearer|api|security)_?token|client_secret|private_key|password|passwd|secret)(\\?["']\s*:\s*\\?["'])(?:[^"'\\]|\\(?!["']))+/giu,
    `$1$2${mask}`,
  ],
  [/\b([a-z][a-z0-9+.-]{0,20}:\/\/)[^/\s@"'?#]+@/giu, `$1${mask}@`],
  [
    /([,:](?:\w*(?:pass|password2?|secret|secret_access_key|key_pem|token|sas_url|connection_string|credentials|account_key|key))=)(?:"[^"]*"|'[^']*'|[^,:\s"']+)/giu,
    `$1${mask}`,
  ],
  [/-----BEGIN [A-Z ]+-----.*?(?:-----END [A-Z ]+-----|$)/gsu, mask],
];
