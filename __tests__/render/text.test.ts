import { describe, expect, test } from "vitest";
import type { EntryChange, Plan, SetRow } from "../../src/model/details.ts";
import { ColdstoreError, SeveralErrors } from "../../src/model/errors.ts";
import type { Outcome, Report } from "../../src/model/report.ts";
import { exitOf, failedReport } from "../../src/render/report-errors.ts";
import { renderJson } from "../../src/render/json.ts";
import { renderText } from "../../src/render/text.ts";
import { aPlan, aReport, aSet } from "../support/reports.ts";

const text = (report: Partial<Report>) => renderText(aReport(report), { color: false });
const lines = (report: Partial<Report>) => text(report).trimEnd().split("\n");

const stored: Outcome = {
  outcome: "stored",
  store: "./cold",
  set: "acme/app/snapshot/v1.4.0",
  file: "app-1.4.0.tar.gz",
  bytes: 1_234_567,
  seconds: 3.41,
};

describe("the first line", () => {
  const outputs = { set: "v1.4.0" };
  const one = new ColdstoreError("store", "./cold is full: 3 MB are free, 12 MB are needed; make room and run again");
  const two = new ColdstoreError("source", "docs/a.pdf can't be read; give yourself permission to read it");
  test.each<[string, Partial<Report>, string]>([
    ["stored", { outputs, outcomes: [stored] }, "ok: v1.4.0 is stored and proven in ./cold"],
    [
      "stored in two stores",
      { outputs, outcomes: [stored, { ...stored, store: "/mnt/b" }, stored] },
      "ok: v1.4.0 is stored and proven in ./cold, /mnt/b",
    ],
    ["unchanged", { outputs, status: "unchanged", outcomes: [stored] }, "ok: v1.4.0 is unchanged in ./cold"],
    ["a dry run", { outputs, status: "planned" }, "ok: v1.4.0 would be made (dry run)"],
    ["without proof", { outputs, status: "unproven" }, "unproven: v1.4.0 is stored, not proven"],
    [
      "unchanged and never proven",
      { outputs, status: "unproven", outcomes: [{ outcome: "unchanged", store: "./cold" }] },
      "unproven: v1.4.0 is unchanged, but was never proven in ./cold; verify it",
    ],
    [
      "never proven in one of two stores",
      {
        outputs,
        status: "unproven",
        outcomes: [{ outcome: "repaired", store: "./a", proof: "digest" }, stored],
      },
      "unproven: v1.4.0 is repaired, but was never proven in ./a; verify it",
    ],
    ["partial", { outputs, status: "partial" }, "partial: v1.4.0 is stored, without what was allowed to be missing"],
    ["conflict", { outputs, status: "conflict" }, "failed: v1.4.0 is there with other content"],
    ["immutable", { outputs, status: "immutable" }, "failed: v1.4.0 can't be changed any more"],
    ["stale", { outputs, status: "stale" }, "failed: v1.4.0 is stale"],
    ["failed without a word", { status: "failed" }, "failed: snapshot failed"],
    ["one error", { status: "failed", errors: [one] }, `failed: ${one.message}`],
    ["two errors", { status: "failed", errors: [one, two] }, "failed: 2 problems"],
    ["several in one", { status: "failed", errors: [new SeveralErrors([one, two, one])] }, "failed: 3 problems"],
    ["an error beside a good status", { outputs, errors: [one] }, `failed: ${one.message}`],
    [
      "verified",
      { mode: "verify", outcomes: [{ outcome: "ok", store: "./cold", set: "a/b/snapshot/1" }] },
      "ok: 1 set verified in ./cold",
    ],
    [
      "verified by listing",
      {
        mode: "verify",
        status: "unproven",
        outcomes: [{ outcome: "unproven", store: "./cold", set: "a/b/snapshot/1" }],
      },
      "unproven: names and sizes of 1 set are right in ./cold; no bytes were read",
    ],
    ["nothing to verify", { mode: "verify" }, "ok: 0 sets verified"],
    ["sets", { mode: "list", details: { kind: "sets", stores: ["./cold"], rows: [] } }, "ok: 0 sets"],
    ["one set", { mode: "list", details: aSet() }, "ok: acme/app/snapshot/v1.4.0"],
  ])("%s", (_, report, line) => {
    expect(lines(report)[0]).toBe(line);
  });

  test("is green, yellow or red with colours", () => {
    const first = (report: Report) => renderText(report, { color: true }).split(":")[0];
    expect(first(aReport())).toBe("\u001b[32mok");
    expect(first(aReport({ status: "unproven" }))).toBe("\u001b[33munproven");
    expect(first(failedReport("verify", one))).toBe("\u001b[31mfailed");
  });
});

