import { expect, test } from "vitest";
import { ColdstoreError } from "../../src/model/errors.ts";
import type { Repository } from "../../src/ports/repository.ts";
import { memoryRepository } from "../support/memory-repository.ts";
import { exitOf, smallProject, storedWorld } from "../support/world.ts";

const drill = { level: "drill" } as const;

test("a drill tells that git gives the same tar, and opens the clone once for all sets", async () => {
  const world = await storedWorld({ formats: ["tar", "zip"] });
  await world.stored({ ref: "main", formats: ["tar.gz"] });
  let opened = 0;
  const openRepository = async (): Promise<Repository> => {
    opened += 1;
    return memoryRepository(smallProject);
  };
  const report = await world.verify(drill, { openRepository });
  const same = { outcome: "ok", proof: "drill", detail: "compared with git archive of the commit, too" };
  expect(report.outcomes).toMatchObject([same, same]);
  expect(opened).toBe(1);
});

test("a drill tells why git wasn't asked, and the set is sound all the same", async () => {
  const detailIn = async (openRepository: () => Promise<Repository>, exportSubst: "stable" | "git" = "stable") => {
    const world = await storedWorld({ exportSubst });
    const report = await world.verify(drill, { openRepository });
    expect([exitOf(report), report.outcomes.map(({ outcome }) => outcome)]).toEqual([0, ["ok"]]);
    return report.outcomes[0]?.detail;
  };
  const lost = new ColdstoreError("source", "invalid object");
  expect(await detailIn(() => Promise.reject(lost))).toBe(
    "not compared with git archive: no clone here that has the commit under its tag v1.4.0",
  );
  const repository = memoryRepository(smallProject);
  expect(
    await detailIn(async () => ({
      ...repository,
      resolve: repository.resolve.bind(repository),
      archive: () => Promise.reject(lost),
    })),
  ).toBe("not compared with git archive: invalid object");
  expect(await detailIn(async () => repository, "git")).toBe(
    "not compared with git archive: export-subst: git gives another tar in each clone",
  );
});
