import { ColdstoreError } from "../../src/model/errors.ts";
import type { Forge, ForgeRelease, ForgeRepository } from "../../src/ports/forge.ts";

export interface ForgeProject extends ForgeRepository {
  readonly releases: readonly ForgeRelease[];
  /** Whether the credentials may write, and so see drafts. */
  readonly writable: boolean;
}

/** A forge in memory that keeps the contract; names are found whatever their case, as on GitHub. */
export class MemoryForge implements Forge {
  readonly #projects: readonly ForgeProject[];
  #fault: ColdstoreError | undefined;

  constructor(projects: readonly ForgeProject[]) {
    this.#projects = projects;
  }

  /** Makes every further call reject, as when it can't be reached; undefined mends it. */
  fail(error: ColdstoreError | undefined): void {
    this.#fault = error;
  }

  async repository(project: string, signal: AbortSignal): Promise<ForgeRepository | undefined> {
    const found = this.#find(project, signal);
    if (found === undefined) return undefined;
    const { id, fullName, visibility, defaultBranch, archived } = found;
    return { id, fullName, visibility, defaultBranch, archived };
  }

  async *releases(project: string, signal: AbortSignal): AsyncGenerator<ForgeRelease> {
    const found = this.#find(project, signal);
    if (found === undefined) throw new ColdstoreError("not-found", `there is no repository ${project}.`);
    for (const release of [...found.releases].sort((a, b) => b.id - a.id)) {
      signal.throwIfAborted();
      if (!release.draft || found.writable) yield release;
    }
  }

  #find(project: string, signal: AbortSignal): ForgeProject | undefined {
    signal.throwIfAborted();
    if (this.#fault !== undefined) throw this.#fault;
    return this.#projects.find(({ fullName }) => fullName.toLowerCase() === project.toLowerCase());
  }
}
