import { expect, test } from "vitest";
import { assertManifestShape } from "../../src/model/manifest-shape.ts";
import type { Manifest } from "../../src/model/manifest.ts";
import { schemaProblems } from "../support/json-schema.ts";
import { manifestIn, storedWorld } from "../support/world.ts";

const made = manifestIn((await storedWorld({ formats: ["tar.gz", "tar.zst", "tar", "zip"], splitSize: 300 })).place);

/** A copy with other values at some paths; undefined takes away. */
function changed(edits: Readonly<Record<string, unknown>>): unknown {
  const value: object = structuredClone(made);
  for (const [path, to] of Object.entries(edits)) {
    const keys = path.split(".");
    const last = keys.pop()!;
    const node = keys.reduce<object>((at, key) => Reflect.get(at, key) as object, value);
    if (to === undefined) Reflect.deleteProperty(node, last);
    else Reflect.set(node, last, to);
  }
  return value;
}

const accepts = (value: unknown): boolean => {
  try {
    assertManifestShape(value, "it");
    return true;
  } catch {
    return false;
  }
};

const archiveContent = {
  mode: "archive",
  recipe: "coldstore-tar/1",
  source: made.content.source,
  folder: "docs",
  filters: { exclude: ["*.log"], include: [], profiles: [{ name: "node", patterns: ["node_modules/"] }] },
  symlinks: "keep",
  mtime: 1_700_000_000,
};

test("manifests of both modes, with and without what is optional, are taken, and follow the schema", () => {
  const { source: _, ...common } = made.content;
  const { folder: _f, source: _s, ...outside } = archiveContent;
  const { git: _g, ...tool } = made.run.tool;
  for (const value of [
    made,
    { ...made, content: { ...made.content, recipe: "git-archive-whole/1", submodules: "include", lfs: "pointers" } },
    { ...made, content: { ...common, ...archiveContent } },
    { ...made, content: { ...common, ...outside, mtime: "keep" }, run: { ...made.run, tool } },
    { ...made, run: { ...made.run, selection: { engine: "git", untracked: 3, clean: true } } },
  ]) {
    expect(accepts(value)).toBe(true);
    expect(schemaProblems("manifest", value)).toEqual([]);
  }
});

/** A split archive, by its path. */
const split = `artifacts.${made.artifacts.findIndex(({ parts }) => parts !== undefined)}`;
const [first, second] = made.artifacts.find(({ parts }) => parts !== undefined)!.parts!;
const thousand = Array.from({ length: 1000 }, (_, i) => ({ ...first!, name: `part-${i}`, bytes: 1 }));

const changes: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "parts that don't add up": { [`${split}.parts.0.bytes`]: first!.bytes + 1 },
  "no parts at all": { [`${split}.parts`]: [], [`${split}.bytes`]: 0 },
  "an empty part": {
    [`${split}.parts`]: [first, { ...first!, name: "x", bytes: 0 }],
    [`${split}.bytes`]: first!.bytes,
  },
  "a part's name twice": { [`${split}.parts.0.name`]: second!.name },
  "a part with another file's name": { [`${split}.parts.0.name`]: made.artifacts.at(-1)!.name },
  "a part with a path": { [`${split}.parts.0.name`]: "../evil" },
  "more parts than names": { [`${split}.parts`]: thousand, [`${split}.bytes`]: 1000 },
  "a recipe of the other mode": { "content.recipe": "coldstore-tar/1" },
  "a mode that isn't known": { "content.mode": "other" },
  "an archive without filters": { content: { ...made.content, ...archiveContent, filters: undefined } },
  "blocks without their size": { [`${split}.compression.block_bytes`]: undefined },
  "a format that isn't known": { [`${split}.format`]: "rar" },
};

test("the copies are right but for what is changed in them", () => expect(accepts(changed({}))).toBe(true));

test.each(Object.keys(changes))("a manifest is refused for %s", (name) => {
  expect(accepts(changed(changes[name]!))).toBe(false);
});

test("what was made before there were parts and other formats is still read", () => {
  const artifacts = made.artifacts.filter(({ parts, format }) => parts === undefined && format !== "zip");
  expect(accepts({ ...made, artifacts } satisfies Manifest)).toBe(true);
});
