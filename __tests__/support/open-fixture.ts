import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openGitRepository } from "../../src/adapters/git/git-repository.ts";
import type { Repository } from "../../src/ports/repository.ts";
import type { Scratch } from "../../src/ports/workspace.ts";

export interface OpenedRepository extends AsyncDisposable {
  readonly repository: Repository;
  readonly scratch: Scratch;
}

/** Opens a folder with the git adapter, on a scratch folder that disposing removes. */
export async function openFolder(source: string, signal = new AbortController().signal): Promise<OpenedRepository> {
  const scratch = plainScratch();
  try {
    const repository = await openGitRepository({ source, scratch, signal });
    return { repository, scratch, [Symbol.asyncDispose]: async () => scratch[Symbol.asyncDispose]() };
  } catch (error) {
    await scratch[Symbol.asyncDispose]();
    throw error;
  }
}

/** A scratch folder under the system's temporary one. */
export function plainScratch(): Scratch {
  const path = mkdtempSync(join(tmpdir(), "coldstore-scratch-"));
  return {
    path,
    file: (name) => join(path, name),
    [Symbol.asyncDispose]: async () => rmSync(path, { recursive: true, force: true }),
  };
}
