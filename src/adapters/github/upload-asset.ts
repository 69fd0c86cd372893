import { ColdstoreError } from "../../model/errors.ts";
import { visibleText } from "../../model/visible-text.ts";
import { type Place, writing } from "./place.ts";
import type { Asset, CallIo, Release, Upload } from "./release-api.ts";
import { toAsset } from "./release-records.ts";

/** Sends the body once, to where the release says that its files go. */
export async function uploadAsset(place: Place, release: Release, upload: Upload, io: CallIo): Promise<Asset> {
  const { name, contentType, body } = upload;
  const what = `upload ${visibleText(name)} to the release ${visibleText(release.tag)}`;
  const url = uploadUrl(release.uploadUrl, name, place.client.apiUrl, what);
  return place.client.call(
    async (octokit, options) => {
      const headers = { "content-type": contentType };
      const { data } = await octokit.request({ method: "POST", url, headers, data: body, ...options });
      return toAsset(data);
    },
    io,
    writing(what),
  );
}

/** The template's address with the name in it; the token isn't sent in the clear when the API is spoken to by https. */
function uploadUrl(template: string, name: string, apiUrl: string, what: string): string {
  const url = URL.parse(template.replace(/\{[^{}]*\}$/u, ""));
  if (url === null || url.username !== "" || (url.protocol !== "https:" && url.protocol !== new URL(apiUrl).protocol))
    throw new ColdstoreError("store", `couldn't ${what}: GitHub's answer has no address for it that is safe to use`);
  url.search = `name=${encodeURIComponent(name)}`;
  return url.href;
}
