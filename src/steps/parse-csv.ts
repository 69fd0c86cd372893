/**
 * The rows of a CSV text (RFC 4180; lines may end with a line feed alone). Gives a sentence's end instead of rows that can't be
 * read: an open quote, or something behind a closing one.
 */
export function parseCsv(text: string): readonly (readonly string[])[] | string {
  const rows: string[][] = [];
  let row: string[] = [];
  for (let at = 0; at < text.length;) {
    const field = text[at] === '"' ? quoted(text, at) : plain(text, at);
    if (field === undefined) return `line ${rows.length + 1} has a quote that doesn't end`;
    row.push(field.value);
    const next = text[field.end];
    if (next === ",") {
      at = field.end + 1;
      if (at === text.length) row.push("");
      continue;
    }
    const isEnd = next === undefined || next === "\n" || text.startsWith("\r\n", field.end);
    if (!isEnd) return `line ${rows.length + 1} has something behind a quote`;
    rows.push(row);
    row = [];
    at = field.end + (next === "\r" ? 2 : 1);
  }
  if (row.length > 0) rows.push(row);
  return rows;
}

interface Field {
  readonly value: string;
  readonly end: number;
}

function plain(text: string, at: number): Field {
  const ends = /,|\r?\n/g;
  ends.lastIndex = at;
  const end = ends.exec(text)?.index ?? text.length;
  return { value: text.slice(at, end), end };
}

/** Two quotes in a row stand for one. */
function quoted(text: string, at: number): Field | undefined {
  for (let end = text.indexOf('"', at + 1); end !== -1; end = text.indexOf('"', end + 2))
    if (text[end + 1] !== '"') return { value: text.slice(at + 1, end).replaceAll('""', '"'), end: end + 1 };
  return undefined;
}
