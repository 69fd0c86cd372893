import type { Artifact } from "../model/artifact.ts";
import { blockIndexOf, type Manifest, type ManifestArtifact, type NamedDigest } from "../model/manifest.ts";
import type { SetFile } from "../model/set-file.ts";

/** The files of a set that is there, as if they were being made: for proofs, which go by digests. Their bodies are empty. */
export function setFilesOf({ artifacts }: Pick<Manifest, "artifacts">): readonly SetFile[] {
  return artifacts.flatMap((artifact) => (artifact.parts === undefined ? wholeFile(artifact) : partsOf(artifact)));
}

function wholeFile(artifact: ManifestArtifact): SetFile {
  const blocks = blockIndexOf(artifact);
  return { artifact: withoutBody(artifact), ...commonOf(artifact), ...(blocks && { blocks }) };
}

function partsOf(artifact: ManifestArtifact): readonly SetFile[] {
  const { name, bytes, sha256, parts = [] } = artifact;
  const blocks = blockIndexOf(artifact);
  const whole = { bytes, sha256, ...(blocks && { blocks }) };
  return parts.map((part, i) => ({
    artifact: withoutBody(part),
    ...commonOf(artifact),
    part: { of: name, ...(i === parts.length - 1 && { whole }) },
  }));
}

function commonOf({ role, format, compression }: ManifestArtifact): Pick<SetFile, "role" | "format" | "level"> {
  return { role, ...(format && { format }), ...(compression && { level: compression.level }) };
}

function withoutBody({ name, bytes, sha256 }: NamedDigest): Artifact {
  return { name, bytes, sha256, body: { data: new Uint8Array() } };
}
