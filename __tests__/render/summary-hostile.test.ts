import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { commentLimit, renderComment } from "../../src/render/comment.ts";
import { renderSummary, summaryLimitBytes } from "../../src/render/summary.ts";
import { markdownToHtml } from "../support/cmark.ts";
import { type Filling, filledReport, filledReports } from "../support/filled-report.ts";
import { hostileMarkdown } from "../support/hostile-markdown.ts";
import { piecesOf } from "../support/html.ts";
import { testWith } from "../support/programs.ts";

const seed = Number(process.env["COLDSTORE_TEST_SEED"] ?? Date.now() % 2 ** 31);
const count = Number(process.env["COLDSTORE_TEST_COUNT"] ?? 2);

const ours =
  /^<(?:\/?(?:h2|h3|p|ul|li|table|thead|tbody|tr|th|td|pre|code|strong|small|details|summary)|br|br \/|\/a|a href="https:\/\/[^"<>]*"|t[hd] align="right"|code class="language-(?:sh|yaml|mermaid)")>$/;

// These come and go with the words of a sentence.
const inline = new Set(["code", "/code", "a", "/a"]);

/** The elements that a page is built of. */
function structureOf(markdown: string): readonly string[] {
  const html = markdownToHtml(markdown);
  const tags = piecesOf(html).flatMap((piece) => ("tag" in piece ? [piece] : []));
  expect(tags.map(({ tag }) => tag).filter((tag) => !ours.test(tag))).toEqual([]);
  return tags.map(({ name }) => name).filter((name) => !inline.has(name));
}

function expectBalanced(names: readonly string[]): void {
  const open: string[] = [];
  for (const name of names.filter((each) => each !== "br")) {
    if (!name.startsWith("/")) open.push(name);
    else if (open.pop() !== name.slice(1)) throw new Error(`${name} ends what was not begun`);
  }
  expect(open).toEqual([]);
}

/** What pull requests are told of reports in which every text is another word, also of those that failed; without the marker. */
function commentsOf(filling: Filling): readonly string[] {
  return filledReports(filling).flatMap((report) => {
    const comment = renderComment({ ...report, mode: "archive" }, filling.word());
    if (comment === undefined) return [];
    const [marker = "", ...lines] = comment.split("\n");
    expect(marker).toMatch(/^<!-- coldstore:archive(?::(?:(?!--)[\w./-])+)? -->$/);
    expect(comment.length).toBeLessThanOrEqual(commentLimit);
    return [lines.join("\n").trimStart()];
  });
}

