import type { Digest, Manifest, ManifestArtifact, ManifestContent, ManifestRun } from "../model/manifest.ts";
import { manifestSuffix } from "../model/manifest.ts";
import type { Artifact } from "../model/artifact.ts";
import type { Revision } from "../model/revision.ts";
import type { SetFile } from "../model/set-file.ts";
import { rfc3339 } from "../model/timestamps.ts";
import { sealManifest, serializeManifest } from "./seal-manifest.ts";
import { smallArtifact } from "./small-artifact.ts";

/** What is known of a snapshot's content before it's built; equal plans of one recipe give equal content. */
export type PlannedContent = Omit<ManifestContent, "tree" | "tar" | "file_list">;

export interface PlanRequest {
  readonly revision: Revision;
  readonly prefix: string;
  readonly exportSubst: PlannedContent["export_subst"];
  readonly files: readonly (Digest & { readonly name: string })[];
}

/** The plan of a snapshot. */
export function planContent({ revision, prefix, exportSubst, files }: PlanRequest): PlannedContent {
  const { commit, tree, committed, objectFormat, tag } = revision;
  return {
    mode: "snapshot",
    recipe: "git-archive/1",
    source: {
      commit,
      tree,
      committed: rfc3339(new Date(committed * 1000)),
      object_format: objectFormat,
      ...(tag && { tag: { name: tag.name, ...(tag.object && { object: tag.object }) } }),
    },
    prefix,
    export_subst: exportSubst,
    submodules: "fail",
    lfs: "fail",
    files: files.map(({ name, bytes, sha256 }) => ({ name, bytes, sha256 })),
  };
}

/** How the manifest lists one file. */
export function describeFile({ artifact, role, format, level = 6, blocks }: SetFile): ManifestArtifact {
  const { name, bytes, sha256 } = artifact;
  if (blocks === undefined) return { name, role, bytes, sha256, ...(format && { format }) };
  return {
    name,
    role,
    bytes,
    sha256,
    ...(format && { format }),
    compression: {
      algorithm: "gzip",
      level,
      implementation: "node-zlib",
      version: process.versions.zlib,
      block_bytes: blocks.blockBytes,
      blocks: blocks.offsets,
      ...(blocks.firstPaths && { first_paths: blocks.firstPaths }),
    },
  };
}

/** A sealed manifest and its file, under the given file name. */
export function buildManifest(request: {
  readonly name: string;
  readonly content: ManifestContent;
  readonly artifacts: readonly ManifestArtifact[];
  readonly run: ManifestRun;
}): { readonly manifest: Manifest; readonly artifact: Artifact } {
  const manifest = sealManifest(request);
  return { manifest, artifact: smallArtifact(request.name, serializeManifest(manifest)) };
}

/** The file name of a set's manifest. */
export function manifestName(name: string): string {
  return `${name}${manifestSuffix}`;
}
