import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { ColdstoreError } from "../../src/model/errors.ts";
import type { Repository } from "../../src/ports/repository.ts";
import { memoryRepository } from "../support/memory-repository.ts";
import { MemoryPlace } from "../support/memory-store.ts";
import { memoryTargets } from "../support/restorable-set.ts";
import { buildTar } from "../support/tar-builder.ts";
import { errorOf, exitOf, makeWorld, setFolder, smallProject, storedWorld, type World } from "../support/world.ts";

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

/** A set's folder, flat, as a download of it is. */
async function download(without: readonly string[] = []): Promise<World> {
  const world = await storedWorld({ formats: ["tar.gz", "tar"] });
  const place = new MemoryPlace();
  for (const [key, object] of world.place.objects)
    if (key.startsWith(setFolder) && !without.includes(key.slice(setFolder.length)))
      place.objects.set(key.slice(setFolder.length), object);
  return makeWorld({ place });
}

const list = "app-1.4.0.files.jsonl.gz";
const manifest = "app-1.4.0.coldstore.json";
const sums = "app-1.4.0.SHA256SUMS";

/** Drills a file in memory; how often something was restored comes along. */
async function drilledFile(world: World, file: string) {
  const { opened, openTarget } = memoryTargets({ drill: true });
  const report = await world.verify({ file: `/dl/${file}`, ...drill }, { openDrill: openTarget });
  expect(opened.every(({ disposed }) => disposed)).toBe(true);
  return { exit: exitOf(report), rows: report.outcomes, drills: opened.length };
}

test.each([
  [manifest, [], 2],
  ["app-1.4.0.tar.gz", [], 1],
  ["app-1.4.0.tar.gz", [list], 1],
  ["app-1.4.0.tar", [list, manifest], 1],
] as const)("a single %s without %j is restored out of sight", async (file, without, drills) => {
  const found = await drilledFile(await download(without), file);
  expect(found).toMatchObject({ exit: 0, rows: [{ outcome: "ok", proof: "drill" }], drills });
});

test("an archive that nothing vouches for is restored, and stays unproven", async () => {
  const found = await drilledFile(await download([list, manifest, sums]), "app-1.4.0.tar.gz");
  expect(found).toMatchObject({ exit: 7, rows: [{ outcome: "unproven", proof: "none" }], drills: 1 });
});

test("what must not be made fails the drill of a single archive, although its digest is right", async () => {
  const tar = buildTar([{ name: "../out", data: "x" }]);
  const place = new MemoryPlace();
  place.objects.set("x.tar", { data: tar, modified: new Date(0) });
  const line = Buffer.from(`${createHash("sha256").update(tar).digest("hex")}  x.tar\n`);
  place.objects.set("SHA256SUMS", { data: line, modified: new Date(0) });
  const found = await drilledFile(makeWorld({ place }), "x.tar");
  expect(found).toMatchObject({ exit: 9, rows: [{ outcome: "unknown", file: "x.tar" }] });
});

test("a file that is no archive can't be drilled, and that is said", async () => {
  const refused = { failure: "settings", message: expect.stringContaining("isn't an archive") };
  expect(await errorOf(drilledFile(await download(), sums))).toMatchObject(refused);
  const error = await errorOf(drilledFile(await download([manifest]), "app-1.4.0.RESTORE.md"));
  expect(error).toMatchObject({ ...refused, message: expect.stringContaining("use level: read") });
});
