import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openFolderStore, type FolderStoreOptions } from "../../../src/adapters/local/folder-store.ts";
import { storeContract, type StoreUnderTest } from "../../contracts/store-contract.ts";

function folderStores(options: Partial<FolderStoreOptions>): () => Promise<StoreUnderTest> {
  return async () => {
    const folder = await mkdtemp(join(tmpdir(), "coldstore-folder-"));
    const open = () => openFolderStore({ path: join(folder, "cold"), name: "./cold", ...options });
    return {
      store: open(),
      other: open(),
      [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
    };
  };
}

storeContract("a folder", folderStores({}));

storeContract(
  "a folder on a file system without links",
  folderStores({
    async link() {
      throw Object.assign(new Error("EPERM: operation not permitted, link"), { code: "EPERM" });
    },
  }),
);
