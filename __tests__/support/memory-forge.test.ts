import { ColdstoreError } from "../../src/model/errors.ts";
import { forgeContract } from "../contracts/forge-contract.ts";
import { MemoryForge } from "./memory-forge.ts";

forgeContract("memory", async (projects) => {
  const forge = new MemoryForge(projects);
  return { forge, disconnect: () => forge.fail(new ColdstoreError("store", "can't be reached", { transient: true })) };
});
