import { describe, expect, test } from "vitest";
import type { Made } from "../../src/model/details.ts";
import { ColdstoreError, SeveralErrors } from "../../src/model/errors.ts";
import type { ManifestArtifact, SnapshotContent } from "../../src/model/manifest.ts";
import type { OutcomeWord, Report } from "../../src/model/report.ts";
import { failedReport } from "../../src/render/report-errors.ts";
import { renderSummary } from "../../src/render/summary.ts";
import { exampleFailure, examplePlan, exampleSnapshot, exampleVerified } from "../support/example-summary.ts";
import { aReport, aSet } from "../support/reports.ts";

const example = exampleSnapshot();
const made = example.made!;

const madeWith = (changes: Partial<Made>) => renderSummary({ ...example, made: { ...made, ...changes } });

function contentWith(
  changes: Partial<SnapshotContent>,
  artifacts: readonly ManifestArtifact[] = made.manifest.artifacts,
) {
  const content = { ...(made.manifest.content as SnapshotContent), ...changes };
  return madeWith({ manifest: { ...made.manifest, content, artifacts } });
}

/** The rows below a heading or a summary, as cells. */
function rowsBelow(title: string, markdown: string): readonly (readonly string[])[] {
  const lines = markdown.slice(markdown.indexOf(title)).split("\n");
  const start = lines.findIndex((line) => line.startsWith("| --"));
  const rows = lines.slice(start + 1);
  const end = rows.findIndex((line) => !line.startsWith("|"));
  return rows.slice(0, end).map((row) => row.slice(2, -2).split(" | "));
}

const digestOf = (name: string) => made.manifest.artifacts.find((each) => each.name === name)!.sha256;

describe("the first line", () => {
  const error = new ColdstoreError("store", "./cold is full; make room");
  const inStores = (...words: OutcomeWord[]): Partial<Report> => ({
    status: "failed",
    outcomes: words.map((outcome, i) => ({ outcome, store: `s${i}`, set: "a/b/snapshot/v1" })),
    errors: words.flatMap((word) => (word === "stored" ? [] : [error])),
  });
  test.each<[Partial<Report>, string]>([
    [example, "## ✅ v2.6.0 is stored and proven in /mnt/cold, /mnt/second"],
    [{ ...example, status: "unproven" }, "## ⚠️ v2.6.0 is stored, not proven in /mnt/cold, /mnt/second"],
    [failedReport("snapshot", error), "## ❌ snapshot failed"],
    [{ errors: [new SeveralErrors([error, error])] }, "## ❌ snapshot failed: 2 problems"],
    [inStores("failed", "stored", "stored"), "## ❌ v1 failed in 1 of 3 stores"],
    [inStores("failed", "conflict", "stored"), "## ❌ v1 failed in 2 of 3 stores (2 problems)"],
    [inStores("failed"), "## ❌ v1 failed in s0"],
    [{ ...inStores("immutable"), status: "immutable" }, "## ❌ v1 is immutable in s0"],
    [{ ...inStores("stored", "immutable"), status: "immutable" }, "## ❌ v1 is immutable in 1 of 2 stores"],
    [inStores("failed", "immutable"), "## ❌ v1 failed in 2 of 2 stores (2 problems)"],
    [
      { ...inStores("failed", "stored"), errors: [new ColdstoreError("interrupted", "stopped")] },
      "## ❌ v1 was interrupted in 1 of 2 stores",
    ],
    [{ ...inStores("unknown"), mode: "verify" }, "## ❌ verify of a/b/snapshot/v1 failed"],
    [exampleVerified(), "## ❌ 2 of 14 sets are damaged in /mnt/cold (2 problems)"],
    [examplePlan(), "## ✅ v2.6.0 would be made (dry run)"],
    [{ outputs: { set: "*v1* @x" } }, "## ✅ &#42;v1&#42; `@x` is stored and proven"],
  ])("of %# says good or bad, and why", (report, line) => {
    expect(renderSummary(aReport(report)).split("\n")[0]).toBe(line);
  });
});

