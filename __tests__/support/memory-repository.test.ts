import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repositoryContract } from "../contracts/repository-contract.ts";
import { memoryRepository } from "./memory-repository.ts";

repositoryContract("memory", async (spec) => {
  const lfsFolder = mkdtempSync(join(tmpdir(), "coldstore-lfs-"));
  for (const content of spec.lfsStored ?? [])
    writeFileSync(join(lfsFolder, createHash("sha256").update(content).digest("hex")), content);
  return {
    repository: memoryRepository({ ...spec, lfsFolder }),
    [Symbol.asyncDispose]: async () => rmSync(lfsFolder, { recursive: true }),
  };
});
