import { describe, expect, test } from "vitest";
import type { Forge } from "../../src/ports/forge.ts";
import type { ForgeProject } from "../support/memory-forge.ts";
import { all, testIo } from "../support/store-fixtures.ts";

export interface ForgeUnderTest {
  readonly forge: Forge;
  /** Makes every further call meet a forge that can't be reached. */
  disconnect(): void;
}

const manyReleases = Array.from({ length: 250 }, (_, i) => ({
  id: 1000 + ((i * 77) % 250),
  tag: `v0.${(i * 77) % 250}`,
  draft: false,
  prerelease: i % 3 === 0,
  immutable: i % 5 === 0,
  published: new Date(Date.UTC(2026, 0, 1 + (i % 28))).toISOString(),
}));

const draft = { id: 2000, tag: "v1.0.0", draft: true, prerelease: false, immutable: false };

const projects: readonly ForgeProject[] = [
  {
    id: 1,
    fullName: "Acme/App",
    visibility: "private",
    defaultBranch: "trunk",
    archived: false,
    writable: true,
    releases: [...manyReleases, draft],
  },
  {
    id: 2,
    fullName: "acme/read-only",
    visibility: "public",
    defaultBranch: "main",
    archived: true,
    writable: false,
    releases: [draft],
  },
];

/** Proves that a forge does what the port says; `make` is given what the forge has. */
export function forgeContract(
  name: string,
  make: (projects: readonly ForgeProject[]) => Promise<ForgeUnderTest>,
): void {
  describe(`forge contract: ${name}`, () => {
    test("a repository is described as the forge spells it, whatever the case of the question", async () => {
      const { forge } = await make(projects);
      expect(await forge.repository("acme/app", testIo().signal)).toEqual({
        id: 1,
        fullName: "Acme/App",
        visibility: "private",
        defaultBranch: "trunk",
        archived: false,
      });
    });

    test("a repository that isn't there is undefined, and its releases are not-found", async () => {
      const { forge } = await make(projects);
      expect(await forge.repository("acme/none", testIo().signal)).toBeUndefined();
      await expect(all(forge.releases("acme/none", testIo().signal))).rejects.toMatchObject({ failure: "not-found" });
    });

    test("all releases are listed, over all pages, newest first by id", async () => {
      const { forge } = await make(projects);
      const releases = await all(forge.releases("acme/app", testIo().signal));
      expect(releases).toEqual([draft, ...manyReleases].sort((a, b) => b.id - a.id));
    });

    test("drafts are hidden from those who may not write", async () => {
      const { forge } = await make(projects);
      expect(await all(forge.releases("acme/read-only", testIo().signal))).toEqual([]);
    });

    test("a forge that can't be reached rejects, and never says that there is nothing", async () => {
      const { forge, disconnect } = await make(projects);
      disconnect();
      await expect(forge.repository("acme/app", testIo().signal)).rejects.toThrow();
      await expect(forge.repository("acme/none", testIo().signal)).rejects.toThrow();
      await expect(all(forge.releases("acme/app", testIo().signal))).rejects.toThrow();
    });

    test("an aborted signal rejects with its reason", async () => {
      const { forge } = await make(projects);
      const io = testIo();
      io.abort();
      await expect(forge.repository("acme/app", io.signal)).rejects.toBe(io.reason);
      await expect(all(forge.releases("acme/app", io.signal))).rejects.toBe(io.reason);
    });
  });
}
