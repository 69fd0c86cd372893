import { describe, expect, test } from "vitest";
import { ColdstoreError } from "../../src/model/errors.ts";
import type { Outcome, Report } from "../../src/model/report.ts";
import { renderOutputs } from "../../src/render/outputs.ts";
import { failedReport } from "../../src/render/report-errors.ts";
import { renderJson } from "../../src/render/json.ts";
import { outputs } from "../../src/settings/spec/outputs.ts";
import { aReport } from "../support/reports.ts";
import { makeWorld, storedWorld } from "../support/world.ts";

const documented = outputs.map(({ name }) => name);
const ofFolders = documented.filter((name) => !["release-url", "release-id", "upload-url"].includes(name));

test("texts stay as they are, numbers are digits, everything else is JSON, and what is absent is left out", () => {
  const outcomes = [{ outcome: "stored", store: "./cold", bytes: 3 }] as const;
  const hostile = "a\n::set-output name=x::y\r`|<b>";
  const report = aReport({
    outcomes,
    outputs: {
      status: "ok",
      name: hostile,
      bytes: 5_000_000_000_000,
      archive: undefined,
      artifacts: [{ name: hostile }],
    },
  });
  expect(renderOutputs(report, "/tmp/report.json")).toEqual({
    status: "ok",
    name: hostile,
    bytes: "5000000000000",
    artifacts: JSON.stringify([{ name: hostile }]),
    stores: '[{"outcome":"stored","store":"./cold","bytes":3}]',
    report: "/tmp/report.json",
  });
});

test("a run that ended before it had a report gives its status and no store, and no path if nothing was written", () => {
  const report = failedReport("snapshot", new ColdstoreError("settings", "store is missing"));
  expect(renderOutputs(report, undefined)).toEqual({ status: "failed", stores: "[]" });
});

const corrupt = (file: string): Outcome => ({
  outcome: "corrupt",
  store: "s",
  set: "a/b/raw/1",
  file,
  detail: "changed: x",
});
const rowsOf = (report: Partial<Report>, name = "stores") => {
  const text = renderOutputs(aReport(report), undefined)[name]!;
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(100_000);
  return JSON.parse(text) as Outcome[];
};

test("the entries of one file are one row of stores", () => {
  const outcomes = [corrupt("a.tar"), ...Array.from({ length: 1024 }, (_, i) => corrupt(`a.tar: e${i}`))];
  expect(rowsOf({ outcomes })).toEqual([{ ...corrupt("a.tar"), detail: "changed: x\nand 1,024 entries of it" }]);
});

test("what a step's variable can't hold is cut to the worst, and the last row says how much", () => {
  const sound = Array.from({ length: 3000 }, (_, i): Outcome => ({ outcome: "ok", store: "s", set: `é/${i}` }));
  const rows = rowsOf({ outcomes: [...sound, { ...corrupt("f"), detail: "x".repeat(200_000) }] });
  expect(rows[0]).toMatchObject({ outcome: "corrupt", file: "f" });
  expect(rows.length).toBeGreaterThan(1500);
  expect(rows.at(-1)?.detail).toBe(
    `and ${(3001 - rows.length).toLocaleString("en")} more rows; the report has them all`,
  );
  const artifacts = Array.from({ length: 2000 }, (_, i) => ({ name: `f${i}`, size: 1, sha256: "0".repeat(64) }));
  const kept = rowsOf({ outputs: { artifacts } }, "artifacts");
  expect(kept.at(-1)?.detail).toMatch(/^and [\d,]+ more rows; the report has them all$/u);
  expect(kept[0]).toEqual(artifacts[0]);
});

describe("what modes give", () => {
  const path = "/report.json";

  test("a set in a folder gives every documented output but those of a release", async () => {
    const world = makeWorld();
    const stores = [{ kind: "folder", text: world.store.name, path: "/cold" }] as const;
    const report = await world.snapshot({ stores });
    const given = renderOutputs(report, path);
    expect(Object.keys(given).toSorted()).toEqual(ofFolders.toSorted());
    expect(given).toMatchObject({
      status: "ok",
      set: "v1.4.0",
      name: "app-1.4.0",
      archive: "/cold/acme/app/snapshot/v1.4.0/app-1.4.0.tar.gz",
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      bytes: expect.stringMatching(/^\d+$/),
      checksums: "/cold/acme/app/snapshot/v1.4.0/app-1.4.0.SHA256SUMS",
      manifest: "/cold/acme/app/snapshot/v1.4.0/app-1.4.0.coldstore.json",
    });
    const again = renderOutputs(await world.snapshot({ stores }), path);
    expect(again).toMatchObject({ status: "unchanged", archive: given["archive"], artifacts: given["artifacts"] });
  });

  test("an archive in parts has no path, and still its size and digest", async () => {
    const world = makeWorld({ repository: { files: { "a.bin": Buffer.alloc(3 * 2 ** 20, "ab") } } });
    const stores = [{ kind: "folder", text: world.store.name, path: "/cold" }] as const;
    const given = renderOutputs(
      await world.snapshot({ stores, ref: "HEAD", formats: ["tar"], splitSize: 2 ** 20 }),
      path,
    );
    expect(Object.keys(given).toSorted()).toEqual(ofFolders.filter((name) => name !== "archive").toSorted());
  });

  const runs: [string, () => Promise<Report>][] = [
    ["a dry run", async () => makeWorld().snapshot({ dryRun: true })],
    ["a conflict", async () => (await storedWorld()).snapshot({ prefix: "other/" })],
    ["verify", async () => (await storedWorld()).verify()],
    ["list", async () => (await storedWorld()).list()],
  ];
  test.each(runs)("%s gives documented outputs only, and the same as its JSON", async (_, run) => {
    const report = await run();
    const given = renderOutputs(report, path);
    expect(documented).toEqual(expect.arrayContaining(Object.keys(given)));
    const json = JSON.parse(renderJson(report)) as Record<string, unknown>;
    for (const [name, text] of Object.entries({ ...given, stores: "", report: "" }))
      if (text !== "") expect(typeof json[name] === "string" ? json[name] : JSON.stringify(json[name])).toBe(text);
    expect(JSON.parse(given["stores"] ?? "")).toEqual(json["outcomes"]);
    const states = outputs.find(({ name }) => name === "status")?.help;
    expect(states).toContain(given["status"]);
  });
});
