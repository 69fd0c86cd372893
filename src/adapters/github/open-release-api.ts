import { visibleText } from "../../model/visible-text.ts";
import { openAsset } from "./download-asset.ts";
import type { GitHubClient } from "./github-client.ts";
import { lookAtRepository } from "./look-at-repository.ts";
import { pagesOf } from "./pages.ts";
import { pathOf, type Place, reading, writing } from "./place.ts";
import type { CallIo, NewRelease, Release, ReleaseApi, ReleasePatch, Upload } from "./release-api.ts";
import { toAsset, toRelease } from "./release-records.ts";
import { commitOfTag, tagsLike } from "./tags.ts";
import { unlessMissing } from "./unless-missing.ts";
import { uploadAsset } from "./upload-asset.ts";

/** The releases of `owner/name`. Asks for nothing yet. */
export function openReleaseApi(client: GitHubClient, repository: string): ReleaseApi {
  const [owner = "", repo = ""] = repository.split("/");
  const place: Place = { client, owner, repo };
  return {
    repository,
    look: async (need, io) => lookAtRepository(place, need, io),
    releases: (io) => allReleases(place, io),
    byTag: async (tag, io) => byTag(place, tag, io),
    byId: async (id, io) => byId(place, id, io),
    latest: async (io) => latest(place, io),
    createDraft: async (release, io) => createDraft(place, release, io),
    update: async (id, patch, io) => update(place, id, patch, io),
    deleteRelease: async (id, io) => deleteRelease(place, id, io),
    assets: async (release, io) => Array.fromAsync(allAssets(place, release, io)),
    upload: async (release: Release, upload: Upload, io) => uploadAsset(place, release, upload, io),
    rename: async (asset, name, io) => rename(place, asset, name, io),
    deleteAsset: async (asset, io) => deleteAsset(place, asset, io),
    download: async (asset, range, io) => openAsset({ place, asset, range, io }),
    tagCommit: async (tag, io) => commitOfTag(place, tag, io),
    tagsLike: async (prefix, io) => tagsLike(place, prefix, io),
  };
}

async function* allReleases(place: Place, io: CallIo): AsyncGenerator<Release> {
  const { client, owner, repo } = place;
  const about = reading(`list the releases of ${owner}/${repo}`);
  const listing = { path: `${pathOf(place)}/releases`, about, read: toRelease };
  for await (const page of pagesOf(client, listing, io)) yield* page;
}

async function* allAssets(place: Place, release: number, io: CallIo) {
  const about = reading(`list the files of release ${release} of ${place.owner}/${place.repo}`);
  const path = `${pathOf(place)}/releases/${release}/assets`;
  for await (const page of pagesOf(place.client, { path, about, read: toAsset }, io)) yield* page;
}

async function byTag({ client, owner, repo }: Place, tag: string, io: CallIo): Promise<Release | undefined> {
  const about = reading(`look for the release ${visibleText(tag)} of ${owner}/${repo}`);
  return client.call(
    async (octokit, options) =>
      unlessMissing(async () => {
        const { data } = await octokit.rest.repos.getReleaseByTag({ owner, repo, tag, ...options });
        return toRelease(data);
      }),
    io,
    about,
  );
}

async function byId({ client, owner, repo }: Place, id: number, io: CallIo): Promise<Release | undefined> {
  const about = reading(`look at release ${id} of ${owner}/${repo}`);
  return client.call(
    async (octokit, options) =>
      unlessMissing(async () => {
        const { data } = await octokit.rest.repos.getRelease({ owner, repo, release_id: id, ...options });
        return toRelease(data);
      }),
    io,
    about,
  );
}

async function latest({ client, owner, repo }: Place, io: CallIo): Promise<Release | undefined> {
  const about = reading(`look for the latest release of ${owner}/${repo}`);
  return client.call(
    async (octokit, options) =>
      unlessMissing(async () => {
        const { data } = await octokit.rest.repos.getLatestRelease({ owner, repo, ...options });
        return toRelease(data);
      }),
    io,
    about,
  );
}

/** Without a commit to make the tag at: it must exist, and a token that may not touch workflows is refused one. */
async function createDraft({ client, owner, repo }: Place, release: NewRelease, io: CallIo): Promise<Release> {
  const { tag, name, body, generateNotes, prerelease } = release;
  const fields = { tag_name: tag, name, body, prerelease, generate_release_notes: generateNotes };
  return client.call(
    async (octokit, options) => {
      const { data } = await octokit.rest.repos.createRelease({ owner, repo, ...fields, draft: true, ...options });
      return toRelease(data);
    },
    io,
    writing(`create the draft release ${visibleText(tag)}`),
  );
}

async function update(
  { client, owner, repo }: Place,
  id: number,
  { latest: makeLatest, ...patch }: ReleasePatch,
  io: CallIo,
): Promise<Release> {
  const changes = { ...patch, ...(makeLatest !== undefined && { make_latest: makeLatest }) };
  return client.call(
    async (octokit, options) => {
      const { data } = await octokit.rest.repos.updateRelease({ owner, repo, release_id: id, ...changes, ...options });
      return toRelease(data);
    },
    io,
    writing(patch.draft === false ? `publish release ${id}` : `update release ${id}`),
  );
}

async function deleteRelease({ client, owner, repo }: Place, id: number, io: CallIo): Promise<void> {
  await client.call(
    async (octokit, options) =>
      unlessMissing(async () => octokit.rest.repos.deleteRelease({ owner, repo, release_id: id, ...options })),
    io,
    writing(`delete the draft release ${id}`),
  );
}

async function rename({ client, owner, repo }: Place, asset: number, name: string, io: CallIo) {
  return client.call(
    async (octokit, options) => {
      const { data } = await octokit.rest.repos.updateReleaseAsset({ owner, repo, asset_id: asset, name, ...options });
      return toAsset(data);
    },
    io,
    writing(`rename a file of a release to ${visibleText(name)}`),
  );
}

async function deleteAsset({ client, owner, repo }: Place, asset: number, io: CallIo): Promise<void> {
  await client.call(
    async (octokit, options) =>
      unlessMissing(async () => octokit.rest.repos.deleteReleaseAsset({ owner, repo, asset_id: asset, ...options })),
    io,
    writing(`delete file ${asset} of a release`),
  );
}