describe("a set that was made", () => {
  const text = renderSummary(example);

  test("tells its commit with a link, its tag and what is in it", () => {
    const { commit } = made.manifest.content.source!;
    expect(text.split("\n")[2]).toBe(
      `\`acme/atlas\` · commit [\`${commit.slice(0, 10)}\`](<https://github.com/acme/atlas/commit/${commit}>) · tag \`v2.6.0\`` +
        " · 2026-11-22 02:15 UTC · 4,218 files, 611 folders, 3 links, 52 MB",
    );
  });

  test.each([
    "git@github.com:acme/atlas.git",
    "https://gitlab.com/acme/atlas",
    "https://github.com/acme/atlas/x",
    undefined,
  ])("has no link to a commit where its page isn't known, from %s", (origin) => {
    const { origin: _, ...run } = made.manifest.run;
    const manifest = { ...made.manifest, run: origin === undefined ? run : { ...run, origin } };
    expect(madeWith({ manifest }).split("\n")[2]).toContain("commit `7c41e9d02b` · tag");
  });

  test("lists archives and build outputs with size, share of the tar, and whole digests", () => {
    expect(rowsBelow("### Archives", text)).toEqual([
      ["`atlas-2.6.0.tar.gz`", "17 MB", "31 %", `<small>\`${digestOf("atlas-2.6.0.tar.gz")}\`</small>`],
      ["`atlas-2.6.0.tar.zst`", "15 MB", "27 %", `<small>\`${digestOf("atlas-2.6.0.tar.zst")}\`</small>`],
      ["`atlas-linux-x64`", "9.1 MB", "", `<small>\`${digestOf("atlas-linux-x64")}\`</small>`],
      ["the tar, uncompressed", "56 MB", "100 %", `<small>\`${made.manifest.content.tar.sha256}\`</small>`],
    ]);
  });

  test("says in how many parts an archive is, and how small one is", () => {
    const part = { name: "a", bytes: 1, sha256: "0".repeat(64) };
    const archive = { ...made.manifest.artifacts[0]!, bytes: 200_000, parts: [part, part] };
    expect(rowsBelow("### Archives", contentWith({}, [archive]))[0]!.slice(0, 3)).toEqual([
      "`atlas-2.6.0.tar.gz` in 2 parts",
      "200 kB",
      "0.4 %",
    ]);
  });

  test("that wasn't read back has its files as the outputs tell", () => {
    const artifacts = [{ name: "a.tar.gz", path: undefined, size: 1_200_000, sha256: "1".repeat(64) }, "else"];
    const { made: _, ...rest } = example;
    expect(rowsBelow("### Files", renderSummary({ ...rest, outputs: { artifacts } }))).toEqual([
      ["`a.tar.gz`", "1.2 MB", `<small>\`${"1".repeat(64)}\`</small>`],
    ]);
  });

  test("lists stores with outcome, proof, size and time, and says where the files are", () => {
    expect(rowsBelow("### Stores", text)).toEqual([
      ["`/mnt/cold`", "stored", "by digest", "42 MB", "3.4 s"],
      ["`/mnt/second`", "unchanged", "last 2026-11-22 02:11 UTC", "42 MB", ""],
    ]);
    expect(text).toContain("The files are in `/mnt/cold/acme/atlas/snapshot/v2.6.0/`.");
    const { manifest: _, ...outputs } = example.outputs;
    expect(renderSummary({ ...example, outputs })).toContain("The files are in `acme/atlas/snapshot/v2.6.0/`.");
  });

  test("doesn't say where files lie that go with the job, when a link leads to the others", () => {
    const linked = example.outcomes.map((outcome) => ({ ...outcome, url: "https://example.com/x" }));
    expect(renderSummary({ ...example, outcomes: linked })).not.toContain("The files are in");
    expect(renderSummary({ ...example, outcomes: [...linked, example.outcomes[0]!] })).toContain("The files are in");
  });

  test("marks a set that can't be changed any more", () => {
    const outcome = { outcome: "immutable", store: "release", set: "a/b/snapshot/v1" } as const;
    const markdown = renderSummary({ ...example, status: "immutable", outcomes: [outcome] });
    expect(rowsBelow("### Stores", markdown)).toEqual([["`release`", "❌\u00a0immutable"]]);
  });

  test("links to what a store has, and marks what went wrong in another, with the reason once", () => {
    const message = "/mnt/second is full; make room";
    const markdown = renderSummary({
      ...example,
      status: "failed",
      outcomes: [
        { ...example.outcomes[0]!, url: "https://example.com/x", detail: "2 files were there" },
        { outcome: "failed", store: "/mnt/second", detail: message },
      ],
      errors: [new ColdstoreError("store", message)],
    });
    expect(rowsBelow("### Stores", markdown)).toEqual([
      ["`/mnt/cold`", "stored", "by digest", "42 MB", "3.4 s", "[open](<https://example.com/x>)"],
      ["`/mnt/second`", "❌\u00a0failed", "", "", "", ""],
    ]);
    expect(markdown.split(message)).toHaveLength(2);
    expect(markdown).toContain("- `/mnt/cold`: 2 files were there");
  });

  test("tells what is new since the set before", () => {
    expect(text).toContain("### New since `v2.5.0`\n\n61 added, 148 changed, 12 removed, +1.6 MB in all.");
    expect(rowsBelow("### New since", text)[0]).toEqual(["changed", "`data/places.sqlite`", "18 MB"]);
    expect(text).toContain("\n\nand 215 more\n");
  });

  test("tells of a set of another project by its whole name, and when nothing differs or it shrank", () => {
    const set = { project: "a/b", mode: "archive", id: "1" };
    expect(madeWith({ since: { ...made.since!, set, bytes: -300 } })).toContain("### New since `a/b/archive/1`");
    expect(madeWith({ since: { ...made.since!, bytes: -300 } })).toContain("−300 B in all");
    expect(madeWith({ since: { set, added: 0, removed: 0, changed: 0, examples: [] } })).toContain("Nothing differs.");
    const { since: _, ...first } = made;
    expect(renderSummary({ ...example, made: first })).not.toContain("New since");
  });

  test("lists warnings, and few of many", () => {
    expect(text).toContain("### Warnings\n\n- 2 uncommitted changes");
    const warnings = Array.from({ length: 60 }, (_, i) => `warning ${i}`);
    expect(renderSummary({ ...example, warnings })).toContain("- warning 49\n\nand 10 more\n");
  });

  test("holds the facts of source and settings", () => {
    const facts = rowsBelow("<summary>Source", text);
    expect(facts).toContainEqual(["commit", `\`${made.manifest.content.source!.commit}\``]);
    expect(facts).toContainEqual(["content", `\`${made.manifest.content_sha256}\``]);
    expect(facts).toContainEqual(["by", "`coldstore 0.1.0, git 2.51.0`"]);
  });
});

