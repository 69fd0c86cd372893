import { ColdstoreError } from "../../model/errors.ts";
import { visibleText } from "../../model/visible-text.ts";
import type { ComingSet, Shown, StoredObject } from "../../ports/store.ts";
import { checkTag } from "./check-tag.ts";
import { clearLeftovers, type ClearOptions } from "./clear-leftovers.ts";
import { compareVersions, versionOf } from "./compare-versions.ts";
import { isMarked, withoutMarker } from "./draft-marker.ts";
import { pause } from "./pause.ts";
import type { CallIo, Release, ReleaseApi, ReleasePatch } from "./release-api.ts";
import { burntTagError } from "./release-errors.ts";
import { filesAmong, isReplaces } from "./release-files.ts";
import type { ReleaseFinder } from "./release-finder.ts";
import type { ReleasePolicy } from "./release-options.ts";
import { endBroken } from "./replace-asset.ts";
import { unusedSettings } from "./unused-settings.ts";

export interface ShowOptions extends ClearOptions {
  readonly finder: ReleaseFinder;
  /** As the person wrote the store. */
  readonly name: string;
  readonly policy: ReleasePolicy;
  readonly pauses: readonly number[];
  /** What this run has stored or found, as GitHub confirmed it. */
  readonly stored: readonly StoredObject[];
  /** The same as it is now. */
  stat(key: string): Promise<StoredObject | undefined>;
  /** How old what a run at work has made may be. */
  readonly quietMs: number;
  /** Said beside everything else. */
  readonly warnings: readonly string[];
}

/** Publishes the release of a set if it's a draft of ours, and nobody wants it to stay one; changes nothing of any other. */
export async function showRelease(options: ShowOptions, set: ComingSet, io: CallIo): Promise<Shown> {
  const { finder, policy, warnings } = options;
  const { id } = set.name;
  const release = await finder.refresh(id, io);
  if (release === undefined)
    throw new ColdstoreError(
      "store",
      `${options.name} has lost the release of ${id}: somebody has deleted it; run again`,
    );
  await endReplaces(options, release, io);
  if (!release.draft || !isMarked(release.body)) {
    const unused = await unusedSettings(options.api, { release, policy }, io);
    return shown(release, [...warnings, ...(release.draft ? [leftAlone(release)] : []), ...unused]);
  }
  if (policy.draft) return shown(release, warnings);
  if (!finder.fits(release, id)) throw retagged(release, id);
  await checkAlone(options, release, id, io);
  await clearLeftovers(options, { release, set }, io);
  await checkStored(options, release);
  await checkTag({ ...options, tag: release.tag, set }, io);
  const published = await publish(options, release, io);
  finder.forget(id);
  return { ...shown(published, warnings), news: `published the release ${visibleText(published.tag)}` };
}

/** A file that a replace has left under another name, because it was killed between its two renames, gets its own again. */
async function endReplaces({ api, viewer, quietMs }: ShowOptions, release: Release, io: CallIo): Promise<void> {
  if (release.immutable) return;
  const { assets } = await viewer.look(release, io);
  const broken = filesAmong([...assets.values()]).filter(({ asset, leftovers }) =>
    [asset, ...leftovers].every(({ name, created }) => isStale(name, created, quietMs)),
  );
  for (const { name } of broken) await endBroken({ api, list: viewer.listOf(release), name }, io);
}

/** Of a replace that nobody is at any more. */
function isStale(name: string, created: string, quietMs: number): boolean {
  return isReplaces(name) && Date.now() - Date.parse(created) > quietMs;
}

function shown({ id, htmlUrl, uploadUrl }: Release, warnings: readonly string[]): Shown {
  return {
    url: htmlUrl,
    outputs: { "release-url": htmlUrl, "release-id": id, "upload-url": uploadUrl },
    warnings,
  };
}

function retagged({ tag, htmlUrl }: Release, id: string): ColdstoreError {
  return new ColdstoreError(
    "conflict",
    `the draft ${htmlUrl} was made for ${id}, and somebody has given it the tag ${visibleText(tag)}: give it its own tag again, then run again`,
  );
}

