/** A file that a pattern found. `path` is absolute, `name` its last part. */
export interface FoundFile {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
}

/** Files beside the repository that join a set: what a build has made. */
export interface BuildOutputs {
  /** Regular files that the glob patterns match, below the source's folder, in byte order; a pattern without a match rejects with `source`. */
  find(patterns: readonly string[]): Promise<readonly FoundFile[]>;
}
