import { ZipArchive, type ZipEntryData } from "archiver";
import { createHash } from "node:crypto";
import type { Entry } from "../../src/model/entry.ts";

/** An entry of a zip for tests; folders end with a slash. */
export interface ZipSpec {
  readonly name: string;
  readonly data?: string | Uint8Array;
  readonly link?: string;
  readonly mode?: number;
  readonly stored?: boolean;
}

/** A zip as Coldstore makes them: the package archiver's, with modes and the commit as its comment. */
export async function buildZip(specs: readonly ZipSpec[], comment = "c".repeat(40)): Promise<Buffer> {
  const zip = new ZipArchive({ comment, zlib: { level: 6 } });
  const chunks: Buffer[] = [];
  zip.on("data", (chunk: Buffer) => chunks.push(chunk));
  const date = new Date("2026-11-22T02:15:00Z");
  for (const { name, data = "", link, mode, stored = false } of specs) {
    const entry: ZipEntryData & { linkname?: string } = {
      name,
      date,
      mode: mode ?? modeOf(name, link),
      store: stored,
      ...(link !== undefined && { type: "symlink", linkname: link }),
    };
    zip.append(Buffer.from(data), entry);
  }
  await zip.finalize();
  return Buffer.concat(chunks);
}

/** What the file list says of them; without the places in the tar. */
export function zipEntries(specs: readonly ZipSpec[], prefix: string): readonly Entry[] {
  return specs.flatMap(({ name, data = "", link, mode }): Entry[] => {
    const path = name.slice(prefix.length).replace(/\/$/, "");
    if (path === "") return [];
    const common = { path, mode: mode ?? modeOf(name, link) };
    if (name.endsWith("/")) return [{ ...common, type: "dir", size: 0 }];
    if (link !== undefined) return [{ ...common, type: "symlink", size: 0, link }];
    const bytes = Buffer.from(data);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    return [{ ...common, type: "file", size: bytes.length, sha256, offset: 512 }];
  });
}

function modeOf(name: string, link: string | undefined): number {
  if (link !== undefined) return 0o777;
  return name.endsWith("/") ? 0o775 : 0o664;
}
