/** Where a store is, as a setting names it. `text` is what the person wrote, fit for a log. */
export type StoreAddress = FolderAddress | ReleaseAddress;

export interface FolderAddress {
  readonly kind: "folder";
  readonly text: string;
  /** Absolute. */
  readonly path: string;
}

/** Releases of a GitHub repository: of each tag its own, or a single one. */
export interface ReleaseAddress {
  readonly kind: "release";
  readonly text: string;
  /** `owner/name`; absent: the run's own. */
  readonly repository?: string;
  /** All sets lie in the release of this tag; absent: each in the release whose tag is its id. */
  readonly tag?: string;
}

/** The folders among stores, as absolute paths. */
export function foldersOf(addresses: readonly StoreAddress[]): readonly string[] {
  return addresses.flatMap((address) => (address.kind === "folder" ? address.path : []));
}
