import { createHash } from "node:crypto";
import type { PastSet, Plan, Weight } from "../../src/model/details.ts";
import { ColdstoreError } from "../../src/model/errors.ts";
import type { Manifest, ManifestArtifact } from "../../src/model/manifest.ts";
import type { Outcome, Report } from "../../src/model/report.ts";
import { aPlan, aReport } from "./reports.ts";

const project = "acme/atlas";
const commit = "7c41e9d02b5f8a6340c1de97f2b8840a6d3e5f19";

const digest = (text: string) => createHash("sha256").update(text).digest("hex");

const biggestEntries: readonly Weight[] = [
  { path: "data/places.sqlite", bytes: 18_350_080 },
  { path: "docs/manual/atlas.pdf", bytes: 6_912_044 },
  { path: "web/public/fonts/inter.woff2", bytes: 4_102_912 },
  { path: "data/borders.geojson", bytes: 3_870_155 },
  { path: "web/public/img/world.webp", bytes: 2_204_480 },
];

const biggestFolders: readonly Weight[] = [
  { path: "data", bytes: 24_801_392 },
  { path: "web", bytes: 11_920_440 },
  { path: "web/public", bytes: 8_833_102 },
  { path: "docs", bytes: 8_140_332 },
  { path: "docs/manual", bytes: 7_310_008 },
  { path: "src", bytes: 3_412_918 },
  { path: "vendor", bytes: 2_770_123 },
  { path: "tests", bytes: 1_340_561 },
];

const archives: readonly ManifestArtifact[] = [
  { name: "atlas-2.6.0.tar.gz", role: "archive", format: "tar.gz", bytes: 17_204_551, sha256: digest("3b") },
  { name: "atlas-2.6.0.tar.zst", role: "archive", format: "tar.zst", bytes: 14_980_226, sha256: digest("c4") },
];

const manifest: Manifest = {
  schema: "coldstore/manifest/1",
  content: {
    mode: "snapshot",
    recipe: "git-archive/1",
    source: {
      commit,
      tree: "e1b2f3a4c5d60718293a4b5c6d7e8f9001122334",
      committed: "2026-11-22T02:15:00Z",
      object_format: "sha1",
      tag: { name: "v2.6.0" },
    },
    prefix: "atlas-2.6.0/",
    export_subst: "stable",
    submodules: "fail",
    lfs: "fail",
    tree: { files: 4218, dirs: 611, symlinks: 3, bytes: 52_385_766 },
    tar: { bytes: 56_012_800, sha256: digest("9a") },
    file_list: { bytes: 900_114, sha256: digest("d0") },
    files: [{ name: "atlas-linux-x64", bytes: 9_120_768, sha256: digest("51") }],
  },
  content_sha256: digest("77"),
  artifacts: [
    ...archives,
    { name: "atlas-linux-x64", role: "file", bytes: 9_120_768, sha256: digest("51") },
    { name: "atlas-2.6.0.files.jsonl.gz", role: "file-list", bytes: 201_113, sha256: digest("e2") },
    { name: "atlas-2.6.0.SHA256SUMS", role: "checksums", bytes: 402, sha256: digest("f6") },
    { name: "atlas-2.6.0.RESTORE.md", role: "restore-notes", bytes: 1904, sha256: digest("08") },
  ],
  run: {
    id: "b4f1",
    name: "atlas-2.6.0",
    project,
    set: "v2.6.0",
    started: "2026-11-22T02:17:31Z",
    tool: { name: "coldstore", version: "0.1.0", node: "24.21.0", zlib: "1.3.1", git: "2.51.0" },
    ref: "refs/tags/v2.6.0",
    origin: `https://github.com/${project}.git`,
  },
  seal: digest("ab"),
};

const growth = [38.1, 38.4, 41.9, 42.0, 42.6, 44.8, 44.1, 47.3, 48.9, 49.2, 54.4, 56.012_8];

const past: readonly PastSet[] = growth.map((megabytes, i) => ({
  id: `v${i < 6 ? `1.${i + 4}` : `2.${i - 5}`}.0`,
  made: new Date(Date.UTC(2025, 11 + i, 22, 2, 17)).toISOString(),
  tarBytes: Math.round(megabytes * 1e6),
  archiveBytes: Math.round((0.5546 + (i % 3) * 0.01) * megabytes * 1e6),
}));

const stored: readonly Outcome[] = [
  {
    outcome: "stored",
    store: "/mnt/cold",
    set: `${project}/snapshot/v2.6.0`,
    bytes: 41_510_964,
    seconds: 3.42,
    proof: "digest",
  },
  {
    outcome: "unchanged",
    store: "/mnt/second",
    set: `${project}/snapshot/v2.6.0`,
    bytes: 41_510_964,
    proven: "2026-11-22T02:11:09Z",
  },
];

