import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { ColdstoreError, SeveralErrors } from "../../src/model/errors.ts";
import type { Plan } from "../../src/model/details.ts";
import type { Report } from "../../src/model/report.ts";
import { renderJson } from "../../src/render/json.ts";
import { renderText } from "../../src/render/text.ts";
import { schemaProblems } from "../support/json-schema.ts";
import { testWith } from "../support/programs.ts";
import { aPlan, aReport, aSet } from "../support/reports.ts";

const json = (report: Partial<Report>): unknown => JSON.parse(renderJson(aReport(report)));

test("is one line with the schema, the mode, the exit code, and what there is nothing of left out", () => {
  const text = renderJson(aReport());
  expect(text).toBe(
    '{"schema":"coldstore/report/1","mode":"snapshot","exit":0,"status":"ok","problems":[],"outcomes":[]}\n',
  );
});

test("each output stands under its own name as a JSON value", () => {
  const outputs = { set: "v1.4.0", bytes: 12, "tar-sha256": "ab", artifacts: [{ name: "a" }], archive: undefined };
  expect(json({ outputs })).toEqual({
    schema: "coldstore/report/1",
    mode: "snapshot",
    exit: 0,
    status: "ok",
    problems: [],
    outcomes: [],
    set: "v1.4.0",
    bytes: 12,
    "tar-sha256": "ab",
    artifacts: [{ name: "a" }],
  });
});

test("problems name errors first, one by one, and the exit code is the gravest's", () => {
  const store = new ColdstoreError("store", "./cold is full");
  const integrity = new ColdstoreError("integrity", "a.tar.gz is changed");
  expect(
    json({ status: "failed", errors: [new SeveralErrors([store, integrity])], warnings: ["careful"] }),
  ).toMatchObject({
    exit: 6,
    status: "failed",
    problems: [
      { severity: "error", message: "./cold is full" },
      { severity: "error", message: "a.tar.gz is changed" },
      { severity: "warning", message: "careful" },
    ],
  });
});

test("outcomes are as they are in the report", () => {
  const outcome = { outcome: "stored", store: "./cold", file: "a.tar", bytes: 1, seconds: 0.5, proof: "read" } as const;
  expect(json({ outcomes: [outcome] })).toMatchObject({ outcomes: [outcome] });
});

test("a dry run's findings are under plan", () => {
  const set = { project: "acme/app", mode: "snapshot", id: "v1" };
  const since = { set, added: 1, removed: 0, changed: 0, examples: [{ path: "x", change: "added" }] } as const;
  expect(
    json({ status: "planned", details: { kind: "plan", plan: aPlan({ since, expectedSeconds: 2 }) } }),
  ).toMatchObject({
    plan: {
      counts: { files: 2, dirs: 1, symlinks: 0, bytes: 1500 },
      "tar-bytes": 10_240,
      sizes: [{ format: "tar.gz", bytes: 700, exact: true }],
      "biggest-entries": [],
      splits: [],
      policies: { submodules: "fail", lfs: "fail" },
      profiles: [],
      "tracked-but-ignored": [],
      untracked: [],
      credentials: [],
      "outward-links": [],
      since: { set: "acme/app/snapshot/v1", added: 1, examples: [{ path: "x", change: "added" }] },
      "expected-seconds": 2,
    },
  });
});

test("what a set stands to is under made, without its manifest, and a plan's past is as the set's", () => {
  const { manifest } = aSet();
  const [set, before] = ["v2", "v1"].map((id) => ({ project: "acme/app", mode: "snapshot", id }));
  const past = [{ id: "v1", made: "2026-11-22T03:00:00Z", tarBytes: 10, archiveBytes: 5 }];
  const examples = [{ path: "x", change: "removed", bytes: 7 }] as const;
  const since = { set: before!, added: 0, removed: 1, changed: 0, bytes: -7, examples };
  const weights = { biggestEntries: [{ path: "a/b", bytes: 3 }], biggestFolders: [{ path: "a", bytes: 3 }] };
  const report = json({ made: { set: set!, store: "./cold", manifest, ...weights, past, since } });
  const pastRows = [{ id: "v1", made: "2026-11-22T03:00:00Z", "tar-bytes": 10, "archive-bytes": 5 }];
  expect((report as { made: unknown }).made).toEqual({
    set: "acme/app/snapshot/v2",
    store: "./cold",
    "biggest-entries": [{ path: "a/b", bytes: 3 }],
    "biggest-folders": [{ path: "a", bytes: 3 }],
    past: pastRows,
    since: { set: "acme/app/snapshot/v1", added: 0, removed: 1, changed: 0, bytes: -7, examples },
  });
  expect(schemaProblems("report", report)).toEqual([]);
  const planned = json({ status: "planned", details: { kind: "plan", plan: aPlan({ past, since }) } });
  expect(planned).toMatchObject({ plan: { past: pastRows, since: { bytes: -7 } } });
  expect(schemaProblems("report", planned)).toEqual([]);
});

