import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Restored } from "../../src/model/details.ts";
import { ColdstoreError } from "../../src/model/errors.ts";
import type { Outcome, Report } from "../../src/model/report.ts";
import { renderActionText } from "../../src/render/action-text.ts";
import { renderJson } from "../../src/render/json.ts";
import { renderSummary } from "../../src/render/summary.ts";
import { renderText } from "../../src/render/text.ts";
import { commandText } from "../support/command-text.ts";
import { schemaProblems } from "../support/json-schema.ts";
import { aLooseRestore, aReport, aRestored } from "../support/reports.ts";

const seed = Number(process.env["COLDSTORE_TEST_SEED"] ?? Date.now() % 2 ** 31);
const numRuns = Number(process.env["COLDSTORE_TEST_COUNT"] ?? 100);

const reportOf = (restored: Restored, changes: Partial<Report> = {}): Report =>
  aReport({ mode: "restore", details: { kind: "restored", restored }, ...changes });

const textOf = (...report: Parameters<typeof reportOf>) =>
  renderText(reportOf(...report), { color: false })
    .trimEnd()
    .split("\n");

const firstOf = (...report: Parameters<typeof reportOf>) => textOf(...report)[0];

/** What a dry run has to say of it. */
function dry(restored: Restored): Restored {
  const { into: _, ...rest } = restored;
  return rest;
}

const set = "acme/app/snapshot/v1.4.0";
const file: Outcome = { outcome: "ok", store: "/home/me", file: "app.tar.gz" };

describe("the first line", () => {
  test.each<[string, Restored, Partial<Report>, string]>([
    ["a set", aRestored(), {}, `ok: ${set} is restored into /home/me/restored`],
    ["a dry run", dry(aRestored()), { status: "planned" }, `ok: ${set} would be restored (dry run)`],
    ["one path", aRestored({ paths: ["src"] }), {}, `ok: src of ${set} is restored into /home/me/restored`],
    [
      "several paths",
      aRestored({ paths: ["src", "a", "b"] }),
      {},
      `ok: 3 paths of ${set} are restored into /home/me/restored`,
    ],
    [
      "paths in a dry run",
      dry(aRestored({ paths: ["src", "a"] })),
      { status: "planned" },
      `ok: 2 paths of ${set} would be restored (dry run)`,
    ],
    [
      "a file that a checksum vouches for",
      aLooseRestore({ against: "checksum" }),
      { outcomes: [file] },
      "ok: app.tar.gz is restored into /home/me/restored",
    ],
    [
      "a file that nothing vouches for",
      aLooseRestore(),
      { outcomes: [{ ...file, outcome: "unproven" }], status: "unproven" },
      "unproven: app.tar.gz is restored into /home/me/restored, but nothing vouches for it",
    ],
    [
      "a file that nothing vouches for, whatever the status says",
      dry(aLooseRestore()),
      { outcomes: [file], status: "planned" },
      "unproven: app.tar.gz would be restored, but nothing vouches for it (dry run)",
    ],
    [
      "an error",
      aRestored(),
      { status: "failed", errors: [new ColdstoreError("store", "it is full")] },
      "failed: it is full",
    ],
  ])("of %s", (_, restored, changes, line) => {
    expect(firstOf(restored, changes)).toBe(line);
  });

  test("of a set that was verified by a restore says so", () => {
    const outcome = { outcome: "ok", store: "./cold", set, proof: "drill" } as const;
    const lines = renderText(aReport({ mode: "verify", outcomes: [outcome] }), { color: false }).split("\n");
    expect(lines.slice(0, 2)).toEqual([
      "ok: 1 set verified by a restore in ./cold",
      `ok ${set} (proven by a restore) in ./cold`,
    ]);
  });
});

