import { mostParts } from "./archive-format.ts";
import { ColdstoreError } from "./errors.ts";
import type { Manifest, ManifestArtifact } from "./manifest.ts";

type Shape = (value: unknown) => boolean;

const fileName = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,255}$/;

const text: Shape = (value) => typeof value === "string";
const count: Shape = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const size: Shape = (value) => count(value) && value !== 0;
const time: Shape = (value) => typeof value === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(value);
const hash: Shape = (value) => typeof value === "string" && /^[0-9a-f]{64}$/.test(value);
const objectId: Shape = (value) => typeof value === "string" && /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(value);
const name: Shape = (value) => typeof value === "string" && fileName.test(value);
const oneOf =
  (...values: readonly unknown[]): Shape =>
  (value) =>
    values.includes(value);
const optional =
  (shape: Shape): Shape =>
  (value) =>
    value === undefined || shape(value);
const listOf =
  (shape: Shape): Shape =>
  (value) =>
    Array.isArray(value) && value.every(shape);
const record =
  (shapes: Readonly<Record<string, Shape>>): Shape =>
  (value) =>
    typeof value === "object" &&
    value !== null &&
    Object.entries(shapes).every(([key, shape]) => shape((value as Record<string, unknown>)[key]));

const ascending: Shape = (value) =>
  listOf(count)(value) && (value as number[]).every((offset, i, all) => i === 0 || offset > (all[i - 1] ?? 0));

const digest = { bytes: count, sha256: hash };

const source = record({
  commit: objectId,
  tree: objectId,
  committed: time,
  object_format: oneOf("sha1", "sha256"),
  tag: optional(record({ name: text })),
});

const commonContent = {
  prefix: text,
  submodules: oneOf("fail", "include", "exclude"),
  lfs: oneOf("fail", "include", "pointers"),
  tree: record({ files: count, dirs: count, symlinks: count, bytes: count }),
  tar: record(digest),
  file_list: record(digest),
  files: listOf(record({ name, ...digest })),
};

const snapshotContent = record({
  ...commonContent,
  mode: oneOf("snapshot"),
  recipe: oneOf("git-archive/1", "git-archive-whole/1"),
  source,
  export_subst: oneOf("stable", "git", "off"),
});

const archiveContent = record({
  ...commonContent,
  mode: oneOf("archive"),
  recipe: oneOf("coldstore-tar/1"),
  source: optional(source),
  folder: optional(text),
  filters: record({
    exclude: listOf(text),
    include: listOf(text),
    profiles: listOf(record({ name: text, patterns: listOf(text) })),
  }),
  symlinks: oneOf("keep", "follow", "skip", "fail"),
  mtime: (value) => value === "commit" || value === "keep" || Number.isSafeInteger(value),
});

const compression: Shape = (value) =>
  record({
    algorithm: oneOf("gzip", "zstd", "deflate"),
    level: count,
    implementation: text,
    version: text,
    block_bytes: optional(size),
    blocks: optional(ascending),
    first_paths: optional(listOf(text)),
  })(value) && hasBlocksOrNone(value as Record<string, unknown>);

/** A deflated zip has none; what is blocked says all of it. */
function hasBlocksOrNone({ algorithm, block_bytes, blocks }: Record<string, unknown>): boolean {
  const isBlocked = algorithm !== "deflate";
  return (block_bytes !== undefined) === isBlocked && (blocks !== undefined) === isBlocked;
}

const artifact: Shape = (value) =>
  record({
    name,
    role: oneOf("archive", "file-list", "file", "checksums", "restore-notes"),
    ...digest,
    format: optional(oneOf("tar.gz", "tar.zst", "tar", "zip")),
    compression: optional(compression),
    parts: optional(listOf(record({ name, bytes: size, sha256: hash }))),
  })(value) && partsAddUp(value as ManifestArtifact);

function partsAddUp({ parts, bytes }: ManifestArtifact): boolean {
  if (parts === undefined) return true;
  const sum = parts.reduce((all, part) => all + part.bytes, 0);
  return parts.length > 0 && parts.length <= mostParts && sum === bytes;
}

const manifest = record({
  content: (value) => snapshotContent(value) || archiveContent(value),
  content_sha256: hash,
  artifacts: listOf(artifact),
  run: record({
    id: text,
    name: text,
    project: text,
    set: text,
    started: time,
    tool: record({
      name: text,
      version: text,
      node: text,
      zlib: text,
      zstd: optional(text),
      git: optional(text),
    }),
    ref: optional(text),
    tag_object: optional(objectId),
    branch: optional(text),
    origin: optional(text),
    dirty: optional(record({ modified: count, deleted: count, untracked: count })),
    milestone: optional(text),
    notes: optional(listOf(text)),
    contacts: optional(listOf(text)),
    selection: optional(record({ engine: oneOf("git", "ignore"), untracked: count, clean: oneOf(true, false) })),
    superseded: optional(listOf(name)),
  }),
});

/** Checks that everything we read of a manifest is there and can't lead out of its folder. Throws `integrity`. */
export function assertManifestShape(value: unknown, called: string): asserts value is Manifest {
  if (manifest(value) && hasOwnNames(value as Manifest)) return;
  throw new ColdstoreError(
    "integrity",
    `${called} isn't a manifest that Coldstore wrote: fields are missing or malformed`,
  );
}

/** No two files of a set have one name, be they archives, their parts, or others. */
function hasOwnNames({ artifacts }: Manifest): boolean {
  const names = artifacts.flatMap(({ name, parts = [] }) => [name, ...parts.map((part) => part.name)]);
  return new Set(names).size === names.length;
}
