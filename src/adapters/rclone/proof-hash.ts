import type { HashName, RemoteFeatures } from "./rclone.ts";

/** Bytes up to which a bucket gets an object by one request here, and makes the digest of it that it reports. */
export const onePartBytes = 2 * 1024 ** 3;

// The least that S3 takes as a part but for the last one.
const leastPartBytes = 5 * 1024 ** 2;

/**
 * Whether a digest that a remote reports is made of the object's bytes. What went into a bucket in parts has none of the whole: the
 * MD5 that rclone then tells is a note of its own beside the object (backend/s3/s3.go, Md5chksum), good for parts that the server has
 * checked; and not every server does.
 */
export function provesBytes(
  { bucketBased, partsByOption }: RemoteFeatures,
  { hash, bytes, copied }: { readonly hash: HashName | undefined; readonly bytes: number; readonly copied: boolean },
): boolean {
  if (!bucketBased || hash !== "md5") return true;
  return bytes <= (copied && !partsByOption ? onePartBytes : leastPartBytes);
}

// The strongest first; what only rclone can make here comes last, and sums that are made for accidents alone aren't there.
const known: readonly HashName[] = [
  "sha256",
  "sha512",
  "blake3",
  "sha1",
  "md5",
  "quickxor",
  "dropbox",
  "mailru",
  "hidrive",
  "whirlpool",
];

/** The digest that proves an object by what a remote reports of it; undefined where no report proves anything. */
export function proofHash({ hashes, overlay }: RemoteFeatures): HashName | undefined {
  return overlay ? undefined : known.find((name) => hashes.includes(name));
}
