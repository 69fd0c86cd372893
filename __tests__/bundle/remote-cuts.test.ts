import { randomBytes } from "node:crypto";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { expect } from "vitest";
import { makeRepository } from "../support/git-fixture.ts";
import { sweep } from "../support/packed-archive.ts";
import { testWith } from "../support/programs.ts";
import { startRcloneServer } from "../support/rclone-servers.ts";
import { type CliEnd, type CliPlace, makePlace } from "../support/run-cli.ts";
import { someOf } from "../support/some-of.ts";
import { seeded } from "../support/store-fixtures.ts";
import { filesBelow, sha256, shell } from "../support/stored-set.ts";
import { type Fault, openTcpProxy } from "../support/tcp-proxy.ts";

const { seed, numRuns } = sweep(1);
const long = numRuns >= 1000;
const points = long ? 64 : Math.min(numRuns, 64);
const kinds = long ? (["webdav", "s3"] as const) : someOf(["webdav", "s3"] as const, 1);
const faults: readonly Fault[] = ["flip", "cut", "reset", "stall"];

/** What lies below a folder: digests by path. */
function digestsBelow(folder: string): ReadonlyMap<string, string> {
  return new Map(filesBelow(folder).map((path) => [relative(folder, path), sha256(readFileSync(path))]));
}

/** Runs the command line with a remote called `far`. */
function withRemote(place: CliPlace, config: string, port: number) {
  const file = join(place.path, "rclone.conf");
  return async (...args: readonly string[]): Promise<CliEnd> => {
    writeFileSync(file, config.replaceAll(/127\.0\.0\.1:\d+/g, `127.0.0.1:${port}`));
    return place.run(args, { env: { RCLONE_CONFIG: file } });
  };
}

for (const kind of kinds)
  testWith(
    ["rclone"],
    `whatever befalls a connection to ${kind}, a run is proven or red, changes nothing that was there, and the next one completes it (seed ${seed}, ${points} faults)`,
    async () => {
      const next = seeded(seed);
      // As large as each other, so that what passes for the one tells how much passes for the other.
      using repository = makeRepository({
        commits: [{ files: { "some.bin": randomBytes(1_500_000) } }, { files: { "some.bin": randomBytes(1_500_000) } }],
      });
      using place = makePlace();
      const before = join(place.path, "before");
      const snapshot = ["snapshot", repository.path, "far:bucket/cold", "--split-size", "1MiB"];

      /** Runs with a server on a folder, behind a proxy. */
      const around = async <T>(folder: string, work: (by: Around) => Promise<T>): Promise<T> => {
        await using server = await startRcloneServer(kind, { folder });
        await using proxy = await openTcpProxy(server.port);
        return await work({ proxy, run: withRemote(place, server.config, proxy.port) });
      };
      mkdirSync(before);
      const total = await around(before, async ({ run, proxy }) => {
        const end = await run(...snapshot, "--ref", "HEAD~1");
        expect(end, end.stderr).toMatchObject({ code: 0 });
        return proxy.passed();
      });
      const kept = digestsBelow(before);

      for (let point = 0; point < points; point += 1) {
        const fault = long ? faults[point % 4]! : faults[1 + Math.floor(next() * 3)]!;
        const lasting = fault !== "flip" && long && Math.floor(point / 4) % 4 === 3;
        const after = Math.floor(((point + next()) / points) * total);
        const what = `${fault}${lasting ? " for good" : ""} after ${after} of ${total} bytes`;
        const folder = join(place.path, `far-${point}`);
        cpSync(before, folder, { recursive: true });
        const { end, struck } = await around(folder, async ({ run, proxy }) => {
          proxy.plan({ fault, after, lasting });
          const patience = ["--stall-timeout", "3s", "--rclone-args=--low-level-retries=1"];
          return { end: await run(...snapshot, ...patience), struck: proxy.struck() };
        });
        const about = `${what}: ${end.code} ${end.stdout}`;
        expect([0, 5, 6, 10], about).toContain(end.code);
        // A healthy connection is no reason for red, but a machine that hangs for seconds looks like one that stalls.
        if (!struck && end.code !== 0) expect(end.stdout, about).toMatch(/stalled|timeout/);
        expect(changedOf(kept, folder), about).toEqual([]);
        await around(folder, async ({ run }) => {
          if (end.code !== 0) expect(await run(...snapshot), about).toMatchObject({ code: 0 });
          expect(await run("verify", "far:bucket/cold"), about).toMatchObject({ code: 0 });
        });
        expect(changedOf(kept, folder), about).toEqual([]);
        for (const path of filesBelow(folder).filter((each) => each.endsWith(".SHA256SUMS")))
          shell(`sha256sum --quiet -c '${path}'`, join(path, ".."));
        expect(place.litter(), about).toEqual([]);
      }
    },
  );

interface Around {
  readonly proxy: Awaited<ReturnType<typeof openTcpProxy>>;
  run(...args: readonly string[]): Promise<CliEnd>;
}

/** What is gone or another. */
function changedOf(kept: ReadonlyMap<string, string>, folder: string): readonly string[] {
  const now = digestsBelow(folder);
  return [...kept].filter(([path, digest]) => now.get(path) !== digest).map(([path]) => path);
}
