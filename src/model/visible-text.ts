// Everything that a terminal acts upon instead of showing it: control characters, line and paragraph separators, lone
// surrogates, and invisible format characters (bidi overrides among them), but for the joiners that scripts and emoji need.
const unseen = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

const short: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\0" };

/** The text on one line, fit for a terminal and a log: whatever would move the cursor, colour or reorder is written as an escape. */
export function visibleText(text: string): string {
  return text.replace(unseen, (char) => short[char] ?? escapeOf(char.codePointAt(0) ?? 0));
}

/** Columns that a terminal gives to text that `visibleText` has passed: 2 for East Asian wide characters and emoji, 0 for marks. */
export function displayWidth(text: string): number {
  if (/^[ -~]*$/u.test(text)) return text.length;
  let width = 0;
  for (const char of text) width += columnsOf(char);
  return width;
}

/** The text cut to so many columns, with `...` where something was cut. */
export function cutToWidth(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  const ellipsis = columns >= 8 ? "..." : "";
  let width = ellipsis.length;
  let kept = "";
  for (const char of text) {
    width += columnsOf(char);
    if (width > columns) break;
    kept += char;
  }
  return kept + ellipsis;
}

function escapeOf(code: number): string {
  if (code <= 0xff) return `\\x${code.toString(16).padStart(2, "0")}`;
  return code <= 0xffff ? `\\u${code.toString(16).padStart(4, "0")}` : `\\u{${code.toString(16)}}`;
}

const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;

const noWidth = /[\p{M}\u200c\u200d]/u;

function columnsOf(char: string): 0 | 1 | 2 {
  if (char < "\u0300") return 1;
  if (noWidth.test(char)) return 0;
  return wide.test(char) ? 2 : 1;
}