describe("outcomes", () => {
  test.each<[Outcome, string]>([
    [stored, "stored app-1.4.0.tar.gz (1.2 MB, 3.4 s) in ./cold"],
    [{ ...stored, proof: "digest" }, "stored app-1.4.0.tar.gz (1.2 MB, 3.4 s, proven by digest) in ./cold"],
    [
      { ...stored, outcome: "repaired", proof: "digest", proven: "2026-11-24T03:40:14Z" },
      "repaired app-1.4.0.tar.gz (1.2 MB, 3.4 s, what was put back is proven by digest) in ./cold",
    ],
    [{ ...stored, proof: "none" }, "stored app-1.4.0.tar.gz (1.2 MB, 3.4 s, not proven) in ./cold"],
    [
      { outcome: "unchanged", store: "./cold", set: "a/b/snapshot/v1", proven: "2026-11-22T02:15:00Z" },
      "unchanged a/b/snapshot/v1 (last proven 2026-11-22 02:15:00 UTC) in ./cold",
    ],
    [{ outcome: "would-store", store: "./cold", file: "a.tar", bytes: 12 }, "would store a.tar (12 B) in ./cold"],
    [
      { outcome: "ok", store: "./cold", set: "a/b/snapshot/v1", proof: "read" },
      "ok a/b/snapshot/v1 (proven by reading back) in ./cold",
    ],
    [
      { outcome: "missing", store: "./cold", file: "a.tar.gz", detail: "run snapshot again to put it back" },
      "missing a.tar.gz in ./cold: run snapshot again to put it back",
    ],
    [
      { outcome: "missing", store: "./cold", set: "a/b/snapshot/v1", file: "a.tar.gz" },
      "missing a.tar.gz of a/b/snapshot/v1 in ./cold",
    ],
    [
      { outcome: "failed", store: "./cold", set: "a/b/snapshot/v1", detail: "full\nread-only" },
      "failed a/b/snapshot/v1 in ./cold: full; read-only",
    ],
    [
      {
        outcome: "unchanged",
        store: "./cold",
        set: "a/b/snapshot/v1",
        proven: "2026-11-22T02:15:00Z",
        detail: "last proven 2026-11-22T02:15:00Z",
      },
      "unchanged a/b/snapshot/v1 in ./cold: last proven 2026-11-22T02:15:00Z",
    ],
    [{ outcome: "unknown", store: "./cold" }, "unknown in ./cold"],
    [
      { outcome: "corrupt", store: "./c\u001bold", file: "a\nb\u202e", detail: "x\r" },
      "corrupt a\\nb\\u202e in ./c\\x1bold: x\\r",
    ],
  ])("%j", (outcome, line) => {
    expect(lines({ outcomes: [outcome] })[1]).toBe(line);
  });
});