/** What GitHub makes a link, a mention or a notice somewhere else of, unless it is code. */
const acting = /[@#$]|:\/\/|www\.|\bgh-\d|\b[0-9a-f]{7,}\b|:[\w+-]+:/iu;

/** The pages of reports in which each text is 4 KB. */
function longOnes(part: string, length: number): readonly string[] {
  const text = part.repeat(4096 / part.length);
  let number = 0;
  return filledReports({ word: () => `${text}${number++}`, length }).map(renderSummary);
}

describe("whatever a report's texts are", () => {
  testWith(["cmark-gfm"], "the page is built as it is of harmless ones", () => {
    const few = fc.array(
      hostileMarkdown.filter((text) => text.trim() !== ""),
      { minLength: 100, maxLength: 100 },
    );
    let number = 0;
    const harmless = filledReports({ word: () => `x${number++}`, length: 3 })
      .map(renderSummary)
      .map(structureOf);
    for (const names of harmless) expectBalanced(names);
    fc.assert(
      fc.property(few, (words) => {
        let next = 0;
        const word = () => `${words[next++ % words.length]}${next}`;
        const structures = filledReports({ word, length: 3 }).map(renderSummary).map(structureOf);
        expect(structures).toEqual(harmless);
      }),
      { seed, numRuns: count },
    );
  });

  testWith(
    ["cmark-gfm"],
    "a pull request's comment is built as it is of harmless ones, and acts on nothing outside of it",
    () => {
      const few = fc.array(
        hostileMarkdown.filter((text) => text.trim() !== ""),
        { minLength: 100, maxLength: 100 },
      );
      let number = 0;
      const harmless = commentsOf({ word: () => `x${number++}`, length: 3 }).map(structureOf);
      expect(harmless.length).toBeGreaterThan(4);
      for (const names of harmless) expectBalanced(names);
      fc.assert(
        fc.property(few, (words) => {
          let next = 0;
          const comments = commentsOf({ word: () => `${words[next++ % words.length]}${next}`, length: 3 });
          expect(comments.map(structureOf)).toEqual(harmless);
          for (const comment of comments) {
            expect(comment.split("\n")[0]).toMatch(/^## (?:✅|❌) /u);
            expect(comment).not.toMatch(/(?![\n\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u);
            for (const piece of piecesOf(markdownToHtml(comment)))
              if ("text" in piece && !piece.isCode) expect(piece.text).not.toMatch(acting);
          }
        }),
        { seed, numRuns: count },
      );
    },
  );

  test("nothing of them acts on a terminal, a page or a runner", () => {
    fc.assert(
      fc.property(hostileMarkdown, (text) => {
        for (const report of filledReports({ word: () => text, length: 2 })) {
          const markdown = renderSummary(report);
          expect(markdown).not.toMatch(/(?![\n\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u);
          expect(markdown.split("\n")[0]).toMatch(/^## (?:✅|⚠️|❌) /u);
        }
      }),
      { seed, numRuns: 10 * count },
    );
  });
});

describe("GitHub's limit is kept", () => {
  const long = [
    ["marks of Markdown", "_*`"],
    ["invisible characters", "\u202e"],
    ["invisible characters beyond 16 bits", "\u{e0001}"],
    ["tags", "<b>"],
    ["words that are code", "a@b "],
  ] as const;

  test.each(long)("with lists of names that are 4 KB of %s, and nothing is left open", (_, part) => {
    for (const markdown of longOnes(part, 30 * count)) {
      expect(Buffer.byteLength(markdown)).toBeLessThan(summaryLimitBytes);
      const lines = markdown.split("\n");
      const countOf = (line: string) => lines.filter((each) => each === line).length;
      expect(countOf("</details>")).toBe(countOf("<details>"));
      expect(lines.filter((line) => line.startsWith("```")).length % 2).toBe(0);
    }
  });

  testWith(["cmark-gfm"], "of a comment too, which is whole and tells what it leaves out", () => {
    const text = `|_*\`<b>\\\u202e@a `.repeat(250);
    const comments = commentsOf({ word: () => text, length: 60 });
    for (const comment of comments) expectBalanced(structureOf(comment));
    const shortened = comments.filter((comment) => comment.includes("too long for a comment"));
    expect(shortened.length).toBeGreaterThan(0);
    for (const comment of shortened)
      expect(comment).toMatch(
        /\n\n\d+ parts? of this would be too long for a comment; the run's summary has more\.\n$/,
      );
  });

  testWith(["cmark-gfm"], "and the page is whole", () => {
    for (const markdown of longOnes("|_*`<b>\\", 60)) expectBalanced(structureOf(markdown));
  });

  test("with 30,000 outcomes, warnings, errors and files of 4 KB names", () => {
    const text = "n".repeat(4096);
    const report = filledReport({ word: () => text, length: 30_000 });
    expect(Buffer.byteLength(renderSummary(report))).toBeLessThan(summaryLimitBytes / 4);
  });

  test("and what had to be left out is told", () => {
    const text = "\u{e0001}".repeat(2000);
    const markdowns = filledReports({ word: () => text, length: 100 }).map(renderSummary);
    const shortened = markdowns.filter((markdown) => markdown.includes("would be too long"));
    expect(shortened.length).toBeGreaterThan(0);
    for (const markdown of shortened)
      expect(markdown).toMatch(/\n\n\d+ parts? of this summary would be too long; [^\n]*\n$/);
  });
});
