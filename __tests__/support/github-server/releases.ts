import { randomBytes } from "node:crypto";
import { invalid, notFound, problem, Refusal } from "./answer.ts";
import type { Answer } from "./answer.ts";
import { flagOf, numberOf, repositoryOf, textOf } from "./call.ts";
import type { Call } from "./call.ts";
import { lagFrom } from "./lag.ts";
import { page } from "./pages.ts";
import { mayWrite, needRead, needWrite } from "./permissions.ts";
import { publish } from "./publish.ts";
import { lagsBehind, showRelease } from "./show-release.ts";
import { newId } from "./state.ts";
import type { Account, GitHubState, Release, Repository } from "./state.ts";
import { forget } from "./stored-bytes.ts";

export function listReleases(call: Call): Answer {
  const repository = readable(call);
  const writer = mayWrite(call.token, repository);
  const seen = newestFirst(repository).filter((release) => (!release.draft || writer) && !lagsBehind(release.lag));
  return page(call, seen, (release) => showRelease(call.places, repository, release));
}

export function releaseByTag(call: Call): Answer {
  const repository = readable(call);
  const tag = call.parameters["tag"];
  const found = newestFirst(repository).find((release) => !release.draft && release.tag === tag);
  if (found === undefined || lagsBehind(found.lag)) throw notFound();
  return { status: 200, body: showRelease(call.places, repository, found) };
}

export function latestRelease(call: Call): Answer {
  const repository = readable(call);
  const candidates = newestFirst(repository).filter(({ draft, prerelease }) => !draft && !prerelease);
  const willing = candidates.find(({ makeLatest }) => makeLatest !== "false");
  const latest = candidates.find(({ id }) => id === repository.latest) ?? willing ?? candidates[0];
  if (latest === undefined) throw notFound();
  return { status: 200, body: showRelease(call.places, repository, latest) };
}

export function getRelease(call: Call): Answer {
  const repository = readable(call);
  const release = releaseOf(call, repository);
  return { status: 200, body: showRelease(call.places, repository, release) };
}

export function createRelease(call: Call): Answer {
  const repository = repositoryOf(call);
  needWrite(call, repository, ["contents"]);
  const tag = textOf(call, "tag_name");
  if (tag === undefined) throw new Refusal(problem(422, 'Invalid request.\n\n"tag_name" wasn\'t supplied.'));
  checkBody(call);
  if (call.json["discussion_category_name"] !== undefined) throw notFound();
  const release = newRelease(call.state, call.token!.account, tag);
  change(call, release);
  release.target = textOf(call, "target_commitish") ?? repository.defaultBranch;
  if (flagOf(call, "generate_release_notes") === true) addNotes(call, repository, release);
  if (flagOf(call, "draft") !== true) publish(call, repository, release);
  release.lag = lagFrom(call.fault);
  repository.releases.set(release.id, release);
  return { status: 201, body: showRelease(call.places, repository, release) };
}

/** A draft that nobody has said anything of but its tag. */
function newRelease(state: GitHubState, author: Account, tag: string): Release {
  const now = state.now();
  return {
    id: newId(state),
    tag,
    target: "",
    name: null,
    body: null,
    author,
    draft: true,
    prerelease: false,
    immutable: false,
    makeLatest: "legacy",
    untagged: `untagged-${randomBytes(10).toString("hex")}`,
    created: now,
    published: undefined,
    updated: now,
    lag: undefined,
    assets: new Map(),
  };
}

export function updateRelease(call: Call): Answer {
  const repository = repositoryOf(call);
  needWrite(call, repository, ["contents"]);
  const release = releaseOf(call, repository);
  checkBody(call);
  const changed = { ...release };
  change(call, changed);
  checkFrozen(release, changed, flagOf(call, "draft"));
  const draft = flagOf(call, "draft") ?? release.draft;
  if (!draft) publish(call, repository, changed);
  else if (!release.draft) Object.assign(changed, { draft: true, published: undefined });
  Object.assign(release, changed, { updated: call.state.now(), lag: lagFrom(call.fault) });
  return { status: 200, body: showRelease(call.places, repository, release) };
}

export async function deleteRelease(call: Call): Promise<Answer> {
  const repository = repositoryOf(call);
  needWrite(call, repository, ["contents"]);
  const release = releaseOf(call, repository);
  repository.releases.delete(release.id);
  for (const { bytes } of release.assets.values()) await forget(bytes);
  return { status: 204 };
}

/** The release of the path; a draft only for those who may write. */
export function releaseOf(call: Call, repository: Repository): Release {
  const release = repository.releases.get(numberOf(call, "release_id"));
  if (release === undefined || (release.draft && !mayWrite(call.token, repository))) throw notFound();
  return release;
}

/** The repository of the path, when its contents may be read. */
export function readable(call: Call): Repository {
  const repository = repositoryOf(call);
  needRead(call, repository, "contents");
  return repository;
}

function newestFirst({ releases }: Repository): readonly Release[] {
  return [...releases.values()].sort((a, b) => b.created - a.created || b.id - a.id);
}

function change(call: Call, release: Release): void {
  release.tag = textOf(call, "tag_name") ?? release.tag;
  release.target = textOf(call, "target_commitish") ?? release.target;
  release.name = textOf(call, "name") ?? release.name;
  release.body = textOf(call, "body") ?? release.body;
  release.prerelease = flagOf(call, "prerelease") ?? release.prerelease;
}

function checkBody(call: Call): void {
  const message = "body is too long (maximum is 125000 characters)";
  if ((textOf(call, "body") ?? "").length > 125_000)
    throw invalid({ resource: "Release", code: "custom", field: "body", message });
}

function checkFrozen(before: Release, after: Release, draft: boolean | undefined): void {
  if (!before.immutable) return;
  const message = "tag_name cannot be changed on an immutable release";
  if (after.tag !== before.tag) throw invalid({ resource: "Release", code: "custom", field: "tag_name", message });
  if (draft === true)
    throw invalid({ resource: "Release", code: "custom", message: "Immutable releases cannot be drafts" });
}

function addNotes(call: Call, repository: Repository, release: Release): void {
  const notes = `**Full Changelog**: ${call.places.web}/${repository.fullName}/commits/${release.tag}`;
  release.body = release.body === null ? notes : `${release.body}\n\n${notes}`;
  release.name ??= release.tag;
}
