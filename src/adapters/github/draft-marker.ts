// The first line of a draft that is ours, and nothing else in it.
const marker = "<!-- coldstore:draft Coldstore made this draft, and publishes it when all its files are there. -->";
const markerLine = /^\s*<!-- coldstore:draft [^\n]*?-->[ \t]*(?:\r?\n)?/;

/** Most characters of a release's text (GitHub's REST description of a release's body). */
const mostBodyCharacters = 125_000;

/** The text of a new draft, cut to what GitHub takes. */
export function markedBody(notes: string): { readonly body: string; readonly cut: boolean } {
  const body = notes === "" ? marker : `${marker}\n${notes}`;
  if (body.length <= mostBodyCharacters) return { body, cut: false };
  return {
    body: body
      .slice(0, mostBodyCharacters)
      .toWellFormed()
      .replace(/\ufffd$/, ""),
    cut: true,
  };
}

/** Whether a draft is one that Coldstore made. */
export function isMarked(body: string): boolean {
  return markerLine.test(body);
}

/** The text as it is published: without the marker, and with all that somebody wrote beside it. */
export function withoutMarker(body: string): string {
  return body.replace(markerLine, "");
}
