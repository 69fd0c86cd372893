/** A tag that a revision was named by; `object` is the annotated tag's own id, absent for a lightweight one. */
export interface Tag {
  readonly name: string;
  readonly object?: string;
}

/** A ref resolved to a commit. Ids are full lowercase hex (40 or 64 digits); `committed` is in epoch seconds, UTC. */
export interface Revision {
  readonly commit: string;
  readonly tree: string;
  readonly committed: number;
  readonly objectFormat: "sha1" | "sha256";
  /** The full name of the ref that was asked for (`refs/heads/main`), absent for a bare commit or a detached HEAD. */
  readonly ref?: string;
  /** Set when the ref is a tag: it names the set. */
  readonly tag?: Tag;
}

/** What a pull request would be merged into; ids as a revision has them. */
export interface BaseCommit {
  /** As the event has it; the branch may have moved since. */
  readonly commit: string;
  /** The commit that tries the merge out: its first parent is the base that the request was really merged with. */
  readonly merge?: string;
}
