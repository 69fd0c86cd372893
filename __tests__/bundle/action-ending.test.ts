import { chmodSync, existsSync, mkdirSync, readdirSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type GitFixture, makeRepository } from "../support/git-fixture.ts";
import { makeLargeRepository } from "../support/large-repository.ts";
import { annotations, makeRunnerPlace, type RunnerPlace, type StepEnd } from "../support/run-action.ts";
import { onWindows, plainUser } from "../support/run-cli.ts";
import { smallDisk } from "../support/small-disk.ts";
import { filesBelow, setsIn } from "../support/stored-set.ts";
import { branchPush, type WorkflowEvent } from "../support/workflow-events.ts";

let large: GitFixture;
let event: WorkflowEvent;

beforeAll(() => {
  large = makeLargeRepository(600);
  event = branchPush("main", large.git("rev-parse", "HEAD"));
});

afterAll(() => large.remove());

/** Resolves when the archive has begun to grow. */
async function atWork(place: RunnerPlace): Promise<void> {
  const growing = () => filesBelow(join(place.store, ".tmp")).some((path) => path.endsWith(".tar.gz"));
  while (!growing()) await sleep(20);
  await sleep(100);
}

interface Ending {
  readonly end: StepEnd;
  /** From the first signal on. */
  readonly milliseconds: number;
}

/** A job whose main step gets signals in the middle of its work, each so many milliseconds after the one before. */
async function cancelled(
  place: RunnerPlace,
  signals: readonly (readonly [after: number, signal: NodeJS.Signals])[],
): Promise<Ending> {
  const step = place.start({ event, workspace: large.path, inputs: { store: place.store } });
  await atWork(place);
  const told = performance.now();
  for (const [after, signal] of signals) {
    await Promise.race([sleep(after), step.end]);
    step.child.kill(signal);
  }
  const end = await step.end;
  return { end, milliseconds: performance.now() - told };
}

async function expectPostCleansUp(place: RunnerPlace, { state }: StepEnd): Promise<void> {
  const post = await place.run({ event, workspace: large.path, inputs: { store: place.store }, state });
  expect(post.code, post.stdout + post.stderr).toBe(0);
  expect(readdirSync(place.temp)).toEqual([]);
  expect(existsSync(join(place.store, ".tmp"))).toBe(false);
  expect(setsIn(place.store)).toEqual([]);
}

describe.skipIf(onWindows)("a job that is cancelled", () => {
  test("before the step had begun has a post step that makes nothing", async () => {
    using place = makeRunnerPlace();
    const post = await place.run({ event, workspace: large.path, inputs: { store: place.store }, state: {} });
    expect([post.code, post.stdout]).toEqual([0, ""]);
    expect(existsSync(place.store)).toBe(false);
  });

  test("while git hears nothing, and told twice, ends on the spot and says why", async () => {
    using place = makeRunnerPlace();
    const bin = join(place.path, "bin");
    mkdirSync(bin);
    writeFileSync(join(bin, "git"), "#!/bin/sh\ntrap '' TERM INT\ntouch \"$0.asked\"\nsleep 20 & wait\n", {
      mode: 0o755,
    });
    const env = { PATH: `${bin}:${process.env["PATH"]}` };
    const step = place.start({ event, workspace: large.path, inputs: { store: place.store }, env });
    while (!existsSync(join(bin, "git.asked"))) await sleep(20);
    step.child.kill("SIGINT");
    await sleep(300);
    step.child.kill("SIGINT");
    const end = await step.end;
    expect(end.code).toBe(130);
    expect(end.outputs["status"]).toBe("failed");
    expect(annotations(end)).toMatchObject([{ name: "error", data: expect.stringMatching(/^interrupted/) }]);
    expect(end.summary).toMatch(/interrupted/);
  });

  test("as GitHub does it, SIGINT and 7.5 s later SIGTERM, has ended before the second one, and said so", async () => {
    using place = makeRunnerPlace();
    const { end, milliseconds } = await cancelled(place, [
      [0, "SIGINT"],
      [7500, "SIGTERM"],
    ]);
    expect(milliseconds).toBeLessThan(7500);
    expect(end.code).toBe(130);
    expect(end.outputs["status"]).toBe("failed");
    expect(annotations(end)).toContainEqual(
      expect.objectContaining({ name: "error", data: expect.stringMatching(/^interrupted/) }),
    );
    expect(end.summary).toMatch(/interrupted/);
    expect(existsSync(join(place.store, ".tmp"))).toBe(false);
    await expectPostCleansUp(place, end);
  });

  test("by two signals at once is over at once, and post removes what it left", async () => {
    using place = makeRunnerPlace();
    const { end, milliseconds } = await cancelled(place, [
      [0, "SIGINT"],
      [1, "SIGTERM"],
    ]);
    expect(milliseconds).toBeLessThan(5000);
    expect(end.code).toBe(130);
    await expectPostCleansUp(place, end);
  });

  test("by SIGKILL leaves scratch, which post removes in the runner's folder and in the stores", async () => {
    using place = makeRunnerPlace();
    const { end } = await cancelled(place, [[0, "SIGKILL"]]);
    expect(end.code).toBe(137);
    expect(readdirSync(place.temp)).not.toEqual([]);
    expect(filesBelow(join(place.store, ".tmp"))).not.toEqual([]);
    await expectPostCleansUp(place, end);
  });
});

describe.skipIf(onWindows)("a runner's disk", () => {
  const small = makeRepository({ files: { "a.txt": "a\n" } });
  const push = branchPush("main", small.git("rev-parse", "HEAD"));
  afterAll(() => small.remove());

  test("whose folder for temporary files is read-only ends the run with one sentence, and post is green", async () => {
    using place = makeRunnerPlace();
    // Whoever isn't root: root writes everywhere.
    const { uid } = plainUser;
    for (const folder of [place.path, place.workspace]) chmodSync(folder, 0o777);
    chmodSync(place.temp, 0o555);
    const step = { event: push, workspace: small.path, inputs: { store: place.store }, ...(uid && { uid }) };
    chmodSync(small.around, 0o755);
    const { main, post } = await place.job(step);
    expect([0, 5], main.stdout + main.stderr).toContain(main.code);
    expect(main.shown).not.toMatch(/^ {4}at /m);
    expect(
      annotations(main)
        .map(({ data }) => data)
        .join("\n"),
    ).toContain(place.temp);
    expect(post.code, post.stdout + post.stderr).toBe(0);
  });

  test("that is full is told in one sentence, and what was stored before stays", async (context) => {
    const disk = await smallDisk(context, 1);
    using place = makeRunnerPlace();
    const temp = join(disk, "temp");
    mkdirSync(temp);
    const { bavail, bsize } = statfsSync(disk);
    writeFileSync(join(disk, "full"), Buffer.alloc(bavail * bsize));
    const step = { event: push, workspace: small.path, inputs: { store: place.store }, env: { RUNNER_TEMP: temp } };
    const { main, post } = await place.job(step);
    expect([0, 5], main.stdout + main.stderr).toContain(main.code);
    expect(main.shown).not.toMatch(/^ {4}at /m);
    expect(annotations(main)).not.toEqual([]);
    expect(post.code, post.stdout + post.stderr).toBe(0);
    expect(readdirSync(temp)).toEqual([]);
  });
});
