import { manifestSuffix } from "../../model/manifest.ts";
import { meaningOf } from "../../model/keys.ts";

/** Flags that say where payload goes: of a remote's kinds of backends only its own counts. */
export function storageClassFlags(storageClass: string | undefined): readonly string[] {
  if (storageClass === undefined) return [];
  return ["--s3-storage-class", "--gcs-storage-class", "--azureblob-access-tier", "--oos-storage-tier"].map(
    (flag) => `${flag}=${storageClass}`,
  );
}

/** Whether what lies under a key is only needed to bring a set back; everything else is read by every later run. */
export function isPayload(key: string): boolean {
  const meaning = meaningOf(key);
  if (meaning?.kind !== "set-file") return false;
  return ![manifestSuffix, ".files.jsonl.gz", "SHA256SUMS", ".RESTORE.md"].some((end) => meaning.file.endsWith(end));
}

/** Whether what lies in this tier must be thawed before it can be read, by the words of S3, Azure and Oracle. */
export function isFrozen(tier: string | undefined): boolean {
  return tier !== undefined && /^(?:glacier|deep_archive|archive)$/iu.test(tier);
}