describe("below it", () => {
  test("stands what came back, from where, and what it was compared with", () => {
    expect(textOf(aRestored()).slice(1)).toEqual([
      `set            ${set}`,
      "made           2026-11-22 03:00:00 UTC",
      "from           ./cold",
      "into           /home/me/restored",
      "entries        1 file, 1 folder, 1 link, 1.2 kB",
      "compared with  the digests in the set's file list",
    ]);
  });

  test("stands where build outputs lie, which links were left out, and which lead out", () => {
    const restored = aRestored({
      files: 2,
      paths: ["src", "a\u001b[2J"],
      skippedLinks: ["a", "b\u202e"],
      outwardLinks: ["etc"],
    });
    expect(textOf(restored).slice(5)).toEqual([
      "path           src",
      "path           a\\x1b[2J",
      "entries        1 file, 1 folder, 1 link, 1.2 kB",
      "build outputs  2 files, in coldstore-files/",
      "compared with  the digests in the set's file list",
      "2 links were left out",
      "  a",
      "  b\\u202e",
      "1 link leads out of what came back",
      "  etc",
    ]);
  });

  test("a dry run says that nothing was written, and what would be left out", () => {
    const lines = textOf(dry(aRestored({ skippedLinks: ["a"] })), { status: "planned" });
    expect(lines.slice(-3)).toEqual(["1 link would be left out", "  a", "nothing was written"]);
    expect(lines.filter((line) => line.startsWith("into"))).toEqual([]);
  });

  test.each<[Restored["against"], string]>([
    ["checksum", "the checksum beside the archive"],
    ["sidecar", "what coldstore 1.x wrote beside the archive"],
    ["nothing", "nothing: no manifest and no checksum lies beside the archive"],
  ])("of an archive with %s it says so, and names no set", (against, words) => {
    const lines = textOf(aLooseRestore({ against }), { outcomes: [file] });
    expect(lines.at(-1)).toBe(`compared with  ${words}`);
    expect(lines.filter((line) => /^(set|made) /.test(line))).toEqual([]);
  });

  test("very many paths and links are counted, and whole for a program", () => {
    const many = Array.from({ length: 1234 }, (_, i) => `p${i}`);
    const report = reportOf(aRestored({ paths: many, skippedLinks: many }));
    const lines = renderText(report, { color: false }).split("\n");
    expect(lines.length).toBeLessThan(50);
    expect(lines).toEqual(expect.arrayContaining(["paths          1,224 more", "    and 1,214 more"]));
    expect(JSON.parse(renderJson(report))).toMatchObject({ restored: { paths: many, "skipped-links": many } });
  });
});

describe("the report", () => {
  test("has it under restored, as its schema says", () => {
    const report: unknown = JSON.parse(renderJson(reportOf(aRestored({ outwardLinks: ["l"] }))));
    expect(report).toMatchObject({
      restored: {
        set,
        made: "2026-11-22T03:00:00Z",
        store: "./cold",
        into: "/home/me/restored",
        counts: { files: 1, dirs: 1, symlinks: 1, bytes: 1234 },
        files: 0,
        paths: [],
        against: "manifest",
        "skipped-links": [],
        "outward-links": ["l"],
      },
    });
    expect(schemaProblems("report", report)).toEqual([]);
  });

  test("of a loose archive has no set, and of a dry run no folder", () => {
    const report = JSON.parse(renderJson(reportOf(dry(aLooseRestore())))) as { restored: object };
    expect(Object.keys(report.restored)).not.toEqual(expect.arrayContaining(["set"]));
    expect(Object.keys(report.restored)).not.toEqual(expect.arrayContaining(["into"]));
    expect(schemaProblems("report", report)).toEqual([]);
  });
});

describe("the job summary", () => {
  const outcome: Outcome = { outcome: "ok", store: "./cold", set, bytes: 1234, seconds: 0.2, proof: "read" };

  test("says first whether it went well, and has the facts and the links that differ", () => {
    const summary = renderSummary(reportOf(aRestored({ skippedLinks: ["a|b"] }), { outcomes: [outcome] }));
    expect(summary.split("\n")[0]).toBe(`## ✅ ${set} is restored into /home/me/restored`);
    expect(summary).toContain("| entries | `1 file, 1 folder, 1 link, 1.2 kB` |");
    expect(summary).toContain("1 link was left out");
    expect(summary).not.toContain("Nothing was written");
  });

  test("of a dry run says that nothing was written, and of a loose archive that nothing vouches for it", () => {
    const summary = renderSummary(reportOf(dry(aLooseRestore()), { status: "unproven", outcomes: [file] }));
    expect(summary.split("\n")[0]).toBe("## ⚠️ app.tar.gz would be restored, but nothing vouches for it (dry run)");
    expect(summary).toContain("Nothing was written.");
  });

  test("and the log stay as they are built, whatever names, folders and stores are called", () => {
    const filled = (word: string) => {
      const links = { paths: [word], skippedLinks: [word, word], outwardLinks: [word] };
      const restored = aLooseRestore({ into: word, store: word, ...links });
      return reportOf(restored, { outcomes: [{ ...file, store: word, file: word }] });
    };
    const shapeOf = (markdown: string) => markdown.split("\n").map((line) => line.slice(0, 2));
    const plain = shapeOf(renderSummary(filled("x")));
    fc.assert(
      fc.property(
        commandText().filter((text) => text !== ""),
        (word) => {
          expect(shapeOf(renderSummary(filled(word)))).toEqual(plain);
          for (const line of renderActionText(filled(word), { color: false }))
            expect(line).not.toMatch(/^\s*::|##\[|[\r\n]/);
        },
      ),
      { seed, numRuns },
    );
  });
});
