/** Where a store is, as a setting names it. `text` is what the person wrote, fit for a log. */
export type StoreAddress = FolderAddress | ReleaseAddress | RemoteAddress | PluginAddress;

/** What rclone reaches. */
export type RemoteAddress = RcloneAddress | SshAddress;

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

/** A folder of a remote of rclone's. */
export interface RcloneAddress {
  readonly kind: "rclone";
  /** Also what rclone takes: `r2:backups/acme`, `:webdav,url='https://…':cold`. No secret in it. */
  readonly text: string;
  /** What is before the colon that ends it, with it: `r2:`. */
  readonly remote: string;
  /** Behind it: `backups/acme`, without a trailing slash; empty for the root. */
  readonly path: string;
}

/** A folder of an SSH host. */
export interface SshAddress {
  readonly kind: "ssh";
  readonly text: string;
  readonly user?: string;
  /** A name or an address, without brackets. */
  readonly host: string;
  readonly port?: number;
  /** Absolute (`/srv/cold`), or from the login's home (`cold`; empty: the home itself). */
  readonly path: string;
}

/** A store that a module of the user's opens. */
export interface PluginAddress {
  readonly kind: "plugin";
  readonly text: string;
  /** Absolute, of the module. */
  readonly path: string;
}

/** The folders among stores, as absolute paths. */
export function foldersOf(addresses: readonly StoreAddress[]): readonly string[] {
  return addresses.flatMap((address) => (address.kind === "folder" ? address.path : []));
}
