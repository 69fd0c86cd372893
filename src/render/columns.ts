/** The widest that help gets: fits a terminal beside something else. */
const helpWidth = 100;

/** A phrase in lines of at most so many characters, broken at spaces only. */
function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** Terms in a column of this width, with their explanations beside them, wrapped; a longer term has a line of its own. */
export function columns(rows: readonly (readonly [term: string, text: string])[], width: number): readonly string[] {
  const left = width + 4;
  return rows.flatMap(([term, text]) => {
    const lines = wrap(text, helpWidth - left).map((line) => " ".repeat(left) + line);
    if (term.length > width) return [`  ${term}`, ...lines];
    return [`  ${term}`.padEnd(left) + (lines[0] ?? "").trimStart(), ...lines.slice(1)];
  });
}
