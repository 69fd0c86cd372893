import { visibleText } from "../model/visible-text.ts";

/**
 * A sentence as GitHub's Markdown shows it, word for word on one line, and nothing else: no markup, HTML, link, mention,
 * reference, formula, emoji or heading comes of it; what it has between backticks is code. Longer ones are cut in the middle.
 */
export function prose(text: string, most = 1000): string {
  const words = visibleText(cutMiddle(text, most))
    .trim()
    .split(" ")
    .filter((word) => word !== "");
  if (words.length === 0) return nothing;
  const parts = words.join(" ").split(quoted);
  return parts.map((part, i) => (i % 2 === 1 ? codeSpan(part, most) : part.split(" ").map(wordOf).join(" "))).join("");
}

// A command in a sentence: between backticks that nothing but spaces and punctuation touches from outside.
const quoted = /(?<=^|[ (])`([^` ](?:[^`]*[^` ])?)`(?=$|[ ),;:.!?])/u;

/** A name as code, character for character where it isn't cut in the middle. */
export function codeSpan(text: string, most = 160): string {
  const shown = visibleText(cutMiddle(text, most));
  if (shown === "") return nothing;
  const fence = "`".repeat(longestRun(shown) + 1);
  // One space at both ends is the fence's, unless there are only spaces.
  const pad = /^[ `]|[ `]$/u.test(shown) && /[^ ]/u.test(shown) ? " " : "";
  return `${fence}${pad}${shown}${pad}${fence}`;
}

// A place without a word would be no place in Markdown.
const nothing = "(empty)";

/** Lines as a block of code. Each must be shown as it is: what is invisible is written as an escape. */
export function codeBlock(language: string, lines: readonly string[]): string {
  const shown = lines.map(visibleText);
  const fence = "`".repeat(Math.max(2, ...shown.map(longestRun)) + 1);
  return [`${fence}${language}`, ...shown, fence].join("\n");
}

/** A link, if it is to a page of the web; else the words alone. `words` is Markdown. */
export function linkTo(url: string, words: string): string {
  const target = webAddress(url);
  return target === undefined ? words : `[${words}](<${target}>)`;
}

/** The address as it may stand in a link; undefined for what isn't a page of the web. */
export function webAddress(url: string): string | undefined {
  if (!/^https?:\/\/[^\s]+$/u.test(url) || url.length > 2000 || !URL.canParse(url)) return undefined;
  const { href, username, password } = new URL(url);
  if (username !== "" || password !== "") return undefined;
  return href
    .replace(/[^A-Za-z0-9\-._~:/?#[@!$&'*+,;=%]/gu, (char) => encodeURIComponent(char))
    .replaceAll("&", "&amp;");
}

/** The text with the middle left out, in at most so many characters. */
export function cutMiddle(text: string, most: number): string {
  if (text.length <= most) return text;
  const half = (most - 1) / 2;
  const start = text.slice(0, Math.ceil(half)).replace(/[\ud800-\udbff]$/, "");
  const end = text.slice(text.length - Math.floor(half)).replace(/^[\udc00-\udfff]/, "");
  return `${start}…${end}`;
}

// What GitHub makes a link, a mention, a reference, an emoji or a formula of wherever it finds it in a text, escaped or not:
// it leaves only code alone.
const active = /[@#$]|:\/\/|www\.|:[\w+-]+:|(?:mailto|xmpp):|\b[0-9a-f]{7,}\b|\bgh-\d/iu;

/** A sentence as `prose` gives it, where Markdown isn't read: in an element of HTML. */
export function htmlProse(text: string): string {
  const words = visibleText(cutMiddle(text, 300)).split(" ");
  return words.map((word) => (active.test(word) ? `<code>${html(word)}</code>` : html(word))).join(" ");
}

function html(text: string): string {
  return text.replaceAll(/[&<>"]/gu, (char) => `&#${char.charCodeAt(0)};`);
}

function wordOf(word: string): string {
  const [, before = "", core = "", after = ""] = /^([("']*)(.*?)([)"',;:.!?]*)$/su.exec(word) ?? [];
  if (!active.test(word) || core === "") return escaped(word);
  return `${escaped(before)}${codeSpan(core, 500)}${escaped(after)}`;
}

function escaped(text: string): string {
  return text
    .replaceAll(/[\\`*_[\]<>&|~#]/gu, (char) => `&#${char.charCodeAt(0)};`)
    .replace(/^[-+=]/u, (char) => `\\${char}`)
    .replace(/^(\d+)([.)])/u, String.raw`$1\$2`);
}

function longestRun(text: string): number {
  return Math.max(0, ...Array.from(text.matchAll(/`+/gu), ([run]) => run.length));
}
