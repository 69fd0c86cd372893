import { createHash } from "node:crypto";
import type { Artifact } from "../model/artifact.ts";

/** An artifact whose bytes are in memory: manifests, records, checksums. */
export function smallArtifact(name: string, content: string | Uint8Array): Artifact {
  const data = typeof content === "string" ? new TextEncoder().encode(content) : content;
  return { name, bytes: data.length, sha256: createHash("sha256").update(data).digest("hex"), body: { data } };
}