function leftAlone({ tag }: Release): string {
  return `the release ${visibleText(tag)} is a draft that Coldstore hasn't made, or whose text no longer begins with Coldstore's mark: the set is in it, and publishing it is left to you`;
}

/** Several runs may have made drafts of one tag although they looked; of those the first one counts. */
async function checkAlone({ finder, name }: ShowOptions, release: Release, id: string, io: CallIo): Promise<void> {
  const rival = (await finder.allOf(id, io)).find((each) => !each.draft || each.id < release.id);
  if (rival === undefined || rival.id === release.id) return;
  throw new ColdstoreError(
    "conflict",
    `${name} has two releases of ${visibleText(release.tag)}, ${rival.htmlUrl} and the draft ${release.htmlUrl}, each made by a run that ` +
      "couldn't see the other's: delete one of them, then run again",
  );
}

async function checkStored(options: ShowOptions, { tag }: Release): Promise<void> {
  for (const { key, bytes, digests } of options.stored) {
    const now = await options.stat(key);
    if (now !== undefined && now.bytes === bytes && now.digests.sha256 === digests.sha256) continue;
    const how = now === undefined ? "isn't there any more" : "has changed";
    throw new ColdstoreError(
      "integrity",
      `the release ${visibleText(tag)} stays a draft: ${key} ${how} since it was stored; find out what else writes to it, then run again`,
    );
  }
}

async function publish({ api, policy, pauses }: ShowOptions, release: Release, io: CallIo): Promise<Release> {
  const prerelease = policy.prerelease === "auto" ? isPrerelease(release.tag) : policy.prerelease;
  const latest = await latestOf(api, { policy, prerelease, tag: release.tag }, io);
  const patch: ReleasePatch = { draft: false, body: withoutMarker(release.body), prerelease, latest };
  const answer = await api.update(release.id, patch, io).catch(async (error: unknown) => {
    io.signal.throwIfAborted();
    const own = error instanceof ColdstoreError ? error : undefined;
    const isBurnt = own?.failure === "immutable";
    const now = own?.transient || isBurnt ? await api.byId(release.id, io) : undefined;
    if (now?.draft !== false) throw isBurnt ? burntTagError(release.tag, error) : error;
    return now;
  });
  return readBack(api, answer, { pauses }, io);
}

/** The release as everybody sees it: the addresses of a draft lead nowhere once it's published. */
async function readBack(
  api: ReleaseApi,
  answer: Release,
  { pauses }: Pick<ShowOptions, "pauses">,
  io: CallIo,
): Promise<Release> {
  let seen = answer;
  for (const ms of [0, ...pauses]) {
    await pause(ms, io.signal);
    seen = (await api.byId(answer.id, io)) ?? seen;
    if (!seen.draft && !seen.htmlUrl.includes("/untagged-")) return seen;
  }
  if (!seen.draft) return seen;
  throw new ColdstoreError(
    "store",
    `GitHub took the release ${visibleText(answer.tag)} and still shows a draft; run again`,
    {
      transient: true,
    },
  );
}

export function isPrerelease(tag: string): boolean {
  return (versionOf(tag)?.suffix.length ?? 0) > 0;
}

interface LatestQuestion {
  readonly policy: ReleasePolicy;
  readonly prerelease: boolean;
  readonly tag: string;
}

/** Whether people are to get the release who ask for no version; `legacy` leaves that to GitHub. */
async function latestOf(
  api: ReleaseApi,
  { policy, prerelease, tag }: LatestQuestion,
  io: CallIo,
): Promise<"true" | "false" | "legacy"> {
  if (policy.latest !== "auto") return policy.latest ? "true" : "false";
  if (prerelease) return "false";
  const version = versionOf(tag);
  if (version === undefined) return "legacy";
  const present = await api.latest(io);
  if (present === undefined) return "true";
  const other = versionOf(present.tag);
  if (other === undefined) return "legacy";
  return compareVersions(version, other) < 0 ? "false" : "true";
}
