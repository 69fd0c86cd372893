import * as fc from "fast-check";

// What means something to Markdown, to GitHub, to HTML, to Mermaid, to a runner or to a terminal.
const charged = [
  ..."\\`*_{}[]()<>#+-.!|~&\"':;=@$%^/ ",
  "``", "```", "~~~", "---", "===", "***", "    ", "\t", "\n", "\r\n", "\n\n", "\u00a0", "\u3000", "\u2028",
  "@octocat", "#1", "GH-1", "acme/app#7", ":tada:", ":+1:", "$x^2$", "$`a`$", "$$", "&lt;", "&#35;", "&amp",
  "www.example.com", "https://example.com/a?b=c", "http://", "ftp://x.y", "mailto:a@b.co", "xmpp:a@b.c", "a@b.example",
  "javascript:alert(1)", "<script>", "</details>", "<!--", "-->", "<?", "<![CDATA[", "<b>", "</code>", "<img src=x onerror=1>",
  "[a](b)", "![a](b)", "[^1]", "[x]: y", "- [ ] x", "1. ", "1) ", "> ", "# ", "| a | b |", "|---|", "\\|", "\\`", "\\\\",
  "%%{init: {}}%%", "click a href", "end", "::set-output name=a::b", "##[error]", "\u001b[31m", "\u202e", "\u200b", "\ud800",
  "\udfff", "\u0000", "e\u0301", "日本", "👩\u200d🚀", "7c41e9d02b5f8a6340c1de97f2b8840a6d3e5f19", "a", "Z", "0", "12",
]; // prettier-ignore

/** Text that tries to be more than text on a page of Markdown. */
export const hostileMarkdown = fc
  .array(fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...charged) }, fc.string({ unit: "binary", maxLength: 5 })), {
    maxLength: 12,
  })
  .map((parts) => parts.join(""));
