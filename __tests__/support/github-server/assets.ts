import { createHmac } from "node:crypto";
import { assetName } from "./asset-name.ts";
import { invalid, notFound, problem, Refusal } from "./answer.ts";
import type { Answer } from "./answer.ts";
import { numberOf, repositoryOf, textOf } from "./call.ts";
import type { Call } from "./call.ts";
import { page } from "./pages.ts";
import { mayWrite, needWrite } from "./permissions.ts";
import { readable, releaseOf } from "./releases.ts";
import { seenAssets, showAsset } from "./show-release.ts";
import type { Asset, Release, Repository } from "./state.ts";
import { forget } from "./stored-bytes.ts";

export function listAssets(call: Call): Answer {
  const repository = readable(call);
  const release = releaseOf(call, repository);
  return page(call, seenAssets(release), (asset) => showAsset(call.places, repository, release, asset));
}

/** The record, or with `Accept: application/octet-stream` where its bytes are. */
export function getAsset(call: Call): Answer {
  const repository = readable(call);
  const { release, asset } = assetOf(call, repository);
  if (!(call.request.headers.accept ?? "").includes("application/octet-stream"))
    return { status: 200, body: showAsset(call.places, repository, release, asset) };
  if (asset.state !== "uploaded") throw notFound();
  asset.downloads++;
  return { status: 302, headers: { location: downloadUrl(call, asset) } };
}

export function updateAsset(call: Call): Answer {
  const repository = repositoryOf(call);
  needWrite(call, repository, ["contents"]);
  const { release, asset } = assetOf(call, repository);
  if (release.immutable) throw new Refusal(problem(422, "Cannot update assets on an immutable release."));
  const given = textOf(call, "name");
  const name = given === undefined ? asset.name : assetName(given);
  if ([...release.assets.values()].some((other) => other !== asset && other.name === name)) throw nameTaken();
  Object.assign(asset, { name, label: textOf(call, "label") ?? asset.label, updated: call.state.now() });
  return { status: 200, body: showAsset(call.places, repository, release, asset) };
}

export async function deleteAsset(call: Call): Promise<Answer> {
  const repository = repositoryOf(call);
  needWrite(call, repository, ["contents"]);
  const { release, asset } = assetOf(call, repository);
  if (release.immutable) throw new Refusal(problem(422, "Cannot delete asset from an immutable release"));
  release.assets.delete(asset.id);
  await forget(asset.bytes);
  return { status: 204 };
}

export function nameTaken(): Refusal {
  return invalid({ resource: "ReleaseAsset", code: "already_exists", field: "name" });
}

/** By the address that people have, for public repositories. */
export function browserDownload(call: Call): Answer {
  const repository = repositoryOf(call);
  const release = [...repository.releases.values()].find(({ draft, tag }) => !draft && tag === call.parameters["tag"]);
  const asset = [...(release?.assets.values() ?? [])].find(({ name }) => name === call.parameters["name"]);
  if (asset === undefined || asset.state !== "uploaded" || repository.private) throw notFound();
  asset.downloads++;
  return { status: 302, headers: { location: downloadUrl(call, asset) } };
}

function assetOf(call: Call, repository: Repository): { readonly release: Release; readonly asset: Asset } {
  const id = numberOf(call, "asset_id");
  for (const release of repository.releases.values()) {
    const asset = release.assets.get(id);
    if (asset !== undefined && (!release.draft || mayWrite(call.token, repository))) return { release, asset };
  }
  throw notFound();
}

function downloadUrl(call: Call, asset: Asset): string {
  const expires = Date.now() + call.behaviour.downloadLife;
  const query = new URLSearchParams({
    se: String(expires),
    sig: signature(asset.id, expires),
    rsct: asset.contentType,
  });
  return `${call.places.storage}/release-assets/${asset.id}?${query.toString()}`;
}

/** Who has it may download that asset until then. */
export function signature(asset: number, expires: number): string {
  return createHmac("sha256", "storage").update(`${asset} ${expires}`).digest("base64url");
}
