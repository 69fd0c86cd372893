import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { makeRepository } from "../support/git-fixture.ts";
import { schemaProblems } from "../support/json-schema.ts";
import { testWith } from "../support/programs.ts";
import { annotations, makeRunnerPlace, outputPath, type RunnerPlace, type StepEnd } from "../support/run-action.ts";
import { filesBelow, onlySet, setsIn, sha256, shell } from "../support/stored-set.ts";
import {
  branchPush,
  dispatch,
  pullRequest,
  schedule,
  tagPush,
  type WorkflowEvent,
} from "../support/workflow-events.ts";

const repository = makeRepository({
  commits: [
    { files: { "README.md": "# app\n", "src/run.sh": { executable: "#!/bin/sh\n" } }, tags: { "v1.4.0": "annotated" } },
    { files: { "later.txt": "later\n" } },
  ],
});
const head = repository.git("rev-parse", "HEAD");
const tagged = repository.git("rev-parse", "v1.4.0^{commit}");

afterAll(() => repository.remove());

const workspace = repository.path;
const tag = tagPush("v1.4.0", tagged);

function expectGreen(end: StepEnd): void {
  expect(end.code, end.stdout + end.stderr).toBe(0);
  expect(end.commands.filter(({ name }) => name === "error")).toEqual([]);
}

/** What a runner's disk has after a job: nothing of ours but sets. */
function expectNothingLeft(place: RunnerPlace): void {
  expect(filesBelow(place.temp)).toEqual([]);
  expect(filesBelow(place.store).filter((path) => path.includes("/.tmp/"))).toEqual([]);
}

describe.concurrent("what a run takes by itself", () => {
  const commitId = /^\d{8}T\d{6}Z-[0-9a-f]{7}$/;
  const events: readonly (readonly [string, WorkflowEvent, RegExp, string])[] = [
    ["a tag's push is the tag", tag, /^v1\.4\.0$/, tagged],
    ["a branch's push is its commit", branchPush("main", head), commitId, head],
    ["a schedule is the commit of the run, wherever HEAD is", schedule(tagged), commitId, tagged],
    ["a dispatch on a branch is its commit", dispatch(head), commitId, head],
    ["a dispatch on a tag is the tag", dispatch(tagged, "refs/tags/v1.4.0"), /^v1\.4\.0$/, tagged],
  ];

  test.each(events)("%s", async (_, event, id, commit) => {
    using place = makeRunnerPlace();
    const main = await place.run({ event, workspace, inputs: { store: place.store } });
    expectGreen(main);
    const set = onlySet(place.store);
    expect(basename(set.folder)).toMatch(id);
    expect(dirname(set.folder)).toBe(join(place.store, "acme", "app", "snapshot"));
    expect(set.manifest.content).toMatchObject({ source: { commit } });
    expect(main.outputs).toMatchObject({ status: "ok", set: basename(set.folder), name: set.name });
  });

  const pull = { number: 7, sha: head, head: tagged, branch: "feature" };
  test.each([
    ["of its own", pullRequest({ ...pull, from: "acme/app" })],
    ["from a fork", pullRequest({ ...pull, from: "mallory/app" })],
  ])("a pull request %s is a dry run, with and without a store", async (_, event) => {
    using place = makeRunnerPlace();
    for (const inputs of [{}, { store: place.store }]) {
      const main = await place.run({ event, workspace, inputs });
      expectGreen(main);
      expect(main.outputs).toMatchObject({ status: "planned" });
      expect(Object.keys(main.outputs)).not.toContain("archive");
      expect(main.artifacts).toEqual([]);
      expect(main.summary).not.toBe("");
    }
    expect(filesBelow(place.store)).toEqual([]);
  });

  test("a pull request stores when it is told to", async () => {
    using place = makeRunnerPlace();
    const event = pullRequest({ ...pull, from: "acme/app" });
    const main = await place.run({ event, workspace, inputs: { store: place.store, "dry-run": "false" } });
    expectGreen(main);
    expect(setsIn(place.store)).toHaveLength(1);
  });
});

