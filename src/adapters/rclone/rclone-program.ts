/** An rclone that may be used: of a known version, and what it should be as far as that can be told. */
export interface RcloneProgram {
  /** Absolute path of the executable. */
  readonly path: string;
  /** `1.75.1`. */
  readonly version: string;
  /** How one comes to trust it: `pinned` by a digest in this program, `given` by the user's digest, `signed`, or `own`: it was here. */
  readonly trust: "pinned" | "given" | "signed" | "own";
}
