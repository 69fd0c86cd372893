import type { Artifact } from "../../src/model/artifact.ts";
import { dataArtifact } from "./store-fixtures.ts";

/** What put-loop.ts stores: 24 objects of 1 byte to 2 MB. */
export const loopKeys: readonly string[] = Array.from({ length: 24 }, (_, i) => `acme/app/set-${i % 4}/file-${i}`);

/** The artifact of a key; its bytes follow from the key and the variant. */
export function loopArtifact(key: string, variant: string): Artifact {
  const n = Number(/\d+$/.exec(key)?.[0]);
  return dataArtifact(Buffer.alloc(1 + n * n * 3700, `${variant}${key}`), key.replaceAll("/", "-"));
}
