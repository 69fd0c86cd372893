import { repositoryContract } from "../contracts/repository-contract.ts";
import { memoryRepository } from "./memory-repository.ts";

repositoryContract("memory", async (spec) => ({
  repository: memoryRepository(spec),
  [Symbol.asyncDispose]: async () => {},
}));
