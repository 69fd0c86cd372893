import { invalid } from "./answer.ts";
import type { FieldError } from "./answer.ts";
import { textOf } from "./call.ts";
import type { Call } from "./call.ts";
import { forbidden } from "./permissions.ts";
import type { Release, Repository } from "./state.ts";

/** Makes a release public, and its tag if there is none; refuses as GitHub does when that can't be. */
export function publish(call: Call, repository: Repository, release: Release): void {
  const first = release.draft;
  checkTag(call, repository, release);
  release.draft = false;
  if (first) {
    release.published = call.state.now();
    release.immutable = repository.immutableReleases;
    if (release.immutable) repository.burntTags.add(release.tag);
    release.created = repository.commits.get(repository.tags.get(release.tag)?.commit ?? "")?.date ?? release.created;
  }
  const latest = textOf(call, "make_latest") ?? (first ? "true" : release.makeLatest);
  if (latest !== "true" && latest !== "false" && latest !== "legacy")
    throw invalid({ resource: "Release", code: "invalid", field: "make_latest" });
  release.makeLatest = latest;
  if (latest === "true" && !release.prerelease) repository.latest = release.id;
  else if (repository.latest === release.id) repository.latest = undefined;
}

function checkTag(call: Call, repository: Repository, release: Release): void {
  const other = [...repository.releases.values()].find(
    ({ id, draft, tag }) => !draft && tag === release.tag && id !== release.id,
  );
  if (other !== undefined) throw invalid({ resource: "Release", code: "already_exists", field: "tag_name" });
  const standing = repository.tags.has(release.tag);
  const burnt = repository.burntTags.has(release.tag) && !release.immutable;
  const refused = !standing && (burnt || repository.restrictedTags.some((one) => one.test(release.tag)));
  const errors: FieldError[] = [];
  if (refused) errors.push(restricted);
  const message = "tag_name was used by an immutable release";
  if (burnt) errors.push({ resource: "Release", code: "custom", field: "tag_name", message });
  if (errors.length > 0) throw invalid(...errors, ...(standing ? [] : [noTag]));
  if (!standing) makeTag(call, repository, release);
}

const restricted: FieldError = {
  resource: "Release",
  code: "custom",
  field: "pre_receive",
  message: "pre_receive Repository rule violations found\n\nCannot create ref due to creations being restricted.\n\n",
};
const noTag: FieldError = { resource: "Release", code: "custom", message: "Published releases must have a valid tag" };

/** Of what it is to stand for; a commit with other workflows than the default branch takes the permission for those. */
function makeTag(call: Call, repository: Repository, release: Release): void {
  const target = release.target || repository.defaultBranch;
  const commit = repository.commits.get(repository.branches.get(target) ?? target);
  const valid = !/^$|^[.-]|\.\.|[\s~^:?*[\\]|\/$|\.lock$/u.test(release.tag);
  if (!valid) throw invalid({ resource: "Release", code: "custom", message: "tag_name is not a valid tag" }, noTag);
  if (commit === undefined) throw invalid(noTag, { resource: "Release", code: "invalid", field: "target_commitish" });
  const usual = repository.commits.get(repository.branches.get(repository.defaultBranch) ?? "");
  const { token } = call;
  if (token !== undefined && usual?.workflows !== commit.workflows && !mayChangeWorkflows(token))
    throw forbidden(token, "contents=write; contents=write,workflows=write");
  repository.tags.set(release.tag, { name: release.tag, commit: commit.sha });
}

function mayChangeWorkflows({ kind, scopes, workflows }: NonNullable<Call["token"]>): boolean {
  return kind === "classic" ? scopes.includes("workflow") : workflows === "write";
}
