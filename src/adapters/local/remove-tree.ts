import { chmodSync, readdirSync, rmSync } from "node:fs";
import { errnoOf } from "./disk-error.ts";

/**
 * Removes a folder of this process's own with all that is in it, at once; links are removed, not followed. Nothing there is fine.
 * Folders that can't be written to, as a restored tree has them, are opened up first. Throws what the system says.
 */
export function removeTree(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true, maxRetries: 3 });
  } catch (error) {
    const code = errnoOf(error);
    if (code !== "EACCES" && code !== "EPERM" && code !== "ENOTEMPTY") throw error;
    openUp(Buffer.from(path, "utf8"));
    rmSync(path, { recursive: true, force: true, maxRetries: 3 });
  }
}

function openUp(folder: Buffer): void {
  chmodSync(folder, 0o700);
  for (const entry of readdirSync(folder, { withFileTypes: true, encoding: "buffer" }))
    if (entry.isDirectory()) openUp(Buffer.concat([folder, Buffer.from("/"), entry.name]));
}
