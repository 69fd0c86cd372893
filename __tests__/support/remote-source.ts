import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { openRemoteFolder, type RemoteFolderPlace } from "../../src/adapters/rclone/open-remote-folder.ts";
import type { RemoteAddress } from "../../src/model/store-address.ts";
import type { SourceFolder } from "../../src/ports/folder.ts";
import { plainScratch } from "./open-fixture.ts";

const bucket: RemoteAddress = { kind: "rclone", text: "r2:cold/app", remote: "r2:", path: "cold/app" };

export interface OpenedRemote extends AsyncDisposable {
  readonly folder: SourceFolder;
  readonly scratch: string;
}

/** Opens a remote as a source, on scratch of the test's own. */
export async function openRemote(
  place: Pick<RemoteFolderPlace, "rclone"> & Partial<RemoteFolderPlace>,
): Promise<OpenedRemote> {
  const scratch = plainScratch();
  try {
    const folder = await openRemoteFolder({ address: bucket, signal: new AbortController().signal, scratch, ...place });
    return {
      folder,
      scratch: scratch.path,
      [Symbol.asyncDispose]: async () => {
        await folder[Symbol.asyncDispose]();
        await scratch[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await scratch[Symbol.asyncDispose]();
    throw error;
  }
}

/** Bytes and number of the files below a folder. */
export function usedIn(folder: string): { readonly files: number; readonly bytes: number } {
  const found = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const sizes = found.map(
    (entry) => statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0,
  );
  return { files: sizes.length, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}
