import { expect, test } from "vitest";
import type { ManifestArtifact } from "../../src/model/manifest.ts";
import { chooseRecipes } from "../../src/steps/choose-recipes.ts";
import type { Job } from "../../src/steps/decide-job.ts";

const digest = { bytes: 10, sha256: "0".repeat(64) };
const compression = { algorithm: "gzip", implementation: "x", version: "1" } as const;

/** A set that lacks a file, made of these artifacts below a folder. */
function lacking(artifacts: readonly Partial<ManifestArtifact>[], prefix = "p/"): { readonly job: Job } {
  const list = { name: "app.files.jsonl.gz", role: "file-list", ...digest };
  const manifest = {
    content: { prefix, files: [] },
    artifacts: [...artifacts.map((a) => ({ ...digest, ...a })), list],
  };
  return { job: { kind: "repair", set: { manifest } as never, missing: ["app.zip"] } };
}

test("a set that lacks a file is made again with its own formats, levels, split and folder", () => {
  const parts = [
    { name: "app.tar.zst.part-001", bytes: 7, sha256: "" },
    { name: "app.tar.zst.part-002", bytes: 3, sha256: "" },
  ];
  const place = lacking([
    { name: "app.tar.zst", role: "archive", format: "tar.zst", compression: { ...compression, level: 19 }, parts },
    { name: "app.zip", role: "archive", format: "zip", compression: { ...compression, level: 1 } },
    { name: "app.tar", role: "archive", format: "tar" },
  ]);
  const [chosen, ...others] = chooseRecipes([place, { job: { kind: "make" } }], {
    name: "other",
    files: [],
    formats: ["tar.gz"],
    level: 4,
  });
  expect(chosen?.recipe).toMatchObject({
    formats: ["tar.zst", "zip", "tar"],
    level: { "tar.zst": 19, zip: 1 },
    splitSize: 7,
    prefix: "p/",
    names: { base: "app" },
  });
  expect(others.map(({ recipe }) => [recipe.formats, recipe.level, recipe.splitSize])).toEqual([
    [["tar.gz"], 4, undefined],
  ]);
});

test("stores that need the same files share one making", () => {
  const archive = {
    name: "app.tar.gz",
    role: "archive",
    format: "tar.gz",
    compression: { ...compression, level: 6 },
  } as const;
  const asked = { name: "app", files: [], formats: ["tar.gz"], splitSize: 1 << 20, prefix: "p/" } as const;
  const places = [lacking([archive]), { job: { kind: "make" } as Job }, lacking([archive])];
  expect(chooseRecipes(places, asked).map(({ places }) => places.length)).toEqual([3]);
  expect(chooseRecipes([...places, lacking([archive], "q/")], asked)).toHaveLength(2);
});
