import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { visibleText } from "../../src/model/visible-text.ts";
import { folded, markdownList, markdownTable } from "../../src/render/markdown-table.ts";
import { codeBlock, codeSpan, cutMiddle, linkTo, prose } from "../../src/render/markdown-text.ts";
import { markdownToHtml } from "../support/cmark.ts";
import { hostileMarkdown } from "../support/hostile-markdown.ts";
import { piecesOf, textOfHtml } from "../support/html.ts";
import { testWith } from "../support/programs.ts";

const seed = Number(process.env["COLDSTORE_TEST_SEED"] ?? Date.now() % 2 ** 31);
const count = Number(process.env["COLDSTORE_TEST_COUNT"] ?? 8);

// One run of the engine has so many texts.
const texts = fc.array(hostileMarkdown, { minLength: 40, maxLength: 40 });

/** As a browser shows a sentence, in which a pair of backticks around words is markup. */
function sentence(text: string): string {
  return shown(text).replaceAll(/(?<=^|[ (])`([^` ]|[^` ][^`]*[^` ])`(?=$|[ ),;:.!?])/gu, "$1");
}

test.each([
  ["say `git fetch --tags`, then again", "say `git fetch --tags`, then again"],
  ["`a|*b*` (`<b>`)", "`a|*b*` (`<b>`)"],
  ["a lone ` stays", "a lone &#96; stays"],
  ["x`y`, $`z`$, ``", "x&#96;y&#96;, ``$`z`$``, &#96;&#96;"],
])("of %j comes %j", (text, markdown) => {
  expect(prose(text)).toBe(markdown);
});

/** As a browser shows it: no two spaces in a row, none at the ends. */
function shown(text: string): string {
  const plain = visibleText(text).trim().replaceAll(/ +/g, " ");
  return plain === "" ? "(empty)" : plain;
}

// What GitHub looks for in all text that isn't code.
const active = /[@$]|#\d|:[\w+-]+:|:\/\/|www\.|\bgh-\d|mailto:|\b[0-9a-f]{7,40}\b/i;

function expectOnlyText(html: string): void {
  for (const piece of piecesOf(html)) {
    if ("text" in piece) expect(piece.isCode ? "" : piece.text).not.toMatch(active);
    else expect(["<code>", "</code>"]).toContain(piece.tag);
  }
}

/** Each text in a block of its own, which no other can reach. */
function expectEach(all: readonly string[], html: readonly string[], want: (text: string) => string): void {
  expect(html).toHaveLength(all.length);
  for (const [i, text] of all.entries()) {
    expectOnlyText(html[i]!);
    expect(textOfHtml(html[i]!).trim()).toBe(want(text).trim());
  }
}

const between = (html: string, start: string, end: string): readonly string[] =>
  html
    .split(start)
    .slice(1)
    .map((rest) => rest.split(end)[0]!);

function checkWith(property: (texts: readonly string[]) => void): () => void {
  return () => fc.assert(fc.property(texts, property), { seed, numRuns: count });
}

describe("a sentence is its words and nothing else", () => {
  testWith(
    ["cmark-gfm"],
    "as a paragraph",
    checkWith((all) => {
      const html = markdownToHtml(all.map((text) => prose(text)).join("\n\n"));
      expectEach(all, between(html, "<p>", "</p>"), sentence);
    }),
  );

  testWith(
    ["cmark-gfm"],
    "as a heading",
    checkWith((all) => {
      const html = markdownToHtml(all.map((text) => `## ${prose(text)}`).join("\n\n"));
      expectEach(all, between(html, "<h2>", "</h2>"), sentence);
    }),
  );

  testWith(
    ["cmark-gfm"],
    "in bold",
    checkWith((all) => {
      const html = markdownToHtml(all.map((text) => `**${prose(text)}**`).join("\n\n"));
      expectEach(all, between(html, "<p><strong>", "</strong></p>"), sentence);
    }),
  );

  testWith(
    ["cmark-gfm"],
    "as a point of a list",
    checkWith((all) => {
      const html = markdownToHtml(markdownList(all, (text) => prose(text)));
      expectEach(all, between(html, "<li>", "</li>"), sentence);
    }),
  );

  testWith(
    ["cmark-gfm"],
    "as a cell of a table",
    checkWith((all) => {
      const html = markdownToHtml(markdownTable([{ title: "a", cell: (text: string) => prose(text) }], all));
      expectEach(all, between(html, "<td>", "</td>"), sentence);
    }),
  );

  testWith(
    ["cmark-gfm"],
    "as the title of what is folded",
    checkWith((all) => {
      const html = markdownToHtml(all.map((text) => folded(`a${text}b`, ["text"])).join("\n\n"));
      expectEach(all, between(html, "<summary>", "</summary>"), (text) => visibleText(`a${text}b`));
    }),
  );
});

