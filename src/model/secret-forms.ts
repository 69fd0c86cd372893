import { visibleText } from "./visible-text.ts";

const shortest = 8;

/**
 * The forms in which a credential may turn up in a log, the longest first, none with a line break, since logs are masked line by
 * line: it, trimmed, each of its lines, escaped for JSON, a URL or this log, and in base64 (also of URLs), alone or as a part of
 * something longer: `base64("user:" + secret)`.
 *
 * Left out is what would make a log unreadable, for a mask hides its text wherever it stands, in later steps of the job, too:
 * forms of fewer than 8 characters; and all forms of a secret that is but a number, a path, or one word of up to 12 letters
 * (`postgres`). Base64 that was broken into lines isn't found either.
 */
export function secretForms(secret: string): readonly string[] {
  const whole = secret.toWellFormed();
  const trimmed = whole.trim();
  if (isPlain(trimmed)) return [];
  const texts = [whole, trimmed];
  const forms = [
    ...texts.flatMap((text) => [text, ...jsonForms(text), ...urlForms(text), ...base64Forms(text), visibleText(text)]),
    ...linesOf(whole),
  ];
  const fit = forms.filter((form) => form.length >= shortest && !/[\r\n]/u.test(form));
  return [...new Set(fit)].sort((a, b) => b.length - a.length);
}

const plainForms: readonly RegExp[] = [/^$/u, /^[\d.,:+-]+$/u, /^[A-Za-z]?[a-z]{0,11}$/u];

// A secret may begin as a path does, in base64 with a slash, so that a path is told by all of its characters, and where it
// begins at the root by the folders that there are.
const pathForms: readonly RegExp[] = [
  /^(?:~|\.{1,2}|[A-Za-z]:)[\\/][\w.@ \\/-]*$/u,
  /^\/(?:__[a-z]|bin|dev|etc|github|home|mnt|opt|private|proc|root|run|runner|srv|tmp|usr|var|Users|Volumes)(?:\/[\w.@ /-]*)?$/u,
];
const randomPart = /(?=[A-Za-z]*\d)(?=[A-Z0-9]*[a-z])(?=[a-z0-9]*[A-Z])[A-Za-z0-9]{12}/u;

function isPlain(text: string): boolean {
  if (plainForms.some((form) => form.test(text))) return true;
  return pathForms.some((form) => form.test(text)) && !randomPart.test(text);
}

function linesOf(text: string): readonly string[] {
  const lines = text.split(/\r\n|\r|\n/u);
  if (lines.length === 1) return [];
  return lines.flatMap((line) => (isPlain(line.trim()) ? [] : [line, line.trim()]));
}

/** As JSON.stringify writes it, Go and PHP (`<` and `/` escaped), and Python (ASCII only). */
function jsonForms(text: string): readonly string[] {
  const usual = JSON.stringify(text).slice(1, -1);
  const ascii = usual.replace(/[^\0-~]/g, codeUnit);
  return [usual, usual.replace(/[<>&\u2028\u2029]/g, codeUnit), usual.replaceAll("/", "\\/"), ascii].flatMap((form) => [
    form,
    form.replaceAll(/\\u[0-9a-f]{4}/g, (escape) => `\\u${escape.slice(2).toUpperCase()}`),
  ]);
}

function codeUnit(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** As a part of a path or query, as a form's value, and as a password before a host; with upper and lower hex. */
function urlForms(text: string): readonly string[] {
  const part = encodeURIComponent(text);
  const strict = part.replace(/[!'()*]/gu, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  const form = new URLSearchParams({ "": text }).toString().slice(1);
  const url = new URL("https://user@host");
  url.password = text;
  return [part, strict, form, url.password].flatMap((each) => [
    each,
    each.replace(/%[0-9A-F]{2}/gu, (escape) => escape.toLowerCase()),
  ]);
}

/**
 * What base64 makes of the text behind 0, 1 or 2 bytes, or any number of threes more: where it ends the whole, without
 * padding; and where more follows, without the last character, which what follows has a part in.
 */
function base64Forms(text: string): readonly string[] {
  const bytes = Buffer.from(text);
  return [0, 1, 2].flatMap((before) => {
    const all = Buffer.concat([Buffer.alloc(before), bytes]);
    const first = Math.ceil((before * 8) / 6);
    const sure = Math.floor((all.length * 8) / 6);
    return (["base64", "base64url"] as const).flatMap((alphabet) => {
      const encoded = all.toString(alphabet);
      return [encoded.slice(first).replace(/=+$/u, ""), encoded.slice(first, sure), encoded.slice(first)];
    });
  });
}
