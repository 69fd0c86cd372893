import type { Artifact, ArtifactRole, BlockIndex } from "./artifact.ts";
import type { ArchiveFormat, Digest } from "./manifest.ts";

/** What a part says of the archive that it is of. */
export interface ArchivePart {
  /** Name of the whole: `NAME.tar.gz`. */
  readonly of: string;
  /** The last part only: the whole, once it is known. */
  readonly whole?: Digest & { readonly blocks?: BlockIndex };
}

/** One file of a set that is being made, with what the manifest will say of it. Parts of an archive come in order. */
export interface SetFile {
  readonly artifact: Artifact;
  readonly role: ArtifactRole;
  readonly format?: ArchiveFormat;
  /** Compressed files: the level they were made with, and their blocks if they have any (a part has none of its own). */
  readonly level?: number;
  readonly blocks?: BlockIndex;
  readonly part?: ArchivePart;
}