describe("warnings and errors", () => {
  const message = "a.tar.gz is 3 bytes short in ./cold; run snapshot again to put it back";
  const other = new ColdstoreError("store", "./other can't be read; check its permissions");

  test("come last, each on its own line, with what an outcome said not said twice", () => {
    const report = {
      outcomes: [{ outcome: "corrupt", store: "./cold", file: "a.tar.gz", detail: message }] as const,
      warnings: ["2 files are not committed: a, b\nc"],
      errors: [new ColdstoreError("integrity", message), other],
    };
    expect(lines(report)).toEqual([
      "failed: 2 problems",
      `corrupt a.tar.gz in ./cold: ${message}`,
      "warning: 2 files are not committed: a, b\\nc",
      `error: ${other.message}`,
    ]);
  });

  test("an error that says of a set what its outcome said is not said twice", () => {
    const set = "acme/app/snapshot/v1";
    const report = {
      mode: "verify",
      outcomes: [
        { outcome: "corrupt", store: "./cold", set, file: "a.tar.gz", detail: "truncated: 3 bytes short" },
        { outcome: "missing", store: "./cold", set, file: "b", detail: "missing: make it again" },
      ] as const,
      errors: [
        new ColdstoreError("integrity", `${set} in ./cold: a.tar.gz: truncated: 3 bytes short`),
        new ColdstoreError("integrity", `${set} in ./cold: b: missing: make it again`),
      ],
    };
    expect(lines(report)).toEqual([
      "failed: 1 of 1 set is damaged in ./cold (2 problems)",
      `corrupt a.tar.gz of ${set} in ./cold: truncated: 3 bytes short`,
      `missing b of ${set} in ./cold: missing: make it again`,
    ]);
  });

  test("a set that can't be changed any more is said to be so, with its way out", () => {
    const sentence = "the release v1 is immutable and has other files; use another tag";
    const report = {
      status: "immutable",
      outcomes: [{ outcome: "immutable", store: "release", set: "a/b/snapshot/v1", detail: sentence }],
      errors: [new ColdstoreError("immutable", sentence)],
    } as const;
    expect(lines(report)).toEqual([`failed: ${sentence}`, "immutable a/b/snapshot/v1 in release"]);
    expect(exitOf(aReport(report))).toBe(10);
  });

  test.each([
    [new ColdstoreError("immutable", "a"), "immutable"],
    [new SeveralErrors([new ColdstoreError("conflict", "a"), new ColdstoreError("conflict", "b")]), "conflict"],
    [new SeveralErrors([new ColdstoreError("conflict", "a"), other]), "failed"],
    [other, "failed"],
  ])("the status of such an error is its own where there's a word for it", (error, status) => {
    expect(failedReport("snapshot", error).status).toBe(status);
  });

  test("an error before there was a report is a report of its own", () => {
    expect(renderText(failedReport("list", other), { color: false })).toBe(`failed: ${other.message}\n`);
  });
});

