/** A piece of HTML: a tag as it's written, with the element's name (`/name` for its end), or decoded text and whether it is code. */
export type HtmlPiece =
  | { readonly tag: string; readonly name: string }
  | { readonly text: string; readonly isCode: boolean };

/** HTML as a browser would take it apart, as far as cmark-gfm's output needs it. */
export function piecesOf(html: string): readonly HtmlPiece[] {
  let codes = 0;
  return html
    .split(/(<\/?[a-z][^<>]*>|<[!?][^<>]*>)/i)
    .filter((piece) => piece !== "")
    .map((piece): HtmlPiece => {
      const name = /^<(\/?[a-z][a-z0-9]*|[!?])/i.exec(piece)?.[1]?.toLowerCase();
      if (name === undefined) return { text: decode(piece), isCode: codes > 0 };
      if (name === "code") codes += 1;
      if (name === "/code") codes -= 1;
      return { tag: piece, name };
    });
}

/** All text, without tags. */
export function textOfHtml(html: string): string {
  return piecesOf(html)
    .map((piece) => ("text" in piece ? piece.text : ""))
    .join("");
}

const named: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"' };

function decode(text: string): string {
  return text.replaceAll(/&(?:#(\d+)|(amp|lt|gt|quot));/g, (_, code: string | undefined, name: string) =>
    code === undefined ? named[name]! : String.fromCodePoint(Number(code)),
  );
}
