import { folderContract } from "../contracts/folder-contract.ts";
import { memoryFolderUnderTest } from "./memory-folder.ts";

folderContract("a folder in memory", async () => memoryFolderUnderTest());
folderContract("a folder in memory whose contents are fetched", async () => memoryFolderUnderTest(1));
