import type { FailedCall } from "./failed-call.ts";
import type { Answer } from "./github-answer.ts";
import { plain, type Reason } from "./reason.ts";

/** Told by what GitHub says of the call (`message`) or of one field of it (`resource field code message`), the first that fits. */
const rows: readonly (Reason & { readonly pattern: RegExp })[] = [
  {
    pattern: /was used by an immutable release/iu,
    failure: "immutable",
    text: "the tag was that of an immutable release, since deleted, and GitHub never takes such a tag again; use a new version",
  },
  {
    pattern: /immutable release|release is immutable/iu,
    failure: "immutable",
    text: "the release is immutable: its tag and files can't be changed any more; make a new version whose release isn't published before this run, which publishes it last, or use another store",
  },
  {
    pattern: /^ReleaseAsset name already_exists/u,
    failure: "conflict",
    text: "the release has a file of that name",
    alreadyThere: true,
  },
  {
    pattern: /^Release tag_name already_exists/u,
    failure: "conflict",
    text: "somebody else has just published a release of this tag; run it again",
    transient: true,
  },
  {
    pattern: /\bpre_receive\b|being restricted|rule violations|protected tag/iu,
    failure: "store",
    text: "a tag ruleset of the repository forbids it; push the tag as somebody who may, or put whoever the token is of on the ruleset's bypass list",
  },
  {
    pattern: /\bfile_count\b|limited to \d+ assets/iu,
    failure: "store",
    text: "the release is full, for GitHub takes 1000 files a release; remove some, or use a release of its own",
  },
  {
    pattern: /\bsize\b.*(?:less than|too (?:large|big))/iu,
    failure: "store",
    text: "the file is larger than GitHub takes, which is 2 GiB; use split-size: 1900MiB",
  },
  {
    pattern: /valid tag/iu,
    failure: "not-found",
    text: "GitHub has no such tag; push it first",
  },
  {
    pattern: /\bbody\b.*too long/iu,
    failure: "settings",
    text: "the release's text is longer than the 125,000 characters that GitHub takes; shorten the file that notes names",
  },
];

/** What a 422 means. */
export function invalidReason(answer: Answer, call: FailedCall): Reason {
  const details = answer.details.map(({ resource, field, code, message }) =>
    [resource, field, code, message].filter(Boolean).join(" "),
  );
  const texts = [...details, answer.message];
  const row = rows.find(({ pattern }) => texts.some((text) => pattern.test(text)));
  return row ?? { failure: "store", text: plain(answer, call) };
}
