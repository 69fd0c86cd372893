import { expect, test } from "vitest";
import type { ReleasePolicy } from "../../src/adapters/github/release-options.ts";
import { openBuildOutputs } from "../../src/adapters/local/build-outputs.ts";
import { dryRunStore } from "../../src/adapters/wrappers/dry-run-store.ts";
import { addRelease, addTag, addToken } from "../support/github-server/seed.ts";
import { memoryRepository } from "../support/memory-repository.ts";
import { releaseWorld, type ReleaseWorld, usualPolicy } from "../support/release-world.ts";
import { testIo } from "../support/store-fixtures.ts";
import { buildOutputs, makeWorld, smallProject } from "../support/world.ts";

const signal = new AbortController().signal;

/** A project whose tag v1.4.0 is on GitHub, and runs of Coldstore on it. */
async function project(): Promise<ReleaseWorld & { readonly runs: ReturnType<typeof makeWorld> }> {
  const world = await releaseWorld();
  const repository = memoryRepository(smallProject);
  const { commit } = await repository.resolve("v1.4.0", signal);
  addTag(world.server.state, world.repository, "v1.4.0", { commit, message: "release" });
  return { ...world, runs: makeWorld({ repository }) };
}

/** Runs of a commit that no tag names. */
const untagged = () => makeWorld({ repository: { ...smallProject, tags: {} } });
const ofPull = { ref: "HEAD", dryRun: true, base: { commit: "1".repeat(40) } };

test("a pull request has no tag yet, and its dry run is green in the workflow that stores tags in releases, from a fork too", async () => {
  await using world = await project();
  const api = world.api(addToken(world.server.state, { contents: "read" }));
  const report = await untagged().snapshot(ofPull, { stores: [world.store({ api })] });
  expect(report).toMatchObject({
    status: "planned",
    outcomes: [{ outcome: "would-store", detail: "once its commit has a tag" }],
    errors: [],
  });
});

test("without a pull request a set without a tag can't be stored in a release, and a dry run says so", async () => {
  await using world = await project();
  const { status, errors } = await untagged().snapshot({ ref: "HEAD", dryRun: true }, { stores: [world.store()] });
  expect([status, ...errors.map(({ message }) => message)]).toEqual([
    "failed",
    expect.stringMatching(/needs a tag; push one/),
  ]);
});

test("a repository that isn't there stands against a dry run as against the run itself", async () => {
  await using world = await project();
  const store = world.store();
  world.server.state.repositories.clear();
  expect(await dryRunStore(store).preflight({ write: true, bytes: 1 }, testIo())).toMatchObject([
    { failure: "not-found" },
  ]);
  const settings = { ref: "v1.4.0", dryRun: true };
  for (const stores of [[store], [dryRunStore(store)]])
    expect(await world.runs.snapshot(settings, { stores })).toMatchObject({
      status: "failed",
      errors: [{ failure: "not-found", message: expect.stringMatching(/GitHub shows nothing there/) as string }],
    });
});

test("what a release can't take is found on a pull request already", async () => {
  await using world = await project();
  using outputs = buildOutputs({ "app.bin": "" });
  const report = await untagged().snapshot({ ...ofPull, files: ["*"] }, { outputs, stores: [world.store()] });
  expect(report.errors.map(({ message }) => message)).toEqual([expect.stringMatching(/^app\.bin is empty/)]);
});

test("a version is compared with the last one that is published, not with a set in a draft", async () => {
  await using world = await project();
  const stores = () => [world.store()];
  await world.runs.stored({}, { stores: stores() });
  await next("v1.5.0").stored({}, { stores: [world.store({ policy: { ...usualPolicy, draft: true } })] });
  const { made } = await next("v1.6.0").stored({}, { stores: stores() });
  expect(made?.since?.set.id).toBe("v1.4.0");
  expect(made?.past.map(({ id }) => id)).toEqual(["v1.4.0", "v1.6.0"]);

  function next(tag: string): { stored: (typeof world)["runs"]["stored"] } {
    const files = { [tag]: tag };
    const repository = memoryRepository({ ...smallProject, files, tags: { [tag]: "annotated" } });
    const runs = makeWorld({ repository });
    return {
      stored: async (settings, own) => {
        const { commit } = await repository.resolve(tag, signal);
        addTag(world.server.state, world.repository, tag, { commit, message: "release" });
        return runs.stored({ ref: tag, setsBack: 3, ...settings }, own);
      },
    };
  }
});

test("a tag that can never have a release again: the draft is to be deleted, the tag is named, and nothing is promised", async () => {
  await using world = await project();
  world.repository.burntTags.add("v1.4.0");
  const { status, errors } = await world.runs.snapshot({}, { stores: [world.store()] });
  expect(status).toBe("immutable");
  expect(errors.map(({ message }) => message)).toEqual([
    "acme/app/snapshot/v1.4.0 is stored in release, but can never be shown there: its draft can't be published, for the tag v1.4.0 was " +
      "that of an immutable release, since deleted, and GitHub never takes such a tag again; delete the draft and use a new version",
  ]);
});

test("a run that finds the set standing in a draft of an earlier one, and publishes that, says so", async () => {
  await using world = await project();
  await world.runs.stored({}, { stores: [world.store({ policy: { ...usualPolicy, draft: true } })] });
  const news = "published the release v1.4.0";
  const report = await world.runs.stored({}, { stores: [world.store()] });
  expect(report.outcomes).toMatchObject([{ outcome: "unchanged", detail: news }]);
  expect(world.runs.lines).toContain(`${news} in release`);
  const again = await world.runs.stored({}, { stores: [world.store()] });
  expect(again.outcomes[0]?.detail).toBeUndefined();
});

test("what a run was told of a release that is there already isn't dropped without a word, unless it is so already", async () => {
  await using world = await project();
  addRelease(world.server.state, world.repository, "v1.4.0");
  const warningsOf = async (policy: Partial<ReleasePolicy>) =>
    (await world.runs.stored({}, { stores: [world.store({ policy: { ...usualPolicy, ...policy } })] })).warnings;
  const there = "used: the release v1.4.0 was there already, and Coldstore only adds files to it";
  expect(await warningsOf({ draft: true, prerelease: true, latest: false })).toEqual([
    `draft, prerelease, latest aren't ${there}`,
  ]);
  expect(await warningsOf({ prerelease: true })).toEqual([`prerelease isn't ${there}`]);
  expect(await warningsOf({ prerelease: false, latest: true })).toEqual([]);
});

test("a pull request that hasn't built what files name is red, and told what would be archived all the same", async () => {
  const outputs = openBuildOutputs("/nowhere/at/all");
  const report = await untagged().snapshot({ ...ofPull, files: ["dist/*"] }, { outputs });
  expect(report).toMatchObject({ status: "failed", details: { kind: "plan", plan: { counts: { files: 3 } } } });
  expect(report.errors.map(({ message }) => message)).toEqual([
    `files: "dist/*" matches no file in the source's folder; build it first, or correct the pattern`,
  ]);
});

test("a dry run that finds the whole set in a draft of Coldstore's says that a run would publish it", async () => {
  await using world = await project();
  await world.runs.stored({}, { stores: [world.store({ policy: { ...usualPolicy, draft: true } })] });
  const dry = async () => (await world.runs.snapshot({ dryRun: true }, { stores: [world.store()] })).outcomes;
  const detail = "it is a draft; a run without draft publishes it";
  expect(await dry()).toMatchObject([{ outcome: "unchanged", detail }]);
  await world.runs.stored({}, { stores: [world.store()] });
  expect((await dry())[0]?.detail).toBeUndefined();
});
