import { secretForms } from "../../model/secret-forms.ts";
import { visibleText } from "../../model/visible-text.ts";

const mask = "(masked)";

/** A function that takes every form of these secrets, and whatever looks like a credential, out of a text, and puts it on one line. */
export function textScrubber(secrets: readonly string[]): (text: string) => string {
  const forms = [...new Set(secrets.flatMap(secretForms))].sort((a, b) => b.length - a.length);
  const known =
    forms.length === 0
      ? undefined
      : new RegExp(forms.map((form) => form.replaceAll(/[\\^$.*+?()[\]{}|/]/gu, "\\$&")).join("|"), "gu");
  return (text) => {
    const plain = known === undefined ? text : text.replace(known, mask);
    const masked = patterns.reduce((line, [pattern, shown]) => line.replace(pattern, shown), plain);
    return visibleText(masked.replaceAll(/\s+/gu, " ").trim());
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
  [/\b([a-z][a-z0-9+.-]*:\/\/)[^/\s@"'?#]+@/giu, `$1${mask}@`],
  [
    /([,:](?:\w*(?:pass|password2?|secret|secret_access_key|key_pem|token|sas_url|connection_string|credentials|account_key|key))=)(?:"[^"]*"|'[^']*'|[^,:\s"']+)/giu,
    `$1${mask}`,
  ],
  [/-----BEGIN [A-Z ]+-----.*?(?:-----END [A-Z ]+-----|$)/gsu, mask],
];
