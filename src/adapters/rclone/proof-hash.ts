import type { HashName, RemoteFeatures } from "./rclone.ts";

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
