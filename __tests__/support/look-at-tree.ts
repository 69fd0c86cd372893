import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import type { BytePath } from "../../src/ports/folder.ts";
import type { RestoredEntry } from "./memory-target.ts";

/** All that is in a folder of the disk, in byte order, the folder itself as the empty path; undefined when there is none. */
export function lookAtTree(folder: string): ReadonlyMap<BytePath, RestoredEntry> | undefined {
  if (lstatSync(folder, { throwIfNoEntry: false }) === undefined) return undefined;
  const seen = new Map<BytePath, RestoredEntry>();
  const root = Buffer.from(folder).toString("latin1");
  const visit = (path: BytePath): void => {
    const native = Buffer.from(path === "" ? root : `${root}/${path}`, "latin1");
    const { mode, mtimeMs } = lstatSync(native);
    const facts = { mode: mode & 0o7777, mtime: Math.floor(mtimeMs / 1000) };
    if ((mode & 0o170000) === 0o120000)
      seen.set(path, { type: "symlink", link: readlinkSync(native, "buffer").toString("latin1") });
    else if ((mode & 0o170000) === 0o040000) {
      seen.set(path, { type: "dir", ...facts });
      for (const name of readdirSync(native, "buffer"))
        visit(`${path === "" ? "" : `${path}/`}${name.toString("latin1")}`);
    } else seen.set(path, { type: "file", ...facts, data: new Uint8Array(readFileSync(native)) });
  };
  visit("");
  return new Map([...seen].sort(([a], [b]) => (a < b ? -1 : 1)));
}
