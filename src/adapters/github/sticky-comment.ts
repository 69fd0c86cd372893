import { asColdstoreError } from "../../model/errors.ts";
import type { Author, CommentApi, IssueComment } from "./comment-api.ts";
import type { CallIo } from "./release-api.ts";

/** A comment that there is to be once, and where. */
export interface StickyComment {
  readonly comments: CommentApi;
  /** Number of the issue or pull request. */
  readonly issue: number;
  /** What the body begins with; a later run knows the comment by it. */
  readonly marker: string;
  readonly body: string;
  readonly signal: AbortSignal;
}

export type Posted =
  | { readonly kind: "created" | "updated" | "unchanged"; readonly url: string }
  /** One sentence: why there is no comment, or not the newest. */
  | { readonly kind: "refused"; readonly why: string };

// A comment isn't worth waiting for a rate limit.
const patienceMs = 120_000;

/**
 * Writes the comment, or changes the one that an earlier run has written; of several runs at once one comment stays, the oldest.
 * Somebody else's is never touched, whatever it begins with. Rejects for an abort alone.
 */
export async function postStickyComment({ signal, ...sticky }: StickyComment): Promise<Posted> {
  const patience = AbortSignal.timeout(patienceMs);
  try {
    return await post(sticky, { signal: AbortSignal.any([signal, patience]) });
  } catch (thrown) {
    signal.throwIfAborted();
    if (patience.aborted) return { kind: "refused", why: slow(sticky) };
    return { kind: "refused", why: asColdstoreError(thrown).message };
  }
}

function slow({ issue }: Sticky): string {
  return `there is no new comment in #${issue}: GitHub took none in ${patienceMs / 1000} seconds`;
}

type Sticky = Omit<StickyComment, "signal">;

async function post(sticky: Sticky, io: CallIo): Promise<Posted> {
  const marked = await findMarked(sticky, io);
  // Who is asking need only be known where there is a comment to be sure of.
  const writer = marked.length === 0 ? undefined : await sticky.comments.writer(io);
  const [first, ...others] = writtenBy(marked, writer);
  const kept = first && (await keep(first, sticky, io));
  // Left by runs that ended between writing theirs and seeing this one.
  for (const { id } of others) await sticky.comments.delete(id, io);
  return kept ?? create(sticky, io);
}

/** Of two runs that found no comment and wrote one each, the later one takes its own back. */
async function create(sticky: Sticky, io: CallIo): Promise<Posted> {
  const { comments, issue, body } = sticky;
  const made = await comments.create(issue, body, io);
  const [first] = writtenBy(await findMarked(sticky, io), made.author);
  const created = { kind: "created", url: made.url } as const;
  if (first === undefined || first.id >= made.id) return created;
  const kept = await keep(first, sticky, io);
  if (kept === undefined) return created;
  await comments.delete(made.id, io);
  return kept;
}

/** Brings a comment up to date; undefined when it's gone. */
async function keep(comment: IssueComment, { comments, body }: Sticky, io: CallIo): Promise<Posted | undefined> {
  if (plainBody(comment.body) === plainBody(body)) return { kind: "unchanged", url: comment.url };
  const updated = await comments.update(comment.id, body, io);
  return updated && { kind: "updated", url: updated.url };
}

async function findMarked({ comments, issue, marker }: Sticky, io: CallIo): Promise<readonly IssueComment[]> {
  const found: IssueComment[] = [];
  for await (const comment of comments.comments(issue, io)) if (comment.body.startsWith(marker)) found.push(comment);
  return found;
}

/** Those of one author, the oldest first. */
function writtenBy(comments: readonly IssueComment[], writer: Author | undefined): readonly IssueComment[] {
  return comments
    .filter(({ author }) => author?.login === writer?.login && author?.isBot === writer?.isBot && author !== undefined)
    .toSorted((a, b) => a.id - b.id);
}

/** Forms of a website change the ends of lines. */
function plainBody(body: string): string {
  return body.replaceAll("\r\n", "\n").trimEnd();
}
