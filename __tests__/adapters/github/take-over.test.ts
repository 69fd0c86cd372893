import { expect, test } from "vitest";
import { addAsset, addTag } from "../../support/github-server/seed.ts";
import { memoryRepository } from "../../support/memory-repository.ts";
import { releaseWorld, type ReleaseWorld } from "../../support/release-world.ts";
import { sha256Of } from "../../support/store-fixtures.ts";
import { buildOutputs, makeWorld, smallProject } from "../../support/world.ts";

const five = ["RESTORE.md", "SHA256SUMS", "coldstore.json", "files.jsonl.gz", "tar.gz"].map(
  (end) => `app-1.4.0.${end}`,
);
const quietMs = 300_000;

/** A world in which a run was killed once its build output was in the draft. */
async function broken(): Promise<ReleaseWorld & { readonly runs: ReturnType<typeof makeWorld> }> {
  const world = await releaseWorld();
  const repository = memoryRepository(smallProject);
  const { commit } = await repository.resolve("v1.4.0", new AbortController().signal);
  addTag(world.server.state, world.repository, "v1.4.0", { commit, message: "release" });
  const runs = makeWorld({ repository });
  using outputs = buildOutputs({ "tool.bin": "built once" });
  world.server.faults.next({ match: { origin: "uploads" }, after: 4, times: 99, kind: { status: 503 } });
  await runs.snapshot({ files: ["tool.bin"], formats: ["tar.gz", "zip"] }, { stores: [world.store()], outputs });
  world.server.faults.clear();
  expect(Object.keys(world.files())).toContain("tool.bin");
  return { ...world, runs };
}

/** Makes all that is there as much older. */
function age(world: ReleaseWorld, ms: number): void {
  for (const { assets } of world.releases())
    for (const [id, asset] of assets) assets.set(id, { ...asset, created: asset.created - ms });
}

for (const [when, ms, quiet] of [
  ["at once when nothing has come for a while", 400_000, quietMs],
  ["after a wait when it's young", 0, 1500],
] as const)
  test(`what a broken run left in a draft of Coldstore's is replaced ${when}, and the release holds exactly the set`, async () => {
    await using world = await broken();
    age(world, ms);
    using outputs = buildOutputs({ "tool.bin": "built again" });
    const stores = [world.store({ quietMs: quiet })];
    const report = await world.runs.snapshot({ files: ["tool.bin"] }, { stores, outputs });
    expect(report.errors).toEqual([]);
    expect(world.releases()).toMatchObject([{ draft: false }]);
    expect(Object.keys(world.files()).sort()).toEqual([...five, "tool.bin"].sort());
    expect(world.files()["tool.bin"]).toBe(sha256Of("built again"));
    const verified = await world.runs.verify({ level: "read" }, { stores: [world.store()] });
    expect(verified.errors).toEqual([]);
  });

test("with on-conflict: replace the release holds exactly the set, and what others put there", async () => {
  await using world = await broken();
  age(world, 400_000);
  const [release] = world.releases();
  if (release !== undefined) addAsset(world.server.state, release, "others.deb", "deb");
  using outputs = buildOutputs({ "tool.bin": "built again" });
  const settings = { files: ["tool.bin"], onConflict: "replace" } as const;
  await world.runs.stored(settings, { stores: [world.store({ quietMs })], outputs });
  expect(world.releases()).toMatchObject([{ draft: false }]);
  const beside = five.map((name) => name.replace("1.4.0.", "1.4.0-r2."));
  expect(Object.keys(world.files()).sort()).toEqual([...beside, "tool-r2.bin", "others.deb"].sort());
  const verified = await world.runs.verify({ level: "read" }, { stores: [world.store()] });
  expect(verified.errors).toEqual([]);
});

for (const place of ["a draft into which another run puts files", "somebody else's draft", "a published release"])
  test(`what a broken run left stays in ${place}`, async () => {
    await using world = await broken();
    age(world, place.startsWith("a draft") ? -60_000 : 400_000);
    const [release] = world.releases();
    if (release !== undefined && place === "a published release") release.draft = false;
    if (release !== undefined && place === "somebody else's draft") release.body = "by hand";
    const before = world.files();
    using outputs = buildOutputs({ "tool.bin": "built again" });
    const stores = [world.store({ quietMs })];
    const report = await world.runs.snapshot({ files: ["tool.bin"] }, { stores, outputs });
    expect(report.errors).toMatchObject([{ failure: "conflict" }]);
    expect(world.files()).toMatchObject(before);
  });
