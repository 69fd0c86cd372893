import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { Manifest } from "../../src/model/manifest.ts";
import { makeRepository, type GitFixture } from "../support/git-fixture.ts";
import { makePlace, type CliEnd, type CliPlace } from "../support/run-cli.ts";
import { filesBelow, onlySet } from "../support/stored-set.ts";

function made(): { readonly repository: GitFixture; readonly place: CliPlace } {
  const repository = makeRepository({ files: { "a.txt": "one\n", "big.bin": Buffer.alloc(3_000_000, "some text ") } });
  const place = makePlace();
  onTestFinished(() => {
    repository.remove();
    place[Symbol.dispose]();
  });
  return { repository, place };
}

async function expectOneWholeSet(place: CliPlace): Promise<void> {
  expect(filesBelow(onlySet(place.store).folder)).toHaveLength(5);
  expect(await place.run(["verify", place.store, "--level", "read"])).toMatchObject({ code: 0 });
  expect(existsSync(join(place.store, ".tmp"))).toBe(false);
  expect(place.litter()).toEqual([]);
}

const firstWords = (ends: readonly CliEnd[]) =>
  ends.map(({ code, stdout }) => `${code} ${/^(stored|unchanged|conflict) /m.exec(stdout)?.[1]}`).sort();

const long = Number(process.env["COLDSTORE_TEST_COUNT"] ?? 0) >= 1000;
const together = long ? [2, 8] : [3];

test.each(together)("%i runs at once that store the same: one set, and each is told the truth", async (count) => {
  const { repository, place } = made();
  const ends = await Promise.all(
    Array.from({ length: count }, async () => place.run(["snapshot", repository.path, place.store])),
  );
  // Several may have stored files of the set; whoever finds it whole says so.
  for (const end of firstWords(ends)) expect(["0 stored", "0 unchanged"]).toContain(end);
  expect(firstWords(ends)).toContain("0 stored");
  await expectOneWholeSet(place);
});

test.each(together)(
  "%i runs at once that store different things under one id: one wins, the others conflict",
  async (count) => {
    const { repository, place } = made();
    const ends = await Promise.all(
      Array.from({ length: count }, async (_, n) =>
        place.run(["snapshot", repository.path, place.store, "--name", "same", "--prefix", `p${n}/`]),
      ),
    );
    expect(firstWords(ends)).toEqual(["0 stored", ...Array.from({ length: count - 1 }, () => "10 conflict")]);
    const winner = ends.findIndex(({ code }) => code === 0);
    expect(onlySet(place.store).manifest.content.prefix).toBe(`p${winner}/`);
    await expectOneWholeSet(place);
  },
);

test("of 3 runs at once that replace a set, each that says stored is there or kept, and the set verifies clean", async () => {
  const { repository, place } = made();
  expect(await place.run(["snapshot", repository.path, place.store])).toMatchObject({ code: 0 });
  const states = [onlySet(place.store).manifest.run.name];
  for (let round = 0; round < (long ? 3 : 1); round += 1) {
    const names = ["a", "b", "c"].map((letter) => `${letter}${round}`);
    const replace = async (name: string) =>
      place.run(["snapshot", repository.path, place.store, "--name", name, "--on-conflict", "replace"]);
    const ends = await Promise.all(names.map(replace));
    for (const end of firstWords(ends)) expect(["0 stored", "10 conflict"]).toContain(end);
    states.push(...names.filter((_, i) => ends[i]?.code === 0));
    const { folder, manifest } = onlySet(place.store);
    const kept = filesBelow(folder).filter((path) => path.includes(".replaced-"));
    const before = kept.map((path) => (JSON.parse(readFileSync(path, "utf8")) as Manifest).run.name);
    expect([...before, manifest.run.name].sort()).toEqual(states.toSorted());
    expect(await place.run(["verify", place.store, "--level", "read"])).toMatchObject({ code: 0 });
  }
});

test("a dry run, a verify and a list beside a run that stores don't disturb it, and it doesn't disturb them", async () => {
  const { repository, place } = made();
  const other = makeRepository({ files: { b: "2" } });
  onTestFinished(() => other.remove());
  expect((await place.run(["snapshot", other.path, place.store, "--project", "local/other"])).code).toBe(0);
  const [stored, planned, verified, listed] = await Promise.all([
    place.run(["snapshot", repository.path, place.store]),
    place.run(["snapshot", repository.path, place.store, "--dry-run"]),
    place.run(["verify", place.store, "--project", "local/other"]),
    place.run(["list", place.store]),
  ]);
  expect([stored, planned, verified, listed].map(({ code }) => code)).toEqual([0, 0, 0, 0]);
  expect(await place.run(["verify", place.store])).toMatchObject({ code: 0 });
});
