import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import { freePort } from "../support/free-port.ts";
import { type GitFixture, makeRepository } from "../support/git-fixture.ts";
import { lastingProcessesWith } from "../support/process-list.ts";
import { testWith } from "../support/programs.ts";
import { startRcloneServer } from "../support/rclone-servers.ts";
import { endOf, type CliPlace, makePlace, onWindows } from "../support/run-cli.ts";
import { filesBelow, onlySet, setsIn, sha256, shell } from "../support/stored-set.ts";
import { openTcpProxy } from "../support/tcp-proxy.ts";

interface World {
  readonly repository: GitFixture;
  readonly place: CliPlace;
  /** Variables of a run whose remote `far` is reached by this port. */
  env(port: number, config: string): Readonly<Record<string, string>>;
}

function makeWorld(): World {
  const repository = makeRepository({ files: { "a.txt": "one\n", "noise.bin": randomBytes(1_500_000) } });
  const place = makePlace();
  onTestFinished(() => {
    repository.remove();
    place[Symbol.dispose]();
  });
  const file = join(place.path, "rclone.conf");
  return {
    repository,
    place,
    env: (port, config) => {
      writeFileSync(file, config.replaceAll(/127\.0\.0\.1:\d+/g, `127.0.0.1:${port}`));
      return { RCLONE_CONFIG: file };
    },
  };
}

/** Files of the set that has come to be, and when each was written. */
function written(store: string): readonly (readonly [string, number, number])[] {
  return filesBelow(onlySet(store).folder).map((path) => {
    const { mtimeMs, ino } = statSync(path);
    return [path, mtimeMs, ino];
  });
}

testWith(
  ["rclone"],
  "a server that is down fails by itself, the folder beside it gets its set, and the next run stores only what lacks",
  async () => {
    const { repository, place, env } = makeWorld();
    await using server = await startRcloneServer("webdav");
    const closed = await freePort();
    const far = join(server.folder, "bucket", "cold");
    const args = [
      "snapshot",
      repository.path,
      "--store",
      place.store,
      "--store",
      "far:bucket/cold",
      "--json",
      "--rclone-args=--low-level-retries=1",
    ];
    const outcomesOf = (stdout: string) =>
      (JSON.parse(stdout) as { outcomes: { store: string; outcome: string; reason?: string }[] }).outcomes;

    const first = await place.run(args, { env: env(closed, server.config) });
    expect(first.code, first.stderr).toBe(5);
    expect(outcomesOf(first.stdout)).toMatchObject([
      { store: place.store, outcome: "stored" },
      { store: "far:bucket/cold", outcome: "failed" },
    ]);
    expect(first.stdout).toMatch(/refused|can't be reached|not reachable/);
    shell("sha256sum --quiet -c *.SHA256SUMS", onlySet(place.store).folder);
    expect(existsSync(far)).toBe(false);
    const before = written(place.store);

    const second = await place.run(args, { env: env(server.port, server.config) });
    expect(second.code, second.stderr).toBe(0);
    expect(outcomesOf(second.stdout)).toMatchObject([{ outcome: "unchanged" }, { outcome: "stored" }]);
    expect(written(place.store)).toEqual(before);
    shell("sha256sum --quiet -c *.SHA256SUMS", onlySet(far).folder);
    expect(sha256(onlySet(far).tar())).toBe(sha256(onlySet(place.store).tar()));
    expect(place.litter()).toEqual([]);
  },
);

if (!onWindows)
  testWith(
    ["rclone"],
    "Ctrl-C in the middle of an upload that hangs ends the run, every rclone and all scratch, and leaves no manifest",
    async () => {
      const { repository, place, env } = makeWorld();
      await using server = await startRcloneServer("webdav");
      await using proxy = await openTcpProxy(server.port);
      mkdirSync(join(server.folder, "bucket", "cold"));
      // More than is said before the archive is sent, and less than that.
      proxy.plan({ fault: "stall", after: 800_000, lasting: true });
      const child = place.start(["snapshot", repository.path, "far:bucket/cold"], {
        env: env(proxy.port, server.config),
      });
      const end = endOf(child);
      await proxy.strike;
      const told = performance.now();
      child.kill("SIGINT");
      const { code, stdout } = await end;
      expect([code, stdout]).toEqual([130, expect.stringMatching(/^failed: interrupted/)]);
      // Without the end of what hangs it would be minutes.
      expect(performance.now() - told).toBeLessThan(60_000);
      expect(await lastingProcessesWith(place.path)).toEqual([]);
      expect(setsIn(server.folder)).toEqual([]);
      expect(place.litter()).toEqual([]);
    },
  );