describe("a dry run", () => {
  test("of a plain repository is short", () => {
    const details = { kind: "plan", plan: aPlan() } as const;
    expect(lines({ status: "planned", details }).slice(1)).toEqual([
      "entries  2 files, 1 folder, 1.5 kB",
      "tar      10 kB",
      "tar.gz   700 B",
      "nothing was written",
    ]);
  });

  test.each([[["tar"]], [["tar", "tar.gz"]]])("of the formats %j says the tar's size once", (formats) => {
    const sizes = formats.map((format) => ({ format, bytes: format === "tar" ? 10_240 : 700, exact: true }));
    const details = { kind: "plan", plan: aPlan({ sizes }) } as const;
    expect(lines({ status: "planned", details }).filter((line) => /^tar +10 kB$/.test(line))).toHaveLength(1);
  });

  test("tells all that it found", () => {
    const plan = aPlan({
      counts: { files: 78_114, dirs: 9321, symlinks: 3, bytes: 590e6 },
      tarBytes: 625e6,
      sizes: [{ format: "tar.gz", bytes: 129.4e6, exact: false }],
      biggestEntries: [
        { path: "a/three.js", bytes: 12_345_678 },
        { path: "b\n", bytes: 999 },
      ],
      biggestFolders: [{ path: "a", bytes: 300e6 }],
      submodules: [{ path: "vendor/x", commit: "f".repeat(40) }],
      lfs: [{ path: "model.bin", oid: "0".repeat(64), bytes: 2e9 }],
      exportSubst: [{ path: "version.txt", line: "  $Format:%h$ " }],
      since: {
        set: { project: "acme/app", mode: "snapshot", id: "v1.3.0" },
        added: 2,
        removed: 1,
        changed: 1000,
        examples: [
          { path: "new", change: "added" },
          { path: "gone", change: "removed" },
          { path: "other", change: "changed" },
        ],
      },
      expectedSeconds: 8.4,
    });
    expect(lines({ status: "planned", details: { kind: "plan", plan } }).slice(1)).toEqual([
      "entries  78,114 files, 9,321 folders, 3 links, 590 MB",
      "tar      625 MB",
      "tar.gz   about 129 MB",
      "time     about 8.4 s",
      "biggest entries",
      "    12 MB  a/three.js",
      "    999 B  b\\n",
      "biggest folders",
      "   300 MB  a",
      "1 submodule stops the run",
      "  vendor/x at ffffffffffff",
      "1 Git LFS pointer stops the run, standing for 2.0 GB",
      "   2.0 GB  model.bin",
      "1 line that export-subst fills in differently in a plain git archive",
      "  version.txt: $Format:%h$",
      "since acme/app/snapshot/v1.3.0: 2 added, 1 removed, 1,000 changed",
      "  + new",
      "  - gone",
      "  ~ other",
      "    and 1,000 more",
      "nothing was written",
    ]);
  });

  const commit = { commit: "c".repeat(40) };
  const changes = [
    { path: "a\u001b[2J", change: "added", bytes: 7 },
    { path: "b", change: "removed", bytes: 3 },
  ] as const;

  const planned = (changes: Partial<Plan>) =>
    lines({ status: "planned", details: { kind: "plan", plan: aPlan(changes) } }).slice(4, -1);

  test("of a folder tells which files were chosen, and which weren't", () => {
    const found = {
      engine: "git",
      splits: [
        { format: "tar.gz", parts: 3, exact: false },
        { format: "zip", parts: 2, exact: true },
      ],
      profiles: [{ name: "rust", patterns: ["target/debug/", "**/*.rs.bk"] }],
      trackedButIgnored: ["dist/app.js"],
      untracked: ["a.txt", "b\u001b[2J", "日本"],
      credentials: [".env", "key.pem"],
      outwardLinks: ["etc", "up"],
    } as const;
    expect(planned(found)).toEqual([
      "parts       about 3 of tar.gz, 2 of zip",
      "ignored by  .gitignore files, as git reads them",
      "3 untracked files go in",
      "  a.txt",
      "  b\\x1b[2J",
      "  日本",
      "2 files that look like credentials stay out (name them under include to take them)",
      "  .env",
      "  key.pem",
      "1 tracked file goes in although .gitignore names it",
      "  dist/app.js",
      "2 links lead out of the folder",
      "  etc",
      "  up",
      "ignore-profile rust leaves out what 2 patterns match",
      "  target/debug/",
      "  **/*.rs.bk",
    ]);
  });

  test.each<[Plan["base"], Partial<Plan>, readonly string[]]>([
    [
      { kind: "compared", ...commit, added: 30, removed: 1, changed: 0, bytes: 1000, examples: changes },
      {},
      ["against the base cccccccccc: 30 enter, 1 leaves (+1.0 kB)", "  + a\\x1b[2J", "  - b", "    and 29 more"],
    ],
    [
      { kind: "compared", ...commit, added: 0, removed: 0, changed: 0, bytes: 0, examples: [] },
      { engine: "git" },
      [
        "ignored by  .gitignore files, as git reads them",
        "against the base cccccccccc: nothing differs; only what git tracks is compared, as both commits have it",
      ],
    ],
    [
      { kind: "missing", ...commit, fetchDepth: 2 },
      {},
      [
        "the base commit cccccccccc isn't in this clone, or not all of it, so what differs from it can't be told; check out with fetch-depth: 2 to have it",
      ],
    ],
  ])("of a pull request tells what it changes: %#", (base, more, expected) => {
    expect(planned({ ...more, ...(base && { base }) })).toEqual(expected);
  });

  test.each<[Plan["policies"], number, readonly [string, string]]>([
    [
      { submodules: "include", lfs: "include" },
      1,
      ["1 submodule goes in with its content", "1 Git LFS file goes in with its content, 2.0 GB"],
    ],
    [
      { submodules: "include", lfs: "include" },
      2,
      ["2 submodules go in with their content", "2 Git LFS files go in with their content, 4.0 GB"],
    ],
    [
      { submodules: "exclude", lfs: "pointers" },
      1,
      ["1 submodule goes in as an empty folder", "1 Git LFS pointer goes in as it is, standing for 2.0 GB"],
    ],
    [
      { submodules: "exclude", lfs: "pointers" },
      2,
      ["2 submodules go in as empty folders", "2 Git LFS pointers go in as they are, standing for 4.0 GB"],
    ],
    [
      { submodules: "fail", lfs: "fail" },
      2,
      ["2 submodules stop the run", "2 Git LFS pointers stop the run, standing for 4.0 GB"],
    ],
  ])("with %j says what becomes of %i submodules and pointers", (policies, count, titles) => {
    const many = Array.from({ length: count });
    const found = planned({
      policies,
      submodules: many.map((_, i) => ({ path: `lib${i}`, commit: "f".repeat(40) })),
      lfs: many.map((_, i) => ({ path: `model${i}`, oid: "0".repeat(64), bytes: 2e9 })),
    });
    expect(found.filter((line) => !line.startsWith(" "))).toEqual(titles);
    expect(found).toHaveLength(2 + 2 * count);
  });

  test("shows the first twenty of a long list to a person, and all of it to a program", () => {
    const untracked = Array.from({ length: 1234 }, (_, i) => `file-${i}`);
    expect(planned({ untracked })).toEqual([
      "1,234 untracked files go in",
      ...untracked.slice(0, 20).map((path) => `  ${path}`),
      "    and 1,214 more",
    ]);
    expect(planned({ untracked: untracked.slice(0, 20) })).toHaveLength(21);
    const report = aReport({ status: "planned", details: { kind: "plan", plan: aPlan({ untracked }) } });
    expect(JSON.parse(renderJson(report))).toMatchObject({ plan: { untracked } });
  });
});

