import type { Readable } from "node:stream";
import type { ByteRange } from "../../ports/store.ts";

/** A release as GitHub has it now. Times are RFC 3339. */
export interface Release {
  readonly id: number;
  readonly tag: string;
  readonly name: string;
  readonly body: string;
  readonly draft: boolean;
  readonly prerelease: boolean;
  /** Its tag and assets can't be changed any more; drafts never are. */
  readonly immutable: boolean;
  /** For a person; of a draft it changes when that is published. */
  readonly htmlUrl: string;
  /** As GitHub gives it, with its template: `https://uploads.github.com/…/assets{?name,label}`. */
  readonly uploadUrl: string;
  readonly created: string;
  /** Where `releases` brings them along: good enough to look at, but broken ones and the newest may lack. */
  readonly assets?: readonly Asset[];
}

/** A file of a release as GitHub lists it. */
export interface Asset {
  readonly id: number;
  readonly name: string;
  /** `uploaded`; anything else is what a broken upload left. */
  readonly state: string;
  readonly bytes: number;
  /** Lowercase hex, as GitHub has computed it; absent for assets from before June 2025 and on some servers. */
  readonly sha256?: string;
  /** As it was given when it was uploaded. */
  readonly contentType: string;
  readonly created: string;
  /** Of a draft it changes when that is published. */
  readonly url: string;
}

export interface NewRelease {
  readonly tag: string;
  readonly name: string;
  readonly body: string;
  /** GitHub appends notes of its own to the body. */
  readonly generateNotes: boolean;
  readonly prerelease: boolean;
}

export interface ReleasePatch {
  readonly body?: string;
  readonly draft?: false;
  readonly prerelease?: boolean;
  /** `legacy`: GitHub decides by creation time and version. */
  readonly latest?: "true" | "false" | "legacy";
}

export interface Upload {
  readonly name: string;
  readonly contentType: string;
  readonly body: Blob;
}

/** What a call is given; `progress` counts payload bytes as they pass. */
export interface CallIo {
  readonly signal: AbortSignal;
  progress?(bytes: number): void;
}

/**
 * The releases of one repository, as plain records and one call of GitHub's API each. Every failure is a ColdstoreError with a
 * sentence and, where there is one, the workflow's remedy; `transient` says that the outcome is unknown or that another
 * try may succeed. Rate limits are waited out inside. Nothing is sent twice but what changes nothing.
 */
export interface ReleaseApi {
  /** `owner/name`, as it was given. */
  readonly repository: string;

  /** What stands against reading the repository, or writing to it, as far as that can be told without writing. */
  look(need: { readonly write: boolean }, io: CallIo): Promise<void>;

  /** Newest first, page by page; drafts too, if the token may write. */
  releases(io: CallIo): AsyncIterable<Release>;

  /** The published release of a tag; undefined when there is none. */
  byTag(tag: string, io: CallIo): Promise<Release | undefined>;

  byId(id: number, io: CallIo): Promise<Release | undefined>;

  /** What people get who ask for no version; undefined when there is none. */
  latest(io: CallIo): Promise<Release | undefined>;

  /** Sent once: after an unknown outcome look at `releases` before calling it again. */
  createDraft(release: NewRelease, io: CallIo): Promise<Release>;

  update(id: number, patch: ReleasePatch, io: CallIo): Promise<Release>;

  deleteRelease(id: number, io: CallIo): Promise<void>;

  /** All of them, broken ones too. */
  assets(release: number, io: CallIo): Promise<readonly Asset[]>;

  /** Sent once. Rejects with AlreadyThere when an asset has that name, whatever its state. */
  upload(release: Release, upload: Upload, io: CallIo): Promise<Asset>;

  rename(asset: number, name: string, io: CallIo): Promise<Asset>;

  /** One that isn't there counts as removed. */
  deleteAsset(asset: number, io: CallIo): Promise<void>;

  /** The bytes of an asset, or of a range of it; rejects with `not-found` when there is no such asset. */
  download(asset: number, range: ByteRange | undefined, io: CallIo): Promise<Readable>;

  /** The commit that a tag stands for on GitHub, through annotated tags; undefined when GitHub has no such tag. */
  tagCommit(tag: string, io: CallIo): Promise<string | undefined>;

  /** Names of all tags whose name begins so. */
  tagsLike(prefix: string, io: CallIo): Promise<readonly string[]>;
}
