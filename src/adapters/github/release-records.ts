import { BareReason } from "./failed-call.ts";
import { isRecord } from "./github-answer.ts";
import type { Asset, Release } from "./release-api.ts";

type Fields = Readonly<Record<string, unknown>>;

/** A release as the API gives it; fields that Coldstore can do without may be missing. */
export function toRelease(value: unknown): Release {
  const fields = fieldsOf(value, "a release");
  const draft = fields["draft"] === true;
  return {
    id: numberIn(fields, "id"),
    tag: textIn(fields, "tag_name"),
    name: optionalText(fields, "name"),
    body: optionalText(fields, "body"),
    draft,
    prerelease: fields["prerelease"] === true,
    immutable: !draft && fields["immutable"] === true,
    htmlUrl: optionalText(fields, "html_url"),
    uploadUrl: textIn(fields, "upload_url"),
    created: optionalText(fields, "created_at"),
    ...(Array.isArray(fields["assets"]) && { assets: fields["assets"].map(toAsset) }),
  };
}

export function toAsset(value: unknown): Asset {
  const fields = fieldsOf(value, "an asset of a release");
  const digest = /^sha256:([0-9a-f]{64})$/iu.exec(optionalText(fields, "digest"))?.[1];
  return {
    id: numberIn(fields, "id"),
    name: textIn(fields, "name"),
    state: optionalText(fields, "state"),
    contentType: optionalText(fields, "content_type"),
    bytes: numberIn(fields, "size"),
    ...(digest !== undefined && { sha256: digest.toLowerCase() }),
    created: optionalText(fields, "created_at"),
    url: optionalText(fields, "browser_download_url"),
  };
}

/** The fields of what was awaited as `what`. */
export function fieldsOf(value: unknown, what: string): Fields {
  if (isRecord(value)) return value;
  throw strange(`isn't ${what}`);
}

export function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value as readonly unknown[];
  throw strange("isn't a list");
}

export function textIn(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value === "string") return value;
  throw strange(`has no ${name}`);
}

function optionalText(fields: Fields, name: string): string {
  const value = fields[name];
  return typeof value === "string" ? value : "";
}

function numberIn(fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw strange(`has no ${name}`);
}

/** Something in between may have answered in GitHub's place, once. */
function strange(how: string): BareReason {
  const text = `GitHub's answer ${how}; check the address of the API and what proxies do`;
  return new BareReason("store", text, { transient: true });
}
