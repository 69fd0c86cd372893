/** Where GitHub's own behaviour differs by place or isn't known; set by a test at any time. */
export interface Behaviour {
  /** What an asset may have at most. */
  assetBytes: number;
  assetsPerRelease: number;
  /** Older servers have none. */
  digests: boolean;
  /** GitHub refuses empty assets. */
  emptyAssets: "refused" | "taken";
  /** Bytes a second of an upload; undefined: as fast as they come. */
  uploadRate: number | undefined;
  /** The same for a download. */
  downloadRate: number | undefined;
  /** Above this, uploaded bytes are kept in a file. */
  memoryLimit: number;
  /** Above this, nothing but their hash is kept: they can't be downloaded. */
  keepLimit: number;
  /** How long the address of a download is good, in milliseconds. */
  downloadLife: number;
  /** Writes that a token may make in a minute before the secondary limit; undefined: as many as it likes. */
  writesPerMinute: number | undefined;
}

export function usualBehaviour(): Behaviour {
  return {
    assetBytes: 2 ** 31,
    assetsPerRelease: 1000,
    digests: true,
    emptyAssets: "refused",
    uploadRate: undefined,
    downloadRate: undefined,
    memoryLimit: 16 * 2 ** 20,
    keepLimit: Number.POSITIVE_INFINITY,
    downloadLife: 300_000,
    writesPerMinute: undefined,
  };
}
