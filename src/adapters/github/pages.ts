import { BareReason } from "./failed-call.ts";
import type { CallAbout, GitHubClient } from "./github-client.ts";
import type { CallIo } from "./release-api.ts";
import { listOf } from "./release-records.ts";
import { unlessMissing } from "./unless-missing.ts";

/** A listing of the API: where it is, escaped and without a query, and what it's asked for. */
export interface Listing<T> {
  readonly path: string;
  readonly about: CallAbout;
  /** Takes one thing of it. */
  readonly read: (item: unknown) => T;
  /** What isn't there is empty; else it's an error. */
  readonly missing?: "empty";
  /** GitHub's description has no size of a page for it. */
  readonly unsized?: true;
}

/** A listing page by page, a hundred a page, each page one call, as the answers' links lead on. */
export async function* pagesOf<T>(client: GitHubClient, listing: Listing<T>, io: CallIo): AsyncGenerator<readonly T[]> {
  let url: string | undefined = `${client.apiUrl}${listing.path}${listing.unsized ? "" : "?per_page=100"}`;
  while (url !== undefined) {
    const page: Page<T> = await onePage(client, url, listing, io);
    yield page.items;
    url = page.next;
  }
}

interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | undefined;
}

async function onePage<T>(client: GitHubClient, url: string, listing: Listing<T>, io: CallIo): Promise<Page<T>> {
  const { about, missing, read } = listing;
  return client.call(
    async (octokit, options) => {
      const ask = async () => octokit.request({ method: "GET", url, ...options });
      const answer = await (missing === "empty" ? unlessMissing(ask) : ask());
      if (answer === undefined) return { items: [], next: undefined };
      return { items: listOf(answer.data).map(read), next: nextOf(answer.headers.link, client.apiUrl) };
    },
    io,
    about,
  );
}

/** The address of the next page: on the API's own host, for the token goes there. */
function nextOf(header: string | undefined, apiUrl: string): string | undefined {
  const next = /<([^<>]+)>\s*;[^,<>]*\brel="?next\b/u.exec(header ?? "")?.[1];
  if (next === undefined || URL.parse(next)?.origin === new URL(apiUrl).origin) return next;
  throw new BareReason(
    "store",
    "GitHub's answer leads to another host for its next page; check the address of the API",
  );
}
