import { fine, type Parsed, wrong } from "./parsed.ts";

const mostLetters = 4096;

/** One pattern in the form of .gitignore; one that git would pass over, or that can't match anything, is refused. */
export function parsePattern(text: string): Parsed<string> {
  if (/[\n\r\0]/.test(text)) return wrong("; a pattern is one line, give several one by one");
  if (text.length > mostLetters) return wrong(`; give ${mostLetters} characters at most`);
  if (text.startsWith("#"))
    return wrong("; that is a comment in a .gitignore, a pattern for such a name starts with \\#");
  const body = text.replace(/^!/, "");
  if (/^\/* *$/.test(body)) return wrong("; give a pattern such as *.iso or build/");
  if (/^\/?(\.\.?)(\/|$)|\/\.\.?(\/|$)/.test(body))
    return wrong("; patterns count from the source's folder and know no . and .. in between, leave them out");
  return /(^|[^\\])(\\\\)*\\$/.test(body) ? wrong("; a pattern doesn't end with a backslash") : fine(text);
}
