import { markedBody } from "./draft-marker.ts";
import type { NewRelease } from "./release-api.ts";
import type { ReleasePolicy } from "./release-options.ts";
import { isPrerelease } from "./show-release.ts";

/** The draft that a run makes for a tag, and whether its notes had to be cut. */
export function newDraft(
  tag: string,
  { notes, prerelease }: ReleasePolicy,
): { readonly draft: NewRelease; readonly cut: boolean } {
  const { body, cut } = markedBody(typeof notes === "object" ? notes.text : "");
  return {
    draft: {
      tag,
      name: tag,
      body,
      generateNotes: notes === "generate",
      prerelease: prerelease === "auto" ? isPrerelease(tag) : prerelease,
    },
    cut,
  };
}
