import { expect, test } from "vitest";
import { renderJson } from "../../src/render/json.ts";
import { outcomeLine } from "../../src/render/outcome-line.ts";
import { proofText } from "../../src/render/summary-stores.ts";
import { RemoteStore } from "../support/remote-store.ts";
import { exitOf, filesIn, makeWorld, outcomesOf, setFolder } from "../support/world.ts";

const isArchive = (key: string) => key.endsWith(".tar.gz");

function opensOf(store: RemoteStore): string[] {
  return store.calls.flatMap(({ call, key }) => (call === "open" ? key.slice(setFolder.length) : []));
}

test("what a store confirmed by its own digest isn't read back, and every report of it says so", async () => {
  const store = new RemoteStore({ confirms: () => "md5" });
  const world = makeWorld({ place: store.place });
  const report = await world.stored({}, { stores: [store] });
  expect(opensOf(store)).toEqual([]);
  const [outcome] = report.outcomes;
  expect(outcome).toMatchObject({ outcome: "stored", proof: "digest", evidence: [{ by: "md5", files: 4 }] });
  expect(outcomeLine(outcome!)).toContain("proven by digest: md5 that the store reports)");
  expect(proofText(outcome!)).toBe("by digest: md5 that the store reports");
  expect(JSON.parse(renderJson(report))).toMatchObject({ outcomes: [{ evidence: [{ by: "md5", files: 4 }] }] });
  const record = world.place.keys().find((key) => key.includes("/proof-"));
  expect(JSON.parse(world.place.text(record!))).toMatchObject({
    level: "digest",
    evidence: [{ by: "md5", files: 4 }],
  });
});

test("what it didn't confirm is read back", async () => {
  const store = new RemoteStore({ confirms: (key) => (isArchive(key) ? "quickxor" : undefined) });
  const report = await makeWorld({ place: store.place }).stored({}, { stores: [store] });
  expect(opensOf(store)).toHaveLength(3);
  expect(outcomeLine(report.outcomes[0]!)).toContain("digest: 1 by quickxor that the store reports, 3 read back");
});

test.each(["read", "drill"] as const)("with prove: %s every byte is read all the same", async (prove) => {
  const store = new RemoteStore({ confirms: () => "md5" });
  const report = await makeWorld({ place: store.place }).stored({ prove }, { stores: [store] });
  expect(opensOf(store).some(isArchive)).toBe(true);
  expect(report.outcomes).toMatchObject([{ proof: prove, evidence: [{ by: "read", files: 4 }] }]);
});

test("what was put back counts as proven by the store's digest, too", async () => {
  const store = new RemoteStore({ confirms: () => "md5" });
  const world = makeWorld({ place: store.place });
  await world.stored({}, { stores: [store] });
  world.place.drop(`${setFolder}app-1.4.0.tar.gz`);
  const report = await world.snapshot({}, { stores: [store] });
  expect(report.outcomes).toMatchObject([
    { outcome: "repaired", proof: "digest", evidence: [{ by: "md5", files: 1 }] },
  ]);
  expect(opensOf(store)).toEqual([]);
});

test("what a cold tier took without a digest is stored, unproven and red, with what to do", async () => {
  const store = new RemoteStore({ freezes: isArchive });
  const world = makeWorld({ place: store.place });
  const report = await world.snapshot({}, { stores: [store] });
  expect(report.outcomes).toMatchObject([{ outcome: "unproven", proof: "none", evidence: [{ by: "read", files: 3 }] }]);
  expect(report).toMatchObject({ status: "unproven", errors: [{ failure: "store" }] });
  expect(exitOf(report)).toBe(5);
  expect(report.errors[0]!.message).toMatch(
    /^app-1\.4\.0\.tar\.gz of .*\(GLACIER\) is thawed: .* but not proven; thaw it/,
  );
  expect(filesIn(world.place)).toHaveLength(5);
  expect(world.place.keys().filter((key) => key.includes("/proof-"))).toEqual([]);
  expect(outcomesOf(await world.snapshot({}, { stores: [store] }))).toEqual(["unchanged"]);
});

test("in a cold tier the digest that the store confirmed is proof enough", async () => {
  const store = new RemoteStore({ freezes: isArchive, confirms: () => "md5" });
  const report = await makeWorld({ place: store.place }).stored({}, { stores: [store] });
  expect(report.outcomes).toMatchObject([{ outcome: "stored", proof: "digest" }]);
});

test("with prove: none nothing is red", async () => {
  const store = new RemoteStore({ freezes: isArchive });
  const report = await makeWorld({ place: store.place }).stored({ prove: "none" }, { stores: [store] });
  expect(report).toMatchObject({ status: "unproven", errors: [], outcomes: [{ outcome: "unproven", proof: "none" }] });
});
