import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import type { HashName } from "./rclone.ts";
import { QuickXor } from "./quick-xor.ts";

/** A digest that is being made. */
export interface Digester {
  update(data: Uint8Array): void;
  /** Lowercase hex; to be asked once. */
  hex(): string;
}

// The strongest first.
const known: readonly HashName[] = ["sha256", "sha512", "sha1", "md5", "quickxor", "dropbox", "crc32"];

/** The digests to ask a remote for: those that are made here. Where each costs reading the file there, one is enough. */
export function hashesToAsk(offered: readonly HashName[], slow: boolean): readonly HashName[] {
  const ours = known.filter((name) => offered.includes(name));
  const asked = ours.length > 0 ? ours : offered;
  return slow ? asked.slice(0, 1) : asked.slice(0, 4);
}

/** The digest to check a file by, of those that the remote has of it. */
export function checkOf(hashes: Readonly<Record<HashName, string>>): { name: HashName; value: string } | undefined {
  const has = Object.keys(hashes).filter((name) => hashes[name] !== "");
  const name = known.find((each) => has.includes(each)) ?? has.toSorted()[0];
  const value = name === undefined ? undefined : hashes[name];
  return name === undefined || value === undefined ? undefined : { name, value };
}

/** Makes a digest by rclone's name; undefined for a kind that only rclone makes. */
export function digesterOf(name: HashName): Digester | undefined {
  switch (name) {
    case "md5":
    case "sha1":
    case "sha256":
    case "sha512":
      return ofHash(name);
    case "crc32":
      return ofCrc();
    case "dropbox":
      return new DropboxDigest();
    case "quickxor":
      return new QuickXor();
  }
  return undefined;
}

function ofHash(name: string): Digester {
  const hash = createHash(name);
  return { update: (data) => void hash.update(data), hex: () => hash.digest("hex") };
}

function ofCrc(): Digester {
  let sum = 0;
  return {
    update(data) {
      sum = crc32(data, sum);
    },
    hex: () => sum.toString(16).padStart(8, "0"),
  };
}

const dropboxBlock = 4 * 1024 * 1024;

/** SHA-256 of the SHA-256 of each block of 4 MiB. Source: Dropbox's "Content Hash". */
class DropboxDigest implements Digester {
  readonly #whole = createHash("sha256");
  #block = createHash("sha256");
  #filled = 0;

  update(data: Uint8Array): void {
    for (let at = 0; at < data.length;) {
      const piece = data.subarray(at, at + dropboxBlock - this.#filled);
      this.#block.update(piece);
      this.#filled += piece.length;
      at += piece.length;
      if (this.#filled === dropboxBlock) this.#close();
    }
  }

  hex(): string {
    if (this.#filled > 0) this.#close();
    return this.#whole.digest("hex");
  }

  #close(): void {
    this.#whole.update(this.#block.digest());
    this.#block = createHash("sha256");
    this.#filled = 0;
  }
}
