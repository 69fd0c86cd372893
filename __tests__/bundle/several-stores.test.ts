import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { basename, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { makeRepository, type GitFixture } from "../support/git-fixture.ts";
import { makePlace, type CliPlace } from "../support/run-cli.ts";
import { smallDisk } from "../support/small-disk.ts";
import { filesBelow, onlySet } from "../support/stored-set.ts";

function made(bytes: number): { readonly repository: GitFixture; readonly place: CliPlace } {
  const repository = makeRepository({ files: { "a.txt": "one\n", "noise.bin": randomBytes(bytes) } });
  const place = makePlace();
  onTestFinished(() => {
    repository.remove();
    place[Symbol.dispose]();
  });
  return { repository, place };
}

test("two stores on one file system are two copies: what happens to one doesn't touch the other", async () => {
  const { repository, place } = made(3_000_000);
  const stores = ["one", "two"].map((name) => join(place.path, name)) as [string, string];
  const end = await place.run(["snapshot", repository.path, ...stores.flatMap((store) => ["--store", store])]);
  expect(end).toMatchObject({ code: 0 });
  const [one, two] = stores.map((store) => filesBelow(onlySet(store).folder)) as [string[], string[]];
  expect(one.map((path) => basename(path))).toEqual(two.map((path) => basename(path)));
  expect(one).toHaveLength(5);
  for (const path of [...one, ...two]) expect([path, statSync(path).nlink]).toEqual([path, 1]);

  const archive = onlySet(stores[0]).path("tar.gz");
  const bytes = readFileSync(archive);
  bytes[1_000_000] = bytes[1_000_000]! ^ 1;
  chmodSync(archive, 0o644);
  writeFileSync(archive, bytes);
  expect(await place.run(["verify", stores[0]])).toMatchObject({ code: 6 });
  expect(await place.run(["verify", stores[1]])).toMatchObject({ code: 0 });
  for (const store of stores) expect(existsSync(join(store, ".tmp"))).toBe(false);
});

test("a first store without room fails alone, and the second one is filled", async (context) => {
  const { repository, place } = made(3_000_000);
  const full = join(await smallDisk(context, 1), "full");
  const end = await place.run(["snapshot", repository.path, "--store", full, "--store", place.store, "--json"]);
  expect(end.code).toBe(5);
  const { outcomes } = JSON.parse(end.stdout) as { outcomes: { store: string; outcome: string }[] };
  expect(Object.fromEntries(outcomes.map(({ store, outcome }) => [store, outcome]))).toEqual({
    [full]: "failed",
    [place.store]: "stored",
  });
  expect(await place.run(["verify", place.store])).toMatchObject({ code: 0 });
  expect(filesBelow(full)).toEqual([]);
});

test("of two stores on one disk that has room for one copy, the first is filled and the second says what is missing", async (context) => {
  const { repository, place } = made(3_000_000);
  const disk = await smallDisk(context, 5);
  const stores = ["one", "two"].map((name) => join(disk, name)) as [string, string];
  const end = await place.run(["snapshot", repository.path, ...stores.flatMap((store) => ["--store", store])]);
  expect(end).toMatchObject({
    code: 5,
    stdout: expect.stringMatching(/two has .* free and up to 6\.\d MB will be written/),
  });
  expect(await place.run(["verify", stores[0]])).toMatchObject({ code: 0 });
  expect(filesBelow(stores[1])).toEqual([]);
});
