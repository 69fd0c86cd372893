import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { GitFixture } from "../support/git-fixture.ts";
import { schemaProblems } from "../support/json-schema.ts";
import { makeLargeRepository } from "../support/large-repository.ts";
import { endOf, makePlace, onWindows, type CliEnd, type CliPlace } from "../support/run-cli.ts";
import { filesBelow, setsIn } from "../support/stored-set.ts";

let repository: GitFixture;

beforeAll(() => {
  repository = makeLargeRepository(600);
});

afterAll(() => repository.remove());

function newPlace(): CliPlace {
  const place = makePlace();
  onTestFinished(() => place[Symbol.dispose]());
  return place;
}

/** Resolves when the archive has begun to grow. */
async function atWork(place: CliPlace): Promise<void> {
  const growing = () => filesBelow(join(place.store, ".tmp")).some((path) => path.endsWith(".tar.gz"));
  while (!growing()) await sleep(20);
  await sleep(200);
}

/** Processes that have this folder in their command lines; Linux only. */
function processesIn(folder: string): readonly string[] {
  if (!existsSync("/proc/self/cmdline")) return [];
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
        return line.includes(folder) ? [line] : [];
      } catch {
        return [];
      }
    });
}

/** Signals a run in the middle of its work; gives how it ended and how long that took. */
async function interrupted(
  place: CliPlace,
  work: (child: ChildProcess) => Promise<void> | void,
  ...args: readonly string[]
): Promise<CliEnd & { readonly ending: number }> {
  const child = place.start(["snapshot", repository.path, place.store, ...args]);
  const end = endOf(child);
  await atWork(place);
  const told = performance.now();
  await work(child);
  return { ...(await end), ending: performance.now() - told };
}

/** Nothing half-made: no manifest, no archive under its name, no scratch, no process. */
async function expectClean(place: CliPlace): Promise<void> {
  expect(setsIn(place.store)).toEqual([]);
  expect(filesBelow(place.store).filter((path) => !path.includes("/history/"))).toEqual([]);
  expect(existsSync(join(place.store, ".tmp"))).toBe(false);
  expect(place.litter()).toEqual([]);
  // Whoever is told to end may take a moment.
  await expect.poll(() => processesIn(place.path)).toEqual([]);
}

describe.skipIf(onWindows)("a run that is ended in the middle of its work", () => {
  test.each(["SIGINT", "SIGTERM"] as const)(
    "by %s is over within 7.5 s, with exit 130 and nothing half-made",
    async (signal) => {
      const place = newPlace();
      const end = await interrupted(place, (child) => void child.kill(signal));
      expect(end).toMatchObject({ code: 130, stdout: expect.stringMatching(/^failed: interrupted/) });
      expect(end.ending).toBeLessThan(7500);
      expect(end.stdout + end.stderr).not.toMatch(/^ {4}at /m);
      await expectClean(place);
    },
  );

  test("by its timeout is over within 7.5 s, with exit 5, and says so as JSON, too", async () => {
    const place = newPlace();
    const end = await place.run(["snapshot", repository.path, place.store, "--timeout", "1s", "--json"]);
    expect(end.code).toBe(5);
    expect(end.milliseconds).toBeLessThan(8500);
    const report = JSON.parse(end.stdout) as { problems: readonly { message: string }[] };
    expect(schemaProblems("report", report)).toEqual([]);
    expect(report.problems.map(({ message }) => message).join()).toMatch(/timeout of 1(\.0)? s/);
    await expectClean(place);
  });

  test("by two signals is over at once", async () => {
    const place = newPlace();
    const end = await interrupted(place, async (child) => {
      child.kill("SIGINT");
      await sleep(1);
      child.kill("SIGINT");
    });
    expect(end.code).toBe(130);
    expect(end.ending).toBeLessThan(5000);
    await expectClean(place);
  });

  test("by Ctrl-C on a terminal, which git gets, too, says that it was interrupted", async () => {
    const place = newPlace();
    const child = place.start(["snapshot", repository.path, place.store], { detached: true });
    const end = endOf(child);
    await atWork(place);
    process.kill(-child.pid!, "SIGINT");
    expect(await end).toMatchObject({ code: 130, stdout: expect.stringMatching(/^failed: interrupted/) });
    await expectClean(place);
  });

  test("by SIGKILL leaves scratch to the next run, which removes it all, and git's end", async () => {
    const place = newPlace();
    const child = place.start(["snapshot", repository.path, place.store]);
    await atWork(place);
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(setsIn(place.store)).toEqual([]);
    expect(place.litter()).not.toEqual([]);
    const next = await place.run(["snapshot", repository.path, place.store, "--timeout", "1s"]);
    expect(next.code).toBe(5);
    await expectClean(place);
  });
});