describe.concurrent("what later steps get", () => {
  testWith(["sha256sum"], "paths, digests, declared files and a report that are all of the same set", async () => {
    using place = makeRunnerPlace();
    const inputs = { store: place.store, format: "tar.gz\nzip" };
    const main = await place.run({ event: tag, workspace, inputs });
    expectGreen(main);
    const set = onlySet(place.store);
    const { outputs } = main;
    expect(outputs["sha256"]).toBe(sha256(readFileSync(outputPath(main, "archive"))));
    expect(outputs["tar-sha256"]).toBe(sha256(set.tar()));
    expect(outputs["bytes"]).toBe(String(readFileSync(outputPath(main, "archive")).length));
    expect(outputPath(main, "manifest")).toBe(set.path("coldstore.json"));
    const checked = shell(`sha256sum -c -- '${basename(outputPath(main, "checksums"))}'`, set.folder);
    expect(checked.trimEnd().split("\n")).toHaveLength(filesBelow(set.folder).length - 2);

    const artifacts = JSON.parse(outputs["artifacts"] ?? "") as {
      name: string;
      path: string;
      size: number;
      sha256: string;
    }[];
    // The manifest names the others, and not itself.
    const paths = [...artifacts.map(({ path }) => path), outputPath(main, "manifest")];
    expect(paths.sort()).toEqual(filesBelow(set.folder));
    for (const { name, path, size, sha256: digest } of artifacts) {
      const bytes = readFileSync(path);
      expect([name, size, digest]).toEqual([basename(path), bytes.length, sha256(bytes)]);
    }
    const sums = readFileSync(outputPath(main, "checksums"), "utf8").trimEnd().split("\n");
    const declared = main.artifacts.map(({ name, digest }) => `${digest.replace("sha256:", "")}  ${name}`);
    expect(declared.sort()).toEqual(sums.sort());

    const report = JSON.parse(readFileSync(outputPath(main, "report"), "utf8")) as Record<string, unknown>;
    expect(schemaProblems("report", report)).toEqual([]);
    expect(report).toMatchObject({ mode: "snapshot", exit: 0, status: "ok", set: "v1.4.0" });
    expect(JSON.parse(outputs["stores"] ?? "")).toMatchObject([{ outcome: "stored" }]);
  });

  test("post leaves the set alone, and a second run says unchanged, with the same outputs", async () => {
    using place = makeRunnerPlace();
    const step = { event: tag, workspace, inputs: { store: place.store } };
    const first = await place.job(step);
    expectGreen(first.post);
    expect(existsSync(first.main.outputs["report"] ?? "")).toBe(false);
    expectNothingLeft(place);
    const second = await place.run(step);
    expectGreen(second);
    expect(second.outputs["status"]).toBe("unchanged");
    for (const name of ["set", "name", "archive", "sha256", "checksums", "manifest"])
      expect([name, second.outputs[name]]).toEqual([name, first.main.outputs[name]]);
  });

  test("folders whose names a runner would take for something else aren't declared, and the run is green", async () => {
    using place = makeRunnerPlace();
    const main = await place.run({ event: tag, workspace, inputs: { store: join(place.path, "a=b") } });
    expectGreen(main);
    expect(main.artifacts).toEqual([]);
    expect(outputPath(main, "archive")).toContain("a=b");
  });

  test("verify ends red for a damaged set, with its kind as the annotation's title", async () => {
    using place = makeRunnerPlace();
    await place.run({ event: tag, workspace, inputs: { store: place.store } });
    writeFileSync(onlySet(place.store).path("tar.gz"), "not it");
    const main = await place.run({ event: tag, workspace, inputs: { mode: "verify", store: place.store } });
    expect(main.code).toBe(6);
    expect(main.outputs["status"]).toBe("failed");
    expect(annotations(main)).toContainEqual(
      expect.objectContaining({
        name: "error",
        properties: expect.objectContaining({ title: "coldstore: not intact" }),
      }),
    );
  });
});

describe.concurrent("a run that can't", () => {
  const cases: readonly (readonly [string, Record<string, string>, number, RegExp])[] = [
    ["without a store: says which line to write", { mode: "verify" }, 2, /store/],
    ["with a release for its store and no token: says so", { token: "" }, 2, /token/],
    ["with an input that there isn't: names the nearest", { stores: "./cold" }, 2, /store/],
    ["with a value that there isn't: names those that there are", { store: "./cold", format: "rar" }, 2, /tar\.gz/],
    ["of a ref that isn't there: says what to check out", { store: "./cold", ref: "v9.9.9" }, 3, /v9\.9\.9/],
  ];
  test.each(cases)("%s", async (_, inputs, code, words) => {
    using place = makeRunnerPlace();
    const { main, post } = await place.job({ event: tag, workspace, inputs });
    expect(main.code, main.stdout + main.stderr).toBe(code);
    const [error] = annotations(main).filter(({ name }) => name === "error");
    expect(error?.data).toMatch(words);
    expect(main.summary).toMatch(words);
    expect(main.outputs["status"]).toBe("failed");
    expect(main.shown).not.toMatch(/^ {4}at /m);
    expect(post.code, post.stdout + post.stderr).toBe(0);
    expectNothingLeft(place);
  });

  test("for want of a checkout: gives the step to write", async () => {
    using place = makeRunnerPlace();
    const { main, post } = await place.job({ event: tag, inputs: { store: place.store } });
    expect(main.code).toBe(3);
    const [error] = annotations(main).filter(({ name }) => name === "error");
    expect(error?.data).toContain("uses: actions/checkout@v");
    expect(main.summary).toContain("uses: actions/checkout@v");
    expect(post.code).toBe(0);
    expectNothingLeft(place);
  });
});

describe.concurrent("a runner that offers less", () => {
  const without = ["GITHUB_STEP_SUMMARY", "GITHUB_ARTIFACTS", "GITHUB_EVENT_PATH", "RUNNER_TEMP"];
  test("no summary, no artifacts, no event, no folder for temporary files: the set is stored all the same", async () => {
    using place = makeRunnerPlace();
    const env = Object.fromEntries(without.map((name) => [name, undefined]));
    const { main, post } = await place.job({ event: tag, workspace, env, inputs: { store: place.store } });
    expectGreen(main);
    expectGreen(post);
    expect(main.outputs["status"]).toBe("ok");
    expectNothingLeft(place);
  });

  test("files for commands that can't be written: the set is stored, and the run says what it couldn't say", async () => {
    using place = makeRunnerPlace();
    const env = {
      GITHUB_STEP_SUMMARY: join(place.path, "no", "summary"),
      GITHUB_ARTIFACTS: join(place.path, "no", "list"),
    };
    const main = await place.run({ event: tag, workspace, env, inputs: { store: place.store } });
    expect(setsIn(place.store)).toHaveLength(1);
    expect(main.outputs["status"]).toBe("ok");
    expect(main.shown).not.toMatch(/^ {4}at /m);
    expect(
      annotations(main)
        .map(({ data }) => data)
        .join("\n"),
    ).toMatch(/summary/);
  });
});