describe("a list of sets", () => {
  const row = (project: string, id: string, made?: string, rest: Partial<SetRow> = {}): SetRow => ({
    set: { project, mode: "snapshot", id },
    store: "./cold",
    state: "complete",
    bytes: 1_200_000,
    frozen: false,
    ...(made !== undefined && { made }),
    ...rest,
  });

  test("is a table by project, the newest last", () => {
    const rows = [
      row("b/app", "v2", "2026-11-22T02:15:00Z", { frozen: true, proven: "2026-11-22T02:16:00Z" }),
      row("b/app", "v1", "2026-10-22T02:15:00Z", { bytes: 12 }),
      row("a/日本", "v9", "2027-01-01T00:00:00Z", { state: "damaged" }),
      row("b/app", "v3", undefined, { state: "incomplete" }),
    ];
    expect(lines({ mode: "list", details: { kind: "sets", stores: ["./cold"], rows } })).toEqual([
      "warning: 4 sets, 1 of them damaged, 1 incomplete",
      "set                 made (UTC)             size  proven (UTC)         state       frozen",
      "a/日本/snapshot/v9  2027-01-01 00:00:00  1.2 MB  never                damaged",
      "b/app/snapshot/v3   -                    1.2 MB  never                incomplete",
      "b/app/snapshot/v1   2026-10-22 02:15:00    12 B  never                complete",
      "b/app/snapshot/v2   2026-11-22 02:15:00  1.2 MB  2026-11-22 02:16:00  complete    frozen",
    ]);
    expect(rows[0]?.set.id).toBe("v2");
  });

  test("of several stores says in which each set is", () => {
    const rows = [
      row("a/b", "v1", "2026-11-22T02:15:00Z"),
      row("a/b", "v1", "2026-11-22T02:15:00Z", { store: "/n\n" }),
    ];
    const details = { kind: "sets", stores: ["./cold", "/n\n"], rows } as const;
    expect(lines({ mode: "list", details })).toEqual([
      "ok: 2 sets",
      "set              made (UTC)             size  proven (UTC)  state     frozen  store",
      "a/b/snapshot/v1  2026-11-22 02:15:00  1.2 MB  never         complete          ./cold",
      "a/b/snapshot/v1  2026-11-22 02:15:00  1.2 MB  never         complete          /n\\n",
    ]);
  });

  test("with a damaged one is yellow, and counts it", () => {
    const rows = [row("a/b", "v1", undefined, { state: "damaged", detail: "it is broken" })];
    const details = { kind: "sets", stores: ["./cold"], rows } as const;
    const first = renderText(aReport({ mode: "list", details }), { color: true }).split("\n")[0];
    expect(first).toBe("\u001b[33mwarning:\u001b[39m 1 set, 1 of them damaged");
  });

  test("of an empty store is the first line alone", () => {
    expect(text({ mode: "list", details: { kind: "sets", stores: ["./cold"], rows: [] } })).toBe("ok: 0 sets\n");
  });
});

