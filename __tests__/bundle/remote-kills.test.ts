import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { makeRepository } from "../support/git-fixture.ts";
import { sweep } from "../support/packed-archive.ts";
import { lastingProcessesWith } from "../support/process-list.ts";
import { testWith } from "../support/programs.ts";
import { makeRunnerPlace } from "../support/run-action.ts";
import { makePlace } from "../support/run-cli.ts";
import { seeded } from "../support/store-fixtures.ts";
import { filesBelow, onlySet, sha256, shell } from "../support/stored-set.ts";
import { branchPush } from "../support/workflow-events.ts";

const { seed, numRuns } = sweep(1);
const kills = Math.min(numRuns, 100);

testWith(
  ["rclone"],
  `a run onto a remote that is killed at any moment leaves no rclone, and the next one completes the set and clears away all else (seed ${seed}, ${kills} kills)`,
  async () => {
    const next = seeded(seed);
    using repository = makeRepository({ files: { "a.txt": "one\n", "big.bin": randomBytes(2_500_000) } });
    using place = makeRunnerPlace();
    using reader = makePlace();
    const secret = `not-for-others-${randomBytes(16).toString("hex")}`;
    const config = `[far]\ntype = local\n[other]\ntype = webdav\nurl = http://127.0.0.1:9\nbearer_token = ${secret}\n`;
    const stepOnto = (folder: string) => ({
      event: branchPush("main", repository.git("rev-parse", "HEAD")),
      workspace: repository.path,
      inputs: { mode: "snapshot", store: `far:${folder}`, "split-size": "1MiB", "rclone-config": config },
    });
    /** But the manifest, which tells the time, and what rclone had in hand when it ended, which may be another's who still sends. */
    const stored = (folder: string) =>
      new Map(
        filesBelow(onlySet(folder).folder).flatMap((path) =>
          /\.(?:coldstore\.json|partial)$/.test(path) ? [] : [[path.slice(folder.length), sha256(readFileSync(path))]],
        ),
      );

    const first = join(place.path, "first");
    const whole = await place.job(stepOnto(first));
    expect(whole.main, whole.main.stdout).toMatchObject({ code: 0 });
    const expected = stored(first);
    expect([...expected.keys()].filter((path) => path.includes(".part-"))).toHaveLength(3);

    for (let kill = 0; kill < kills; kill += 1) {
      const folder = join(place.path, `far-${kill}`);
      const step = stepOnto(folder);
      const { child, end } = place.start(step);
      const moment = Math.round(((kill + next()) / kills) * whole.main.milliseconds);
      await Promise.race([sleep(moment), once(child, "exit")]);
      child.kill("SIGKILL");
      const killed = await end;
      const about = `kill ${kill}, at ${moment} ms of ${whole.main.milliseconds}: ${killed.code}`;
      expect(await lastingProcessesWith(place.path), about).toEqual([]);
      // A runner sees to a dead step's end, too.
      await place.run({ ...step, state: killed.state });

      const { main, post } = await place.job(step);
      expect([main.code, post.code], `${about}\n${main.stdout}`).toEqual([0, 0]);
      expect(stored(folder), about).toEqual(expected);
      shell("sha256sum --quiet -c *.SHA256SUMS", onlySet(folder).folder);
      expect(filesBelow(place.temp), about).toEqual([]);
      const others = filesBelow(place.path).filter((path) => readFileSync(path).includes(secret));
      expect(others, about).toEqual([]);
    }
    const last = join(place.path, `far-${kills - 1}`);
    expect(await reader.run(["verify", last])).toMatchObject({ code: 0 });
  },
);
