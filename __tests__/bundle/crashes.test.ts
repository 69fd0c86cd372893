import { once } from "node:events";
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { makeRepository } from "../support/git-fixture.ts";
import { makePlace } from "../support/run-cli.ts";
import { seeded } from "../support/store-fixtures.ts";
import { filesBelow, onlySet, setsIn, sha256 } from "../support/stored-set.ts";

const seed = Number(process.env["COLDSTORE_TEST_SEED"] ?? 1);
const kills = Number(process.env["COLDSTORE_TEST_COUNT"] ?? 6);

test(`a run killed at any moment leaves whole files only, and the next run completes the set (seed ${seed}, ${kills} kills)`, async () => {
  const next = seeded(seed);
  using repository = makeRepository({ files: { "a.txt": "one\n", "big.bin": randomBytes(12_000_000) } });
  using place = makePlace();
  const reference = join(place.path, "reference");
  const whole = await place.run(["snapshot", repository.path, reference]);
  expect(whole.code).toBe(0);
  const digests = new Map(
    filesBelow(onlySet(reference).folder).map((path) => [basename(path), sha256(readFileSync(path))]),
  );

  for (let kill = 0; kill < kills; kill += 1) {
    const child = place.start(["snapshot", repository.path, place.store], { stdio: "ignore" });
    await sleep(next() * whole.milliseconds);
    child.kill("SIGKILL");
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    for (const path of filesBelow(join(place.store, "local/project/snapshot")))
      if (!path.endsWith(".coldstore.json"))
        expect([kill, basename(path), sha256(readFileSync(path))]).toEqual([
          kill,
          basename(path),
          digests.get(basename(path)),
        ]);
    if (setsIn(place.store).length === 0) continue;
    // A manifest vouches for all of it, however early the process died after it.
    expect(await place.run(["verify", place.store, "--level", "read"])).toMatchObject({ code: 0 });
    rmSync(place.store, { recursive: true });
  }

  expect(await place.run(["snapshot", repository.path, place.store])).toMatchObject({ code: 0 });
  expect(await place.run(["verify", place.store, "--level", "read"])).toMatchObject({ code: 0 });
  expect(existsSync(join(place.store, ".tmp"))).toBe(false);
  expect(place.litter()).toEqual([]);
});