test("one set has its metadata, its files, and its entries in the manner of tar", () => {
  expect(lines({ mode: "list", details: aSet() })).toEqual([
    "ok: acme/app/snapshot/v1.4.0",
    "set           acme/app/snapshot/v1.4.0",
    "store         ./cold",
    `commit        ${"c".repeat(40)}`,
    "committed     2026-11-22 02:15:00 UTC",
    "tag           v1.4.0",
    "tree          1 file, 1 folder, 1 link, 1.2 kB",
    "prefix        app-1.4.0/",
    "export-subst  stable",
    "formats       tar.gz",
    `tar           10 kB, sha256 ${"a".repeat(64)}`,
    `content       ${"e".repeat(64)}`,
    "made          2026-11-22 03:00:00 UTC by coldstore 0.1.0 (git 2.39.5)",
    "proven        2026-11-23 04:05:06 UTC",
    "frozen        no",
    "files (2)",
    `  size  sha256${" ".repeat(60)}name`,
    `1.2 MB  ${"1".repeat(64)}  app-1.4.0.tar.gz`,
    `  90 B  ${"2".repeat(64)}  app-1.4.0.SHA256SUMS`,
    "entries (3)",
    "drwxrwxr-x    0 src/",
    "-rwxrwxr-x 1234 src/run.sh",
    "lrwxrwxrwx    0 src/link -> run.sh",
  ]);
});

test("a set's free text can't act on the terminal, and uncommitted changes are told", () => {
  const details = aSet();
  const run = {
    ...details.manifest.run,
    notes: ["first\u001b[2J", "second"],
    contacts: ["ops@acme.example"],
    milestone: "M1",
    branch: "main",
    origin: "https://example.com/acme/app",
    dirty: { modified: 2, deleted: 0, untracked: 1 },
  };
  const shown = lines({ mode: "list", details: { ...details, manifest: { ...details.manifest, run } } });
  expect(shown).toEqual(
    expect.arrayContaining([
      "branch        main",
      "origin        https://example.com/acme/app",
      "uncommitted   2 modified, 0 deleted, 1 untracked (not in the set)",
      "milestone     M1",
      "note          first\\x1b[2J",
      "note          second",
      "contact       ops@acme.example",
    ]),
  );
});

describe("a difference", () => {
  const set = (id: string) => ({ project: "acme/app", mode: "snapshot", id });
  const file = (size: number, sha256 = "0", mode = 0o664) => ({ path: "p", type: "file", mode, size, sha256 }) as const;
  const link = (target: string) => ({ path: "p", type: "symlink", mode: 0o777, size: 0, link: target }) as const;
  const dir = { path: "p", type: "dir", mode: 0o775, size: 0 } as const;
  test.each<[EntryChange, string]>([
    [{ path: "new\t", change: "added", after: file(1200) }, "+ new\\t  1200 B"],
    [{ path: "old", change: "removed", before: file(800) }, "- old  800 B"],
    [{ path: "p", change: "changed", before: file(1_200_000), after: file(1_300_000, "1") }, "~ p  1.2 MB -> 1.3 MB"],
    [{ path: "p", change: "changed", before: file(5), after: file(5, "1") }, "~ p  5 B, other content"],
    [{ path: "p", change: "changed", before: file(5), after: file(5, "0", 0o775) }, "~ p  mode 664 -> 775"],
    [{ path: "p", change: "changed", before: file(5), after: file(6, "1", 0o775) }, "~ p  5 B -> 6 B, mode 664 -> 775"],
    [{ path: "p", change: "changed", before: link("a"), after: link("b") }, "~ p  link to a -> link to b"],
    [{ path: "p", change: "changed", before: file(5), after: dir }, "~ p  5 B -> folder"],
    [{ path: "p", change: "added" }, "+ p"],
  ])("%j", (change, line) => {
    const details = { kind: "difference", before: set("v1"), after: set("v2"), changes: [change] } as const;
    expect(lines({ mode: "list", details })).toEqual([
      "ok: 1 entry differs between acme/app/snapshot/v1 and acme/app/snapshot/v2",
      line,
    ]);
  });

  test("of equal sets says so", () => {
    const details = { kind: "difference", before: set("v1"), after: set("v2"), changes: [] } as const;
    expect(lines({ mode: "list", details })).toEqual([
      "ok: nothing differs between acme/app/snapshot/v1 and acme/app/snapshot/v2",
    ]);
  });
});