/** A snapshot of a tag that went well, with twelve sets to look back on. */
export function exampleSnapshot(): Report {
  return aReport({
    outcomes: stored,
    warnings: [
      "2 uncommitted changes are not in the snapshot: web/package.json, notes.txt; commit them or set dirty: ignore",
    ],
    outputs: {
      set: "v2.6.0",
      name: "atlas-2.6.0",
      manifest: `/mnt/cold/${project}/snapshot/v2.6.0/atlas-2.6.0.coldstore.json`,
    },
    made: {
      set: { project, mode: "snapshot", id: "v2.6.0" },
      store: "/mnt/cold",
      manifest,
      biggestEntries,
      biggestFolders,
      past,
      since: {
        set: { project, mode: "snapshot", id: "v2.5.0" },
        added: 61,
        changed: 148,
        removed: 12,
        bytes: 1_604_220,
        examples: [
          { path: "data/places.sqlite", change: "changed", bytes: 18_350_080 },
          { path: "docs/manual/atlas.pdf", change: "changed", bytes: 6_912_044 },
          { path: "web/public/img/world.webp", change: "added", bytes: 2_204_480 },
          { path: "web/public/img/world.png", change: "removed", bytes: 1_890_334 },
          { path: "src/render/tiles.ts", change: "changed", bytes: 48_112 },
          { path: "src/render/labels.ts", change: "added", bytes: 31_870 },
        ],
      },
    },
  });
}

/** A dry run that found something of everything. */
export function examplePlan(): Report {
  const plan: Plan = aPlan({
    counts: { files: 4218, dirs: 611, symlinks: 3, bytes: 52_385_766 },
    tarBytes: 56_012_800,
    sizes: [
      { format: "tar.gz", bytes: 17_200_000, exact: false },
      { format: "tar.zst", bytes: 14_980_226, exact: true },
    ],
    splits: [{ format: "tar.gz", parts: 2, exact: false }],
    biggestEntries,
    biggestFolders,
    policies: { submodules: "include", lfs: "pointers" },
    submodules: [{ path: "vendor/geo", commit: "b".repeat(40) }],
    lfs: [
      { path: "data/relief.tif", oid: "0".repeat(64), bytes: 1_900_000_000 },
      { path: "data/depth.tif", oid: "1".repeat(64), bytes: 800_000_000 },
    ],
    untracked: ["notes.txt", "web/dist/app.js"],
    credentials: [".env"],
    trackedButIgnored: ["build/version.txt"],
    exportSubst: [{ path: "src/version.ts", line: 'export const version = "$Format:%h$";' }],
    since: exampleSnapshot().made!.since!,
    expectedSeconds: 4.2,
  });
  return aReport({
    status: "planned",
    outcomes: [{ outcome: "would-store", store: "/mnt/cold", set: `${project}/snapshot/v2.6.0` }],
    outputs: { set: "v2.6.0" },
    details: { kind: "plan", plan },
  });
}

/** A snapshot that lacks something in its checkout. */
export function exampleFailure(): Report {
  const message =
    "tag v2.6.0 isn't in this clone, which has one commit only; give actions/checkout fetch-depth: 0, or name a ref that is there";
  return aReport({
    status: "failed",
    errors: [
      new ColdstoreError("source", message, { remedy: { checkout: { "fetch-depth": "0", "fetch-tags": "true" } } }),
      new ColdstoreError(
        "source",
        "3 Git LFS pointers stand for 2.7 GB that isn't there; set lfs to include or pointers",
        {
          remedy: { checkout: { lfs: "true" }, settings: { lfs: "include" } },
        },
      ),
    ],
  });
}

/** A verification of fourteen sets, of which two are damaged. */
export function exampleVerified(): Report {
  const sound = past.map(({ id }, i): Outcome => {
    const row = {
      store: "/mnt/cold",
      set: `${project}/snapshot/${id}`,
      bytes: growth[i]! * 5e5,
      seconds: 0.3 + i / 10,
    };
    return { ...row, outcome: "ok", proof: "digest" };
  });
  const unsound: readonly Outcome[] = [
    {
      outcome: "corrupt",
      store: "/mnt/cold",
      set: `${project}/snapshot/v1.3.0`,
      file: "atlas-1.3.0.tar.gz: src/main.ts",
      detail: `changed: its SHA-256 is ${digest("12").slice(0, 16)}… and was ${digest("34").slice(0, 16)}…`,
    },
    {
      outcome: "missing",
      store: "/mnt/cold",
      set: `${project}/snapshot/v1.2.0`,
      file: "atlas-1.2.0.tar.gz",
      detail: "missing: run snapshot of v1.2.0 again to put it back",
    },
  ];
  const errors = unsound.map(
    ({ set, file, detail }) => new ColdstoreError("integrity", `${set} in /mnt/cold: ${file}: ${detail}`),
  );
  return aReport({ mode: "verify", status: "failed", outcomes: [...sound, ...unsound], errors });
}
