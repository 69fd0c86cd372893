import { pullRequestOf } from "./adapters/actions/pull-request.ts";
import { stepPlace } from "./adapters/actions/step-place.ts";
import { openCommentApi } from "./adapters/github/comment-api.ts";
import { postStickyComment } from "./adapters/github/sticky-comment.ts";
import { maskSecrets } from "./adapters/process/mask-secrets.ts";
import { openClient } from "./connect-releases.ts";
import type { Log } from "./ports/log.ts";
import type { Settings } from "./settings/settings.ts";

/** What a run says in the pull request that it is of. */
export interface Remark {
  readonly settings: Settings;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The event's own. */
  readonly payload: unknown;
  /** The comment, and what it begins with, for a step of this place in the workflows; undefined: there is none to be. */
  readonly write: (step: string | undefined) => { readonly marker: string; readonly body: string } | undefined;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/**
 * Keeps the run's one comment in its pull request up to date, if there is one to be; says in the log what became of it. Resolves to a
 * warning where the job might have been allowed to and wasn't. Rejects for an abort alone.
 */
export async function commentOnPullRequest(remark: Remark): Promise<string | undefined> {
  const { settings, env, payload, write, log, signal } = remark;
  const pull = pullRequestOf(payload);
  const repository = env["GITHUB_REPOSITORY"];
  if (pull === undefined || !repository || !isToComment(settings)) return undefined;
  const comment = write(stepPlace(env));
  if (comment === undefined) return undefined;
  if (pull.fork) {
    log.event(
      `no comment in #${pull.number}: it comes from a fork, whose runs may not write; the job summary has it all`,
    );
    return undefined;
  }
  if (!settings.token?.trim()) return silenced(`no comment in #${pull.number}: there is no token`);
  await using client = await openClient(settings, { env, say: (line) => log.event(line) });
  const comments = openCommentApi(client, repository);
  // A runner masks its log, and nothing else.
  const body = maskSecrets(comment.body, env);
  const posted = await postStickyComment({ comments, issue: pull.number, marker: comment.marker, body, signal });
  if (posted.kind !== "refused") {
    log.event(`comment in #${pull.number} ${posted.kind}: ${posted.url}`);
    return undefined;
  }
  return silenced(posted.why);
}

function silenced(why: string): string {
  return `${why}; set comment to never to do without this warning`;
}

/** What isn't a dry run, although it's of a pull request, has more to say than a comment. */
function isToComment(settings: Settings): boolean {
  return "comment" in settings && settings.comment === "auto" && settings.dryRun;
}
