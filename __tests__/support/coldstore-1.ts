import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { MemoryPlace } from "./memory-store.ts";

const folder = join(import.meta.dirname, "../fixtures/coldstore-1.0.0");

export const oldArchive = "thesis.tar.gz";
export const oldSidecar = `${oldArchive}.MANIFEST.json`;

/** An archive that coldstore 1.0.0 made, and what it put beside it, in memory. */
export class OldPlace extends MemoryPlace {
  constructor() {
    super();
    for (const name of readdirSync(folder).filter((each) => each.startsWith(oldArchive)))
      this.put(name, readFileSync(join(folder, name)));
  }

  put(name: string, data: string | Uint8Array): void {
    this.objects.set(name, { data: Buffer.from(data), modified: new Date(0) });
  }

  get archive(): Buffer {
    return Buffer.from(this.objects.get(oldArchive)!.data);
  }

  /** Makes another archive of its tar, and leaves the sidecar as it is but for what else is told of it. */
  change(tar: (tar: Buffer) => Buffer, sidecar: (json: OldSidecar) => void = () => {}): void {
    this.put(oldArchive, gzipSync(tar(gunzipSync(this.archive))));
    this.sidecar(sidecar);
  }

  sidecar(change: (json: OldSidecar) => void): void {
    const json = JSON.parse(this.text(oldSidecar)) as OldSidecar;
    change(json);
    this.put(oldSidecar, JSON.stringify(json));
  }

  /** Makes the sidecar and the checksum file those of the archive as it is now. */
  vouch(): void {
    const sha256 = createHash("sha256").update(this.archive).digest("hex");
    this.sidecar((json) => {
      json.archive["sha256"] = sha256;
      json.archive["size_bytes"] = this.archive.length;
    });
    this.put(`${oldArchive}.sha256`, `${sha256}  ${oldArchive}\n`);
  }
}

export interface OldSidecar {
  manifest_version: unknown;
  archive: Record<string, unknown>;
  verification: { per_file_hash: Record<string, unknown> };
}