describe("the commands that check a set", () => {
  const commands = (markdown: string) =>
    /```sh\n([^]*?)\n```/
      .exec(markdown.slice(markdown.indexOf("### Check it")))![1]!
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"));
  const git = `git archive --format=tar --prefix=atlas-2.6.0/ ${made.manifest.content.source!.commit} | sha256sum`;
  const [gz, zst] = made.manifest.artifacts as [ManifestArtifact, ManifestArtifact];
  const zip: ManifestArtifact = { ...gz, name: "atlas-2.6.0.zip", format: "zip" };
  const parts = [{ name: "x", bytes: 1, sha256: "0".repeat(64) }];

  test("are those of stock tools, for each archive, and git's", () => {
    expect(commands(renderSummary(example))).toEqual([
      "sha256sum -c atlas-2.6.0.SHA256SUMS",
      "gzip -dc atlas-2.6.0.tar.gz | sha256sum",
      "zstd -dc atlas-2.6.0.tar.zst | sha256sum",
      git,
    ]);
  });

  test.each<[string, readonly ManifestArtifact[], readonly string[]]>([
    ["in parts", [{ ...gz, parts }], ["cat atlas-2.6.0.tar.gz.part-* | gzip -dc | sha256sum", git]],
    ["as a zip", [zip], ["unzip -tq atlas-2.6.0.zip", git]],
    [
      "as a zip in parts",
      [{ ...zip, parts }],
      ["cat atlas-2.6.0.zip.part-* > atlas-2.6.0.zip", "unzip -tq atlas-2.6.0.zip", git],
    ],
    ["as a tar", [{ ...zst, name: "a.tar", format: "tar" }], ["cat a.tar | sha256sum", git]],
  ])("know an archive %s", (_, artifacts, lines) => {
    expect(commands(contentWith({}, artifacts))).toEqual(lines);
  });

  test("quote a prefix for the shell, and leave git out where it makes another tar or the prefix can't be shown", () => {
    expect(commands(contentWith({ prefix: "it's $HOME/" })).at(-1)).toContain(String.raw` --prefix='it'\''s $HOME/' `);
    expect(commands(contentWith({ prefix: "" })).at(-1)).toMatch(
      /^git archive --format=tar [0-9a-f]{40} \| sha256sum$/,
    );
    expect(commands(contentWith({ prefix: "a\u202eb/" })).join()).not.toContain("git archive");
    expect(commands(contentWith({ recipe: "git-archive-whole/1" })).join()).not.toContain("git archive");
  });
});

