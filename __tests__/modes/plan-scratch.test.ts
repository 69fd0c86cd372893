import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { ArchiveFormat } from "../../src/model/manifest.ts";
import type { StoreAddress } from "../../src/model/store-address.ts";
import type { Ports } from "../../src/ports/ports.ts";
import { planScratch } from "../../src/modes/plan-scratch.ts";
import { snapshotDefaults } from "../support/world.ts";
import { testIo } from "../support/store-fixtures.ts";

const folder: StoreAddress = { kind: "folder", text: "./cold", path: "/srv/cold" };
const release: StoreAddress = { kind: "release", text: "release" };
const MB = 1_000_000;

interface Case {
  readonly stores?: readonly StoreAddress[];
  readonly free?: number;
  readonly keeps?: boolean;
  readonly splitSize?: number;
  readonly bytes?: number;
  readonly joined?: number;
  readonly formats?: readonly ArchiveFormat[];
}

const tarGz: readonly ArchiveFormat[] = ["tar.gz"];

async function plan({ stores = [release], free, keeps = false, splitSize, ...sizes }: Case) {
  const { bytes = 1000 * MB, joined = 0, formats = tarGz } = sizes;
  const lines: string[] = [];
  const ports = {
    workspace: { freeBytes: async () => free, ...(keeps && { keep: async () => "/kept" }) },
    log: { event: (line: string) => void lines.push(line) },
  } as unknown as Ports;
  const order = {
    settings: { ...snapshotDefaults, stores, formats, ...(splitSize !== undefined && { splitSize }) },
    name: "app",
    files: joined === 0 ? [] : [{ name: "a", path: "/a", bytes: joined, sha256: "" }],
    tarBytes: 4 * bytes,
    estimate: async () => formats.map((format) => ({ format, bytes, exact: false })),
  };
  const { bounded, errors } = await planScratch(order, ports, testIo());
  return { bounded, errors: errors.map(({ message }) => message), lines };
}

test.each<[string, Case, boolean]>([
  ["is split, and nothing here is to outlive the run", { splitSize: 100 * MB }, true],
  ["isn't split", {}, false],
  ["is hardly more than one part", { splitSize: 800 * MB }, false],
  ["goes to a folder of this machine as well", { splitSize: 100 * MB, stores: [release, folder] }, false],
  ["is made in a folder of this machine", { splitSize: 100 * MB, stores: [folder] }, false],
  ["is for later steps, too, and there is room", { splitSize: 100 * MB, keeps: true, free: 1500 * MB }, false],
  ["is for later steps, too, and there is little room", { splitSize: 100 * MB, keeps: true, free: 1400 * MB }, true],
  ["is for later steps, too, and nobody knows the room", { splitSize: 100 * MB, keeps: true }, true],
])("an archive that %s", async (_, each, bounded) => {
  const { bounded: found, errors, lines } = await plan(each);
  expect([found, errors]).toEqual([bounded, []]);
  expect(lines).toHaveLength(bounded && each.keeps === true ? 1 : 0);
});

test("later steps that get no parts are told why", async () => {
  const { lines } = await plan({ splitSize: 100 * MB, keeps: true, free: 1200 * MB });
  expect(lines).toEqual([
    "parts of app leave scratch as soon as they are stored, for all of it would be about 1.0 GB of 1.2 GB free: later steps don't get them",
  ]);
});

test.each<[string, Case, RegExp | undefined]>([
  [
    "whole",
    { free: 990 * MB },
    /^making app needs about 1\.0 GB .* and 10 MB of that is missing: .*, or set split-size to 377MiB: /,
  ],
  ["whole with its build outputs", { free: 1020 * MB, joined: 50 * MB }, /1\.1 GB .* and 30 MB of that is missing/],
  [
    "in parts",
    { free: 190 * MB, splitSize: 100 * MB },
    /about 200 MB .* 10 MB of that is missing: .* smaller split-size, 72MiB: /,
  ],
  ["in parts that fit", { free: 210 * MB, splitSize: 100 * MB }, undefined],
  ["for a folder that isn't first", { free: 1 * MB, stores: [release, folder] }, /name the folder first under store/],
  ["on a folder's disk, which that store looks at", { free: 1 * MB, stores: [folder] }, undefined],
])("room for an archive %s", async (_, each, problem) => {
  const { errors } = await plan(each);
  expect(errors).toEqual(problem === undefined ? [] : [expect.stringMatching(problem)]);
});

test("the split-size that is advised gives all formats room", async () => {
  const seed = Number(process.env["COLDSTORE_TEST_SEED"] ?? 1);
  const numRuns = Number(process.env["COLDSTORE_TEST_COUNT"] ?? 200);
  const several = fc.subarray<ArchiveFormat>(["tar", "tar.gz", "tar.zst", "zip"], { minLength: 1 });
  const size = fc.integer({ min: 1, max: 2000 * MB });
  const cases = fc.record({ formats: several, bytes: size, free: size, joined: fc.integer({ min: 0, max: 20 * MB }) });
  const split = fc.option(size, { nil: undefined });
  await fc.assert(
    fc.asyncProperty(cases, split, async (each, splitSize) => {
      const { errors } = await plan({ ...each, ...(splitSize !== undefined && { splitSize }) });
      const advised = /split-size(?: to|,) (\d+)MiB/.exec(errors.join())?.[1];
      if (advised === undefined) return;
      const better = Number(advised) * 1024 * 1024;
      expect(better).toBeLessThan(splitSize ?? Infinity);
      expect(await plan({ ...each, splitSize: better })).toMatchObject({ bounded: true, errors: [] });
    }),
    { seed, numRuns },
  );
});

test.each<[string, Case]>([
  ["hardly any room", { free: 2 * MB }],
  ["room for too many parts alone", { free: 3 * MB, bytes: 1100 * MB }],
])("no split-size is advised where there is %s", async (_, each) => {
  const { errors } = await plan(each);
  expect(errors).toEqual([
    expect.stringMatching(/: free some space, or set TMPDIR \(in Actions RUNNER_TEMP\) to a disk with more$/),
  ]);
});
