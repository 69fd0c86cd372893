import { expect, test } from "vitest";
import type { ColdstoreError } from "../../src/model/errors.ts";
import type { Io, Need } from "../../src/ports/store.ts";
import { memoryFolder } from "../support/memory-folder.ts";
import { memoryRepository } from "../support/memory-repository.ts";
import { MemoryStore } from "../support/memory-store.ts";
import { exitOf, makeWorld, outcomesOf } from "../support/world.ts";

test("a run's report has every untracked file that went in, the log the first ten", async () => {
  const untracked = Array.from({ length: 12 }, (_, i) => `new-${i + 10}`);
  const files = Object.fromEntries([...untracked, ".env", "kept"].map((name) => [name, ""]));
  const folder = memoryFolder({ files: { ...files, out: { link: "/etc" } }, git: { tracked: ["kept", "out"] } });
  const world = makeWorld({ folder });
  const expected = { kind: "selection", selection: { untracked, credentials: [".env"], outwardLinks: ["out"] } };
  const report = await world.archive();
  expect([outcomesOf(report), report.details]).toEqual([["stored"], expected]);
  expect(world.lines.filter((line) => line.includes("new-19") || line.includes("new-20"))).toEqual([
    "12 untracked files go in: new-10, new-11, new-12, new-13, new-14, new-15, new-16, new-17, new-18, new-19, and 2 more",
  ]);
  expect((await world.archive()).details).toEqual(expected);
  expect((await world.archive({ dryRun: true })).details?.kind).toBe("plan");
});

test("links that were followed out of the folder are told of as such", async () => {
  const folder = memoryFolder({ files: { out: { link: "/else/f" } }, around: { "/else/f": "" }, git: {} });
  const { warnings } = await makeWorld({ folder }).archive({ symlinks: "follow" });
  expect(warnings).toEqual(["1 link leads out of the folder and was followed: out"]);
});

/** A store that something else meddles with once a run has found its archive whole. */
class MeddledStore extends MemoryStore {
  meddle: () => void = () => {};
  #asked = 0;

  override async preflight(need: Need, io: Io): Promise<readonly ColdstoreError[]> {
    this.#asked += 1;
    if (this.#asked === 2) this.meddle();
    return super.preflight(need, io);
  }
}

test.each([
  ["file", (key: string) => key.endsWith(".tar.gz")],
  ["manifest", (key: string) => key.endsWith(".coldstore.json")],
])(
  "a %s that a store loses after its archive was found whole is that store's failure, and says to run again",
  async (_, isLost) => {
    const folder = memoryFolder({
      files: { "README.md": "# app\n" },
      git: { tracked: ["README.md"] },
      repository: memoryRepository({ files: { "README.md": "# app\n" } }),
    });
    const world = makeWorld({ folder });
    await world.archive();
    const store = new MeddledStore({ place: world.place, digests: [] });
    store.meddle = () =>
      world.place
        .keys()
        .filter(isLost)
        .forEach((key) => world.place.drop(key));
    const report = await world.archive({}, { stores: [store] });
    expect([outcomesOf(report), exitOf(report)]).toEqual([["failed"], 5]);
    expect(report.errors.map(({ message }) => message)).toEqual([
      expect.stringMatching(/changed the archive.*run again$/),
    ]);
    expect(exitOf(await world.archive())).toBe(0);
  },
);