describe("charts", () => {
  const charts = (markdown: string) => [...markdown.matchAll(/```mermaid\n([^]*?)\n```/g)].map(([, chart]) => chart!);
  const line = (markdown: string, start: string) =>
    charts(markdown)[0]!
      .split("\n")
      .find((each) => each.trimStart().startsWith(start))!
      .trim();
  const pastOf = (ids: readonly string[], madeOf: (i: number) => string, bytes = 1e6) =>
    ids.map((id, i) => ({ id, made: madeOf(i), tarBytes: bytes * (i + 1), archiveBytes: bytes / 2 }));
  const day = (i: number) => `2026-11-${String(i + 1).padStart(2, "0")}T02:15:00Z`;
  const many = Array.from({ length: 20 }, (_, i) => `20261122T021500Z-1a2b3c${i}`);

  test("show the sizes of the last sets, the oldest first", () => {
    const markdown = madeWith({ past: pastOf(["v1", "v2", "v3"], day) });
    expect(line(markdown, "x-axis")).toBe('x-axis ["v1", "v2", "v3"]');
    expect(line(markdown, "y-axis")).toBe('y-axis "MB" 0 --> 3.3');
    expect(line(markdown, "bar")).toBe("bar [1, 2, 3]");
    expect(line(markdown, "line")).toBe("line [0.5, 0.5, 0.5]");
    expect(rowsBelow("<summary>The numbers", markdown)[0]).toEqual(["`v3`", "2026-11-03 02:15", "3.0 MB", "500 kB"]);
  });

  test.each<[string, (i: number) => string, RegExp]>([
    ["days where ids are too long", day, /^x-axis \["11-01", "11-02".*"11-20"\]$/],
    ["minutes on one day", (i) => `2026-11-22T02:${10 + i}:00Z`, /^x-axis \["02:10", "02:11"/],
    [
      "sets back where days are the same",
      (i) => `2026-11-22T02:10:${10 + i}Z`,
      /^x-axis \["-19", "-18".*"-1", "now"\]$/,
    ],
  ])("count in %s", (_, madeOf, axis) => {
    expect(line(madeWith({ past: pastOf(many, madeOf) }), "x-axis")).toMatch(axis);
  });

  test("have units that fit", () => {
    for (const [bytes, unit] of [
      [1, "B"],
      [1e3, "kB"],
      [1e9, "GB"],
      [1e12, "TB"],
    ] as const)
      expect(line(madeWith({ past: pastOf(["a", "b"], day, bytes) }), "y-axis")).toContain(`"${unit}" 0 --> 2.2`);
  });

  test("of one set there is none", () => {
    expect(charts(madeWith({ past: pastOf(["v1"], day), biggestFolders: [], biggestEntries: [] }))).toEqual([]);
  });

  test("show what takes the space in parts that add up to the whole", () => {
    const pie = charts(renderSummary(example))[1]!.split("\n").slice(2);
    expect(pie[0]).toBe('  "data, 25 MB" : 24801392');
    const sum = pie.reduce((total, slice) => total + Number(slice.split(" : ")[1]), 0);
    expect(sum).toBe(made.manifest.content.tree.bytes);
  });

  test("look into a folder that is most of the whole, and name what is left over", () => {
    const markdown = madeWith({
      past: [],
      biggestEntries: [{ path: "top.bin", bytes: 2_000_000 }],
      biggestFolders: [
        { path: "src", bytes: 40_000_000 },
        { path: "src/a", bytes: 30_000_000 },
        { path: "src/b", bytes: 6_000_000 },
      ],
    });
    expect(charts(markdown)[0]!.split("\n").slice(2)).toEqual([
      '  "src/a, 30 MB" : 30000000',
      '  "src/b, 6.0 MB" : 6000000',
      '  "src/ (its rest), 4.0 MB" : 4000000',
      '  "top.bin, 2.0 MB" : 2000000',
      '  "all else, 10 MB" : 10385766',
    ]);
  });

  test("have labels that Mermaid can't take for anything else, each its own", () => {
    const names = [
      'a"];click b',
      "%%{init}%%",
      "a--->b",
      "#quot;",
      "x".repeat(60),
      `${"x".repeat(50)}yyyyyyyyyy${"x".repeat(50)}`,
    ];
    const biggestFolders = names.map((path, i) => ({ path, bytes: 1000 - i }));
    const labels = charts(madeWith({ past: [], biggestEntries: [], biggestFolders }))[0]!
      .split("\n")
      .slice(2)
      .map((slice) => slice.slice(3, slice.lastIndexOf(", ")));
    const long = `${"x".repeat(20)}…${"x".repeat(19)}`;
    expect(labels).toEqual(["a___click b", "___init___", "a-_b", "_quot_", long, `${long} (2)`, "all else"]);
  });
});

describe("other runs", () => {
  test("a failure tells the errors and the steps of a workflow that help", () => {
    const markdown = renderSummary(exampleFailure());
    expect(markdown).toContain("\n- tag v2.6.0 isn't in this clone");
    expect(markdown).toContain("```yaml\n- uses: actions/checkout@v7\n  with:\n    fetch-depth: 0\n");
    const error = new ColdstoreError("store", "./cold is full; make room");
    expect(renderSummary(failedReport("list", error))).toBe("## ❌ list failed\n\n**./cold is full; make room**\n");
  });

  test("a dry run tells what would be made, and what it found", () => {
    const markdown = renderSummary(examplePlan());
    expect(rowsBelow("### Archives", markdown)).toEqual([
      ["`tar.gz` in about 2 parts", "about 17 MB", "31 %"],
      ["`tar.zst`", "15 MB", "27 %"],
      ["the tar, uncompressed", "56 MB", "100 %"],
    ]);
    expect(markdown).toContain("52 MB · about 4.2 s · nothing was written");
    expect(markdown).toContain("<summary>2 untracked files go in</summary>\n\n- `notes.txt`\n");
    expect(markdown).toContain("- `vendor/geo` at `bbbbbbbbbbbb`");
    expect(markdown).toContain("- `data/relief.tif`, 1.9 GB");
    expect(markdown).toContain('- `src/version.ts`: `export const version = "$Format:%h$";`');
    expect(markdown).toContain("### New since `v2.5.0`");
  });

  test("an archive tells which untracked files went in", () => {
    const selection = { untracked: ["a.txt"], credentials: [".env"], outwardLinks: [] };
    const markdown = renderSummary({ ...example, mode: "archive", details: { kind: "selection", selection } });
    expect(markdown).toContain("<summary>1 untracked file goes in</summary>\n\n- `a.txt`\n");
    expect(markdown).toContain("<summary>1 file that looks like credentials stays out");
  });

  test("a verification tells what is wrong with which set first, once, and folds the sound sets", () => {
    const markdown = renderSummary(exampleVerified());
    expect(rowsBelow("### What is wrong", markdown).map((row) => row.slice(0, 2))).toEqual([
      ["`acme/atlas/snapshot/v1.3.0`", "corrupt"],
      ["`acme/atlas/snapshot/v1.2.0`", "missing"],
    ]);
    expect(markdown.split("run snapshot of v1.2.0 again")).toHaveLength(2);
    expect(rowsBelow("<summary>12 sound sets", markdown)).toHaveLength(12);
    const sound = { ...exampleVerified(), errors: [], status: "ok" as const };
    const outcomes = sound.outcomes.filter(({ outcome }) => outcome === "ok");
    expect(renderSummary({ ...sound, outcomes })).not.toContain("<details>");
    const second = { ...outcomes[0]!, store: "/mnt/second" };
    expect(renderSummary({ ...sound, outcomes: [...outcomes, second] })).toContain("| `/mnt/second` |");
  });

  test("a verification that found one thing wrong says it once, and what no set's row says all the same", () => {
    const [outcome] = exampleVerified().outcomes.filter(({ set }) => set?.endsWith("v1.2.0"));
    const [, error] = exampleVerified().errors;
    const report = { ...exampleVerified(), outcomes: [outcome!], errors: [error!] };
    expect(renderSummary(report)).toMatch(/^## ❌ 1 of 1 set is damaged in \/mnt\/cold\n\n### What is wrong\n/);
    const other = new ColdstoreError("store", "/mnt/second can't be read");
    expect(renderSummary({ ...report, errors: [other] })).toContain("\n\n**/mnt/second can't be read**\n\n### What");
  });

  test("a verification has a row for each damaged file, with its entries, or for each set of very many", () => {
    const row = (id: string, file: string) =>
      ({ outcome: "corrupt", store: "s", set: `a/b/raw/${id}`, file, detail: "changed: x" }) as const;
    const entries = (id: string) => Array.from({ length: 200 }, (_, i) => row(id, `a.tar: e${i}`));
    const files = (id: string) => Array.from({ length: 80 }, (_, i) => row(id, `f${i}`));
    const rows = (outcomes: Report["outcomes"]) =>
      rowsBelow("### What", renderSummary(aReport({ mode: "verify", status: "failed", outcomes })));
    expect(rows([row("1", "a.tar"), ...entries("1"), ...entries("2")])).toEqual([
      ["`a/b/raw/1`", "corrupt", "`a.tar`<br>changed: x<br>and 200 entries of it"],
      ["`a/b/raw/2`", "corrupt", "`a.tar: e0`<br>changed: x<br>and 199 more entries of it"],
    ]);
    expect(rows([...files("1"), ...files("2")])).toEqual(
      ["1", "2"].map((id) => [
        `\`a/b/raw/${id}\``,
        "corrupt",
        "`f0`<br>changed: x<br>and 79 more problems of this set",
      ]),
    );
  });

  test("a verification of a store that isn't there says so in a sentence", () => {
    const error = new ColdstoreError("not-found", "there is no folder ./cold");
    const detail = `whether its sets are sound\n${error.message}`;
    const outcomes = [{ outcome: "unknown", store: "./cold", detail }] as const;
    expect(renderSummary(aReport({ mode: "verify", status: "failed", outcomes, errors: [error] }))).toBe(
      "## ❌ verify failed\n\n**there is no folder ./cold**\n",
    );
  });

  test("a list has damaged sets first, then the newest", () => {
    const row = { store: "./cold", bytes: 1, state: "complete", frozen: false } as const;
    const set = { project: "a/b", mode: "snapshot" };
    const markdown = renderSummary(
      aReport({
        mode: "list",
        details: {
          kind: "sets",
          stores: ["./cold"],
          rows: [
            { ...row, set: { ...set, id: "1" }, made: "2026-01-01T00:00:00Z", proven: "2026-01-02T00:00:00Z" },
            { ...row, set: { ...set, id: "2" }, made: "2026-02-01T00:00:00Z", frozen: true },
            { ...row, set: { ...set, id: "3" }, state: "damaged", detail: "its seal is broken" },
          ],
        },
      }),
    );
    expect(rowsBelow("##", markdown)).toEqual([
      ["`a/b/snapshot/3`", "", "1 B", "never", "❌ damaged", "its seal is broken"],
      ["`a/b/snapshot/2`", "2026-02-01 00:00", "1 B", "never", "complete, frozen", ""],
      ["`a/b/snapshot/1`", "2026-01-01 00:00", "1 B", "2026-01-02 00:00", "complete", ""],
    ]);
  });

  test("a set tells its facts, files and entries; a difference its changes", () => {
    const markdown = renderSummary(aReport({ mode: "list", details: aSet() }));
    expect(markdown).toContain("| tag | `v1.4.0` |");
    expect(rowsBelow("### Files", markdown)[0]!.slice(0, 2)).toEqual(["`app-1.4.0.tar.gz`", "1.2 MB"]);
    expect(markdown).toContain("-rwxrwxr-x 1234 src/run.sh\n");
    const [, before] = aSet().entries;
    const name = { project: "a/b", mode: "snapshot", id: "1" };
    const changes = [{ path: "src/run.sh", change: "removed", before: before! }] as const;
    const difference = { kind: "difference", before: name, after: name, changes } as const;
    expect(rowsBelow("##", renderSummary(aReport({ mode: "list", details: difference })))).toEqual([
      ["removed", "`src/run.sh`", "1.2 kB", ""],
    ]);
    expect(renderSummary(aReport({ mode: "list", details: { ...difference, changes: [] } }))).not.toContain("|");
  });
});
