import { notFound } from "./answer.ts";
import type { Answer } from "./answer.ts";
import type { Call } from "./call.ts";
import { readable } from "./releases.ts";
import { nodeId, time } from "./show-people.ts";
import type { Repository, Tag } from "./state.ts";

type Json = Readonly<Record<string, unknown>>;

export function getRef(call: Call): Answer {
  const repository = readable(call);
  const found = refs(repository).find(({ ref }) => ref === `refs/${call.parameters["ref"]}`);
  if (found === undefined) throw notFound();
  return { status: 200, body: showRef(call, repository, found) };
}

export function matchingRefs(call: Call): Answer {
  const repository = readable(call);
  const found = refs(repository).filter(({ ref }) => ref.startsWith(`refs/${call.parameters["ref"]}`));
  return { status: 200, body: found.map((one) => showRef(call, repository, one)) };
}

/** An annotated tag's own object. */
export function getTagObject(call: Call): Answer {
  const repository = readable(call);
  const tag = [...repository.tags.values()].find(({ annotated }) => annotated?.sha === call.parameters["tag_sha"]);
  if (tag?.annotated === undefined) throw notFound();
  const { sha, message } = tag.annotated;
  const date = time(repository.commits.get(tag.commit)?.date ?? 0);
  return {
    status: 200,
    body: {
      node_id: nodeId("TA", repository.id),
      sha,
      tag: tag.name,
      message,
      url: `${call.places.api}/repos/${repository.fullName}/git/tags/${sha}`,
      tagger: { name: "A Tagger", email: "tagger@example.org", date },
      object: objectOf(call, repository, { sha: tag.commit, type: "commit" }),
      verification: { verified: false, reason: "unsigned", signature: null, payload: null, verified_at: null },
    },
  };
}

interface Ref {
  readonly ref: string;
  readonly sha: string;
  readonly type: "commit" | "tag";
}

function refs(repository: Repository): readonly Ref[] {
  const branches = [...repository.branches].map(([name, sha]): Ref => ({
    ref: `refs/heads/${name}`,
    sha,
    type: "commit",
  }));
  const tags = [...repository.tags.values()].map(tagRef);
  return [...branches, ...tags].sort((a, b) => (a.ref < b.ref ? -1 : 1));
}

function tagRef({ name, commit, annotated }: Tag): Ref {
  const ref = `refs/tags/${name}`;
  return annotated === undefined ? { ref, sha: commit, type: "commit" } : { ref, sha: annotated.sha, type: "tag" };
}

function showRef(call: Call, repository: Repository, { ref, sha, type }: Ref): Json {
  const url = `${call.places.api}/repos/${repository.fullName}/git/${ref.split("/").map(encodeURIComponent).join("/")}`;
  return { ref, node_id: nodeId("REF", repository.id), url, object: objectOf(call, repository, { sha, type }) };
}

function objectOf(call: Call, { fullName }: Repository, { sha, type }: Omit<Ref, "ref">): Json {
  return { sha, type, url: `${call.places.api}/repos/${fullName}/git/${type}s/${sha}` };
}
