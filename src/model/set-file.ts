import type { Artifact, ArtifactRole, BlockIndex } from "./artifact.ts";
import type { ArchiveFormat } from "./manifest.ts";

/** One file of a set that is being made, with what the manifest will say of it. */
export interface SetFile {
  readonly artifact: Artifact;
  readonly role: ArtifactRole;
  readonly format?: ArchiveFormat;
  /** Compressed files: the level they were made with, and their blocks. */
  readonly level?: number;
  readonly blocks?: BlockIndex;
}
