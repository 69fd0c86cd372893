import { ColdstoreError } from "./errors.ts";
import type { Manifest } from "./manifest.ts";

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

const manifest = record({
  content: record({
    mode: text,
    recipe: text,
    source: record({
      commit: objectId,
      tree: objectId,
      committed: time,
      object_format: oneOf("sha1", "sha256"),
      tag: optional(record({ name: text, object: optional(objectId) })),
    }),
    prefix: text,
    export_subst: text,
    tree: record({ files: count, dirs: count, symlinks: count, bytes: count }),
    tar: record(digest),
    file_list: record(digest),
    files: listOf(record({ name, ...digest })),
  }),
  content_sha256: hash,
  artifacts: listOf(
    record({
      name,
      role: oneOf("archive", "file-list", "file", "checksums", "restore-notes"),
      ...digest,
      format: optional(oneOf("tar.gz", "tar")),
      compression: optional(
        record({
          algorithm: oneOf("gzip"),
          block_bytes: size,
          blocks: ascending,
          first_paths: optional(listOf(text)),
        }),
      ),
    }),
  ),
  run: record({
    id: text,
    name: text,
    project: text,
    set: text,
    started: time,
    tool: record({ name: text, version: text, node: text, zlib: text, git: text }),
    ref: optional(text),
    branch: optional(text),
    origin: optional(text),
    dirty: optional(record({ modified: count, deleted: count, untracked: count })),
    milestone: optional(text),
    notes: optional(listOf(text)),
    contacts: optional(listOf(text)),
    superseded: optional(listOf(name)),
  }),
});

/** Checks that everything we read of a manifest is there and can't lead out of its folder. Throws `integrity`. */
export function assertManifestShape(value: unknown, called: string): asserts value is Manifest {
  const names = manifest(value) ? (value as Manifest).artifacts.map((artifact) => artifact.name) : undefined;
  if (names === undefined || new Set(names).size !== names.length)
    throw new ColdstoreError(
      "integrity",
      `${called} isn't a manifest that Coldstore wrote: fields are missing or malformed`,
    );
}