test("what a pull request changes is under the plan's base, known or not", () => {
  const commit = "c".repeat(40);
  const examples = [{ path: "x", change: "removed", bytes: 7 }] as const;
  const counts = { added: 0, removed: 1, changed: 0, bytes: -7, examples };
  const baseOf = (base: NonNullable<Plan["base"]>) => {
    const report = json({ status: "planned", details: { kind: "plan", plan: aPlan({ base }) } });
    expect(schemaProblems("report", report)).toEqual([]);
    return (report as { plan: { base: unknown } }).plan.base;
  };
  expect(baseOf({ kind: "compared", commit, ...counts })).toEqual({ state: "compared", commit, ...counts });
  const missing = baseOf({ kind: "missing", commit, fetchDepth: 2 });
  expect(missing).toEqual({ state: "missing", commit, "fetch-depth": 2 });
  expect(baseOf({ kind: "missing", commit })).toEqual({ state: "missing", commit });
});

test("a list of sets is under sets, each named as the set setting takes it", () => {
  const set = { project: "acme/app", mode: "snapshot", id: "v1" };
  const rows = [{ set, store: "./cold", state: "damaged", bytes: 5, frozen: false, detail: "a is missing" }] as const;
  const listed = json({ mode: "list", details: { kind: "sets", stores: ["./cold"], rows } });
  const row = { store: "./cold", state: "damaged", bytes: 5, frozen: false, detail: "a is missing" };
  expect(listed).toMatchObject({ sets: [{ set: "acme/app/snapshot/v1", ...row }] });
  expect(schemaProblems("report", listed)).toEqual([]);
});

test("what an archive took and left out is under selection, whole, and text has nothing of it", () => {
  const untracked = Array.from({ length: 30 }, (_, i) => `new-${i}`);
  const details = { kind: "selection", selection: { untracked, credentials: [".env"], outwardLinks: ["l"] } } as const;
  const report = json({ mode: "archive", details });
  expect(report).toMatchObject({ selection: { untracked, credentials: [".env"], "outward-links": ["l"] } });
  expect(schemaProblems("report", report)).toEqual([]);
  const text = (more: Partial<Report>) => renderText(aReport({ mode: "archive", ...more }), { color: false });
  expect(text({ details })).toBe(text({}));
});

test("one set is under set-details, with names that aren't UTF-8 also as base64", () => {
  const details = aSet();
  const odd = { path: "\ufffd", pathBytes: Buffer.from([0xff]), type: "file", mode: 0o664, size: 0 } as const;
  expect(json({ mode: "list", details: { ...details, entries: [odd] } })).toMatchObject({
    "set-details": {
      set: "acme/app/snapshot/v1.4.0",
      store: "./cold",
      frozen: false,
      proven: "2026-11-23T04:05:06Z",
      manifest: { schema: "coldstore/manifest/1", seal: "f".repeat(64) },
      entries: [{ path: "\ufffd", "path-bytes": "/w==", type: "file", mode: 0o664, size: 0 }],
    },
  });
});

test("the difference of two sets is under difference", () => {
  const [before, after] = ["v1", "v2"].map((id) => ({ project: "acme/app", mode: "snapshot", id }));
  const entry = { path: "p", type: "file", mode: 0o664, size: 3 } as const;
  const changes = [{ path: "p", change: "added", after: entry }] as const;
  expect(
    json({ mode: "list", details: { kind: "difference", before: before!, after: after!, changes } }),
  ).toMatchObject({
    difference: {
      before: "acme/app/snapshot/v1",
      after: "acme/app/snapshot/v2",
      changes: [{ path: "p", after: entry }],
    },
  });
});

testWith(["python3"], "Python reads it back, also when a name has every kind of character in it", () => {
  const file = 'a\u0000\u001b"\\\u2028日\ud800.txt';
  const text = renderJson(aReport({ outcomes: [{ outcome: "ok", store: "./cold", file }] }));
  const script = "import json,sys; print(json.dumps(json.load(sys.stdin)['outcomes'][0]['file']))";
  const run = spawnSync("python3", ["-c", script], { input: text, encoding: "utf8" });
  expect(JSON.parse(run.stdout)).toBe(file);
});