test("30,000 of everything is no trouble", () => {
  const many = Array.from({ length: 30_000 }, (_, index) => `file-${index}`);
  const outcomes = many.map(
    (file) => ({ outcome: "corrupt", store: "./cold", set: "a/b/snapshot/v1", file, detail: "x" }) as const,
  );
  const errors = many.map((file) => new ColdstoreError("integrity", `a/b/snapshot/v1 in ./cold: ${file}: x`));
  const rows = many.map(
    (id) =>
      ({
        set: { project: "a/b", mode: "snapshot", id },
        store: "./cold",
        state: "complete",
        bytes: 1,
        frozen: true,
      }) as const,
  );
  expect(lines({ outcomes, errors, details: { kind: "sets", stores: ["./cold"], rows } })).toHaveLength(60_002);
});

test("a set of a folder shows what was chosen out of it, and a split archive on one line", () => {
  const set = aSet();
  const { content, artifacts, run } = set.manifest;
  const [archive, ...others] = artifacts;
  const { tree, tar, file_list, files, prefix } = content;
  const part = { bytes: 600_000, sha256: "1".repeat(64) };
  const manifest: typeof set.manifest = {
    ...set.manifest,
    content: {
      tree,
      tar,
      file_list,
      files,
      prefix,
      submodules: "include",
      lfs: "pointers",
      mode: "archive",
      recipe: "coldstore-tar/1",
      folder: "docs",
      filters: { exclude: ["*.log"], include: ["!keep"], profiles: [{ name: "node", patterns: ["a", "b"] }] },
      symlinks: "keep",
      mtime: 1_700_000_000,
    },
    artifacts: [{ ...archive!, parts: [1, 2].map((i) => ({ ...part, name: `p${i}` })) }, ...others],
    run: { ...run, selection: { engine: "git", untracked: 3, clean: false } },
  };
  const shown = lines({ mode: "list", details: { ...set, manifest } });
  expect(shown).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^folder +docs$/),
      expect.stringMatching(/^exclude +\*\.log$/),
      expect.stringMatching(/^include +!keep$/),
      expect.stringMatching(/^ignore-profile +node \(2 patterns\)$/),
      expect.stringMatching(/^mtime +1700000000 \(2023-11-14 22:13:20 UTC\)$/),
      expect.stringMatching(/^untracked +3 files in the set$/),
      expect.stringMatching(/^submodules +include$/),
      expect.stringMatching(/^lfs +pointers$/),
      "files (3)",
      expect.stringMatching(/app-1\.4\.0\.tar\.gz in 2 parts$/),
    ]),
  );
  expect(shown.filter((line) => /^(commit|tag|export-subst)/.test(line))).toEqual([]);
});

test("a store of which nothing is known says what is unknown, and the reason once", () => {
  const reason = "./x isn't there";
  const outcome = { outcome: "unknown", store: "./x", detail: `whether its sets are sound\n${reason}` } as const;
  const errors = [new ColdstoreError("not-found", reason)];
  expect(lines({ mode: "verify", status: "failed", outcomes: [outcome], errors })).toEqual([
    `failed: ${reason}`,
    "unknown in ./x: whether its sets are sound",
  ]);
});
