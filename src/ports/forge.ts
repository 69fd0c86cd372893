/** A repository as its forge describes it. */
export interface ForgeRepository {
  readonly id: number;
  /** `owner/name`, as the forge spells it now. */
  readonly fullName: string;
  readonly visibility: "public" | "private" | "internal";
  readonly defaultBranch: string;
  readonly archived: boolean;
}

/** A release, without its assets. Drafts are hidden from those who may not write. */
export interface ForgeRelease {
  readonly id: number;
  readonly tag: string;
  readonly draft: boolean;
  readonly prerelease: boolean;
  readonly immutable: boolean;
  /** RFC 3339; absent for a draft. */
  readonly published?: string;
}

/** What is asked of GitHub beside storing, as plain records. Reads only; every list is whole (all pages) or rejects. */
export interface Forge {
  /** Resolves to undefined when there is none, or none that the credentials may see; rejects when it can't tell. */
  repository(project: string, signal: AbortSignal): Promise<ForgeRepository | undefined>;

  /** Newest first by id. Rejects with `not-found` when there is no such repository. */
  releases(project: string, signal: AbortSignal): AsyncIterable<ForgeRelease>;
}
