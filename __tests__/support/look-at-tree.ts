import { chmodSync, lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import type { BytePath } from "../../src/ports/folder.ts";
import type { RestoredEntry } from "./memory-target.ts";

/** All that is in a folder of the disk, in byte order, the folder itself as the empty path; undefined when there is none. */
export function lookAtTree(folder: string): ReadonlyMap<BytePath, RestoredEntry> | undefined {
  if (lstatSync(folder, { throwIfNoEntry: false }) === undefined) return undefined;
  const seen = new Map<BytePath, RestoredEntry>();
  const root = Buffer.from(folder).toString("latin1");
  const visit = (path: BytePath): void => {
    const native = Buffer.from(path === "" ? root : `${root}/${path}`, "latin1");
    const stat = lstatSync(native);
    const facts = { mode: stat.mode & 0o7777, mtime: Math.floor(stat.mtimeMs / 1000) };
    if (stat.isSymbolicLink())
      seen.set(path, { type: "symlink", link: readlinkSync(native, "buffer").toString("latin1") });
    else if (stat.isDirectory()) {
      seen.set(path, { type: "dir", ...facts });
      for (const name of opened(native, facts.mode, () => readdirSync(native, "buffer")))
        opened(native, facts.mode, () => visit(`${path === "" ? "" : `${path}/`}${name.toString("latin1")}`));
    } else {
      const data = opened(native, facts.mode, () => readFileSync(native));
      seen.set(path, { type: "file", ...facts, data: new Uint8Array(data) });
    }
  };
  visit("");
  return new Map([...seen].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Reads what its permissions may forbid. */
function opened<T>(native: Buffer, mode: number, read: () => T): T {
  if ((mode & 0o500) === 0o500 || process.geteuid?.() === 0) return read();
  chmodSync(native, mode | 0o500);
  try {
    return read();
  } finally {
    chmodSync(native, mode);
  }
}
