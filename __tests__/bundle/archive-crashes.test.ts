import { once } from "node:events";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { gitIn } from "../support/git-fixture.ts";
import { sweep } from "../support/packed-archive.ts";
import { noise } from "../support/rich-tree.ts";
import { endOf, makePlace, onWindows, type CliPlace } from "../support/run-cli.ts";
import { seeded } from "../support/store-fixtures.ts";
import { filesBelow, onlySet, setsIn } from "../support/stored-set.ts";

const { seed, numRuns: kills } = sweep(1);

function plant(bytes: number): { readonly place: CliPlace; readonly folder: string } {
  const place = makePlace();
  onTestFinished(() => place[Symbol.dispose]());
  const folder = join(place.path, "project");
  mkdirSync(folder);
  for (const n of [0, 1, 2, 3]) writeFileSync(join(folder, `noise ${n}`), noise(bytes / 4));
  gitIn(folder, "init", "-q");
  // What doesn't compress needn't be tried.
  gitIn(folder, "-c", "core.compression=0", "add", "--all");
  gitIn(folder, "commit", "-q", "-m", "all");
  return { place, folder };
}

/** The one set that has a manifest has all that it names; folders of killed archives may lie beside it. */
async function expectWhole(place: CliPlace): Promise<void> {
  const { mode, set } = { ...onlySet(place.store).manifest.content, ...onlySet(place.store).manifest.run };
  const end = await place.run(["verify", place.store, "--set", `local/project/${mode}/${set}`, "--level", "read"]);
  expect(end).toMatchObject({ code: 0, stdout: expect.stringMatching(/^ok: 1 set verified/) });
}

const runs = {
  "an archive": ["archive", "--format", "tar.zst", "--format", "zip"],
  "a split snapshot": ["snapshot", "--format", "tar.gz", "--format", "zip", "--split-size", "1MiB"],
};

describe.skipIf(onWindows)("a run that dies", () => {
  for (const [what, [mode = "", ...args]] of Object.entries(runs))
    test(`of ${what}, killed at any moment, leaves no manifest without its files, and the next one completes (seed ${seed}, kills: ${kills})`, async () => {
      const next = seeded(seed);
      const { place, folder } = plant(4_000_000);
      const call = [mode, folder, place.store, ...args];
      const whole = await place.run(call);
      expect(whole).toMatchObject({ code: 0 });
      rmSync(place.store, { recursive: true });

      for (let kill = 0; kill < kills; kill += 1) {
        const child = place.start(call, { stdio: "ignore" });
        await sleep((0.2 + 0.8 * next()) * whole.milliseconds);
        child.kill("SIGKILL");
        if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
        if (setsIn(place.store).length === 0) continue;
        await expectWhole(place);
        rmSync(place.store, { recursive: true });
      }

      expect(await place.run(call)).toMatchObject({ code: 0 });
      await expectWhole(place);
      expect(existsSync(join(place.store, ".tmp"))).toBe(false);
      expect(place.litter()).toEqual([]);
    });

  test.each(Object.entries(runs))(
    "of %s, by Ctrl-C ends with 130 and leaves nothing",
    async (_, [mode = "", ...args]) => {
      const { place, folder } = plant(40_000_000);
      const child = place.start([mode, folder, place.store, ...args, "--prove", "read"]);
      const end = endOf(child);
      while (filesBelow(join(place.store, ".tmp")).length + filesBelow(place.tmp).length === 0) await sleep(10);
      await sleep(100);
      child.kill("SIGINT");
      expect(await end).toMatchObject({ code: 130, stdout: expect.stringMatching(/^failed: interrupted/) });
      expect(setsIn(place.store)).toEqual([]);
      expect(filesBelow(place.store).filter((path) => !path.includes("/history/") && !path.includes(".part-"))).toEqual(
        [],
      );
      expect(existsSync(join(place.store, ".tmp"))).toBe(false);
      expect(place.litter()).toEqual([]);
    },
  );
});
