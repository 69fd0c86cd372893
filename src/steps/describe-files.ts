import type { BlockIndex } from "../model/artifact.ts";
import { ColdstoreError } from "../model/errors.ts";
import type { Digest, ManifestArtifact } from "../model/manifest.ts";
import type { SetFile } from "../model/set-file.ts";

/** How the manifest lists the files of a set, in their order; the parts of an archive are one entry, where the first of them is. */
export function describeFiles(files: readonly SetFile[]): ManifestArtifact[] {
  const wholes = Map.groupBy(files, ({ part, artifact }) => part?.of ?? artifact.name);
  return [...wholes].flatMap(([name, [first, ...others]]) => {
    if (first === undefined) return [];
    if (first.part === undefined) return describe(name, first, { ...first.artifact, ...first });
    return { ...describe(name, first, wholeOf(name, [first, ...others])), parts: [first, ...others].map(partOf) };
  });
}

type Whole = Digest & { readonly blocks?: BlockIndex };

function describe(name: string, file: SetFile, { bytes, sha256, blocks }: Whole): ManifestArtifact {
  const compression = compressionOf(file, blocks);
  const { role, format } = file;
  return { name, role, bytes, sha256, ...(format && { format }), ...(compression && { compression }) };
}

/** Archives by their format; of other files, the file list is a gzip with blocks. */
function compressionOf(
  { format, level = 6 }: SetFile,
  blocks: BlockIndex | undefined,
): ManifestArtifact["compression"] {
  const common = { level, ...(blocks && indexOf(blocks)) };
  const { zlib, zstd = "" } = process.versions;
  if (format === "zip") return { algorithm: "deflate", implementation: "archiver", version: zlib, ...common };
  if (format === "tar.zst") return { algorithm: "zstd", implementation: "node-zstd", version: zstd, ...common };
  if (blocks === undefined) return undefined;
  return { algorithm: "gzip", implementation: "node-zlib", version: zlib, ...common };
}

function indexOf({ blockBytes, offsets, firstPaths }: BlockIndex) {
  return { block_bytes: blockBytes, blocks: offsets, ...(firstPaths && { first_paths: firstPaths }) };
}

function wholeOf(name: string, parts: readonly SetFile[]): Whole {
  const whole = parts.at(-1)?.part?.whole;
  if (whole === undefined) throw new ColdstoreError("bug", `the last part of ${name} wasn't made.`);
  return whole;
}

function partOf({ artifact: { name, bytes, sha256 } }: SetFile) {
  return { name, bytes, sha256 };
}
