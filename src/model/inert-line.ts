// A workflow's runner trims a line before it looks for `::` at its start (ActionCommand.TryParseV2 of actions/runner), and .NET
// may compare as if invisible characters weren't there.
const commandStart = /^((?:(?![\n\r\u2028\u2029])[\s\p{Cc}\p{Cf}])*):(?=\p{Cf}*:)/gmu;

// The older form, `##[name]`, is taken anywhere in a line (ActionCommand.TryParse).
const oldCommand = /(?<=#\p{Cf}*)#(?=\p{Cf}*\[)/gu;

/** The text with nothing in it that a workflow's runner would take for a command; what would be one shows as `\x3a:` or `#\x23[`. */
export function inertLine(text: string): string {
  return text.replace(commandStart, "$1\\x3a").replace(oldCommand, "\\x23");
}
