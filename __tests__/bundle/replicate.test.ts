import { randomBytes } from "node:crypto";
import { cpSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type GitFixture, makeRepository } from "../support/git-fixture.ts";
import { makePlace, type CliPlace } from "../support/run-cli.ts";
import { testWith } from "../support/programs.ts";
import { filesBelow, onlySet, shell } from "../support/stored-set.ts";

/** A store with one set of a few megabytes, which none of the tests changes. */
let place: CliPlace;
let repository: GitFixture;
beforeAll(async () => {
  repository = makeRepository({ files: { "a.txt": "one\n", "noise.bin": randomBytes(3_000_000) } });
  place = makePlace();
  expect(await place.run(["snapshot", repository.path, place.store])).toMatchObject({ code: 0 });
});
afterAll(() => {
  repository.remove();
  place[Symbol.dispose]();
});

/** Digests of what lies in sets, as another program makes them. */
function digestsIn(store: string): string {
  return shell(
    "find . -path './*/*/snapshot/*' -not -path '*/records/*' -type f | LC_ALL=C sort | xargs sha256sum",
    store,
  );
}

function noiseIn(place: CliPlace): readonly string[] {
  return place.litter().map((path) => relative(place.path, path));
}

test("sets go from folder to folder, also after a run that was killed, and leave nothing on the way", async () => {
  const [one, two] = ["one", "two"].map((name) => join(place.path, name)) as [string, string];
  const args = ["replicate", "--from", place.store, "--store", one, "--store", two];
  // Wherever it is then, and be it at the end.
  await place.run(args, { signals: [[700, "SIGKILL"]] });
  const end = await place.run(args);
  expect([end.code, end.stdout.split(" ")[0]]).toEqual([0, "ok:"]);
  for (const store of [one, two]) {
    expect(digestsIn(store)).toBe(digestsIn(place.store));
    shell("sha256sum --quiet -c *.SHA256SUMS", onlySet(store).folder);
    expect(existsSync(join(store, ".tmp"))).toBe(false);
  }
  expect(noiseIn(place)).toEqual([]);
  const again = await place.run([...args, "--json"]);
  expect(JSON.parse(again.stdout)).toMatchObject({
    mode: "replicate",
    exit: 0,
    status: "unchanged",
    outcomes: [{ outcome: "unchanged" }, { outcome: "unchanged" }],
  });
});

test("a damaged set is red, named, and not copied", async () => {
  const broken = join(place.path, "broken");
  cpSync(place.store, broken, { recursive: true });
  const archive = onlySet(broken).path("tar.gz");
  const bytes = readFileSync(archive);
  bytes[1_000_000] = bytes[1_000_000]! ^ 1;
  shell(`chmod u+w ${JSON.stringify(archive)}`, place.path);
  writeFileSync(archive, bytes);
  const copy = join(place.path, "copy");
  const end = await place.run(["replicate", copy, "--from", broken]);
  expect([end.code, end.stdout.split("\n")[0]]).toEqual([
    6,
    expect.stringMatching(/^failed: local\/.*tar\.gz: has the digest/),
  ]);
  expect(filesBelow(copy).filter((path) => path.endsWith(".coldstore.json"))).toEqual([]);
  expect(noiseIn(place)).toEqual([]);
});

testWith(["rclone"], "sets go from remote to remote, and the same program finds them equal", async () => {
  const config = join(place.path, "rclone.conf");
  writeFileSync(config, "[first]\ntype = local\n[second]\ntype = local\n");
  const env = { RCLONE_CONFIG: config };
  const remotes = ["first", "second"].map((name) => `${name}:${join(place.path, name)}`) as [string, string];
  expect(await place.run(["replicate", remotes[0], "--from", place.store], { env })).toMatchObject({ code: 0 });
  const end = await place.run(["replicate", remotes[1], "--from", remotes[0]], { env });
  expect(end).toMatchObject({ code: 0 });
  expect(digestsIn(join(place.path, "second"))).toBe(digestsIn(place.store));
  expect(noiseIn(place)).toEqual([]);
});
