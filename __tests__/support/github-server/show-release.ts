import type { Places } from "./call.ts";
import { nodeId, showAccount, time } from "./show-people.ts";
import type { Asset, Lag, Release, Repository } from "./state.ts";

type Json = Readonly<Record<string, unknown>>;

/** What stands in its URLs: a draft has no tag yet. */
function tagInUrls(release: Release): string {
  return release.draft ? release.untagged : release.tag.split("/").map(encodeURIComponent).join("/");
}

export function showRelease(places: Places, repository: Repository, release: Release): Json {
  const base = `${places.api}/repos/${repository.fullName}`;
  const url = `${base}/releases/${release.id}`;
  return {
    url,
    assets_url: `${url}/assets`,
    upload_url: `${places.uploads}/repos/${repository.fullName}/releases/${release.id}/assets{?name,label}`,
    html_url: `${places.web}/${repository.fullName}/releases/tag/${tagInUrls(release)}`,
    id: release.id,
    author: showAccount(places, release.author),
    node_id: nodeId("RE", release.id),
    tag_name: release.tag,
    target_commitish: release.target,
    name: release.name,
    draft: release.draft,
    immutable: release.immutable,
    prerelease: release.prerelease,
    created_at: time(release.created),
    updated_at: time(release.updated),
    published_at: release.published === undefined ? null : time(release.published),
    assets: seenAssets(release).map((asset) => showAsset(places, repository, release, asset)),
    tarball_url: release.draft ? null : `${base}/tarball/${encodeURIComponent(release.tag)}`,
    zipball_url: release.draft ? null : `${base}/zipball/${encodeURIComponent(release.tag)}`,
    body: release.body,
  };
}

export function showAsset(places: Places, repository: Repository, release: Release, asset: Asset): Json {
  const download = `${repository.fullName}/releases/download/${tagInUrls(release)}/${encodeURIComponent(asset.name)}`;
  return {
    url: `${places.api}/repos/${repository.fullName}/releases/assets/${asset.id}`,
    id: asset.id,
    node_id: nodeId("RA", asset.id),
    name: asset.name,
    label: asset.label,
    uploader: showAccount(places, asset.uploader),
    content_type: asset.contentType,
    state: asset.state,
    size: asset.size,
    digest: asset.digest,
    download_count: asset.downloads,
    created_at: time(asset.created),
    updated_at: time(asset.updated),
    browser_download_url: `${places.web}/${download}`,
  };
}

/** What a list shows: by lower-case name, without those that lag behind. */
export function seenAssets(release: Release): readonly Asset[] {
  return [...release.assets.values()]
    .filter(({ lag }) => !lagsBehind(lag))
    .sort((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1));
}

/** Asking counts as one of the requests that it is hidden from. */
export function lagsBehind(lag: Lag | undefined): boolean {
  if (lag === undefined) return false;
  if (lag.requests > 0) {
    lag.requests--;
    return true;
  }
  return Date.now() < lag.until;
}