describe("a name is shown character for character", () => {
  const named = (text: string) => visibleText(text) || "(empty)";

  testWith(
    ["cmark-gfm"],
    "in a text",
    checkWith((all) => {
      const html = markdownToHtml(all.map((text) => `x ${codeSpan(text)} x`).join("\n\n"));
      expectEach(all, between(html, "<p>x ", " x</p>"), named);
    }),
  );

  testWith(
    ["cmark-gfm"],
    "in a table",
    checkWith((all) => {
      const columns = [
        { title: "a", cell: (text: string) => codeSpan(text) },
        { title: "b", cell: () => "end" },
      ];
      const html = markdownToHtml(markdownTable(columns, all));
      expectEach(all, between(html, "<tr>\n<td>", "</td>\n<td>end</td>"), named);
    }),
  );

  testWith(
    ["cmark-gfm"],
    "in a block of code",
    checkWith((all) => {
      const html = markdownToHtml(all.map((text) => codeBlock("sh", [text, "end"])).join("\n\n"));
      const blocks = between(html, '<pre><code class="language-sh">', "\nend\n</code></pre>");
      expect(blocks.map(textOfHtml)).toEqual(all.map(visibleText));
    }),
  );

  test("unless it's long, when its middle is left out, and never half a character", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 60 }), fc.integer({ min: 1, max: 40 }), (text, most) => {
        const cut = cutMiddle(text, most);
        expect(cut.length).toBeLessThanOrEqual(Math.max(1, Math.min(most, text.length)));
        expect(cut.isWellFormed()).toBe(true);
        if (text.length <= most) {
          expect(cut).toBe(text);
          return;
        }
        const [start = "", ...end] = cut.split("…");
        expect(text.startsWith(start)).toBe(true);
        if (end.length === 1) expect(text.endsWith(end[0]!)).toBe(true);
      }),
      { seed },
    );
    expect(cutMiddle("0123456789", 7)).toBe("012…789");
  });
});

describe("words that GitHub would act upon are code", () => {
  test.each([
    ["thanks @octocat, bye", "thanks `@octocat`, bye"],
    ["see #12 (or GH-3).", "see `#12` (or `GH-3`)."],
    ["at https://example.com/a_b; now", "at `https://example.com/a_b`; now"],
    ["say :tada: $x$", "say `:tada`: `$x$`"],
    ["digest 7c41e9d02b5f is it", "digest `7c41e9d02b5f` is it"],
  ])("%s", (text, markdown) => {
    expect(prose(text)).toBe(markdown);
  });

  test("what a run says itself stays plain", () => {
    const text = "2 files aren't committed: a.txt, src/b-c.ts; set dirty: ignore (12.5 MB, 3 s)";
    expect(prose(text)).toBe(text);
  });
});

describe("a link", () => {
  test.each([
    ["https://example.com/a b", "open"],
    ["javascript:alert(1)", "open"],
    ["https://user:secret@example.com/", "open"],
    ["//example.com", "open"],
    ["https://", "open"],
    ["data:text/html,x", "open"],
    ["https://example.com/\n", "open"],
    ["https://example.com/a(b)>|`<x>", "[open](<https://example.com/a(b)%3E%7C%60%3Cx%3E>)"],
    ["https://example.com/?a=1&lt;=2#c", "[open](<https://example.com/?a=1&amp;lt;=2#c>)"],
  ])("to %j", (url, markdown) => {
    expect(linkTo(url, "open")).toBe(markdown);
  });

  testWith(["cmark-gfm"], "goes where it says, and nothing follows from it", () => {
    fc.assert(
      fc.property(texts, (all) => {
        const urls = all.map((text) => `https://example.com/${text}`);
        const html = markdownToHtml(markdownTable([{ title: "a", cell: (url: string) => linkTo(url, "open") }], urls));
        for (const [i, cell] of between(html, "<td>", "</td>").entries()) {
          const link = /^<a href="(https:\/\/example\.com\/[^"<>]*)">open<\/a>$/.exec(cell)?.[1];
          expect(link === undefined ? cell : "open").toBe("open");
          if (link !== undefined) expect(new URL(textOfHtml(link)).origin).toBe(new URL(urls[i]!).origin);
        }
      }),
      { seed, numRuns: count },
    );
  });
});
