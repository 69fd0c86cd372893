import type { ArtifactRole } from "../../src/model/artifact.ts";
import type { Manifest, ManifestContent } from "../../src/model/manifest.ts";
import { setPrefix, type SetName } from "../../src/model/set-name.ts";
import { sealManifest, serializeManifest } from "../../src/steps/seal-manifest.ts";
import type { MemoryPlace } from "./memory-store.ts";
import { sha256Of } from "./store-fixtures.ts";

export interface PlainSet {
  readonly project?: string;
  readonly mode?: "snapshot" | "archive";
  readonly id: string;
  /** What its files are called, without endings; `app` unless told. */
  readonly base?: string;
  /** Bytes of its archive; all else is made of them. */
  readonly archive?: Uint8Array | string;
  /** Build outputs beside the archive, by their names. */
  readonly files?: Readonly<Record<string, Uint8Array | string>>;
  readonly started?: string;
  /** What the content says beside what the bytes do. */
  readonly prefix?: string;
  /** The tag's commit; a snapshot has one. */
  readonly commit?: string;
  readonly superseded?: readonly string[];
}

/** A set whose archive is any bytes: sound as far as digests tell. Fast, and small. */
export function plainSet(options: PlainSet): {
  readonly name: SetName;
  readonly manifest: Manifest;
  readonly objects: ReadonlyMap<string, Uint8Array>;
} {
  const { project = "acme/app", mode = "snapshot", id, base = "app", archive = `tar of ${id}`, files = {} } = options;
  const name = { project, mode, id };
  const parts: [string, ArtifactRole, Uint8Array | string][] = [
    [`${base}.tar`, "archive", archive],
    [`${base}.files.jsonl.gz`, "file-list", `list of ${id}`],
    ...Object.entries(files).map(([file, data]): [string, ArtifactRole, Uint8Array | string] => [file, "file", data]),
    [`${base}.SHA256SUMS`, "checksums", `sums of ${id}`],
  ];
  const artifacts = parts.map(([file, role, data]) => ({
    name: file,
    role,
    bytes: Buffer.byteLength(data),
    sha256: sha256Of(data),
    ...(role === "archive" && { format: "tar" as const }),
    ...(role === "file-list" && { compression: gzipped }),
  }));
  const tar = { bytes: Buffer.byteLength(archive), sha256: sha256Of(archive) };
  const manifest = sealManifest({
    content: contentOf(options, tar),
    artifacts,
    run: {
      id: "run-0",
      name: base,
      project,
      set: id,
      started: options.started ?? "2026-11-22T03:00:00Z",
      tool: { name: "coldstore", version: "0.1.0", node: "24.0.0", zlib: "1.3.1" },
      ...(options.superseded && { superseded: options.superseded }),
    },
  });
  const objects = new Map(parts.map(([file, , data]) => [setPrefix(name) + file, Buffer.from(data)]));
  objects.set(`${setPrefix(name)}${base}.coldstore.json`, Buffer.from(serializeManifest(manifest)));
  return { name, manifest, objects };
}

const gzipped = {
  algorithm: "gzip",
  level: 6,
  implementation: "node-zlib",
  version: "1.3.1",
  block_bytes: 65536,
  blocks: [0],
  first_paths: ["app/"],
} as const;

function contentOf({ mode = "snapshot", id, prefix = "app/", commit }: PlainSet, tar: Manifest["content"]["tar"]) {
  const common = {
    prefix,
    submodules: "fail",
    lfs: "fail",
    tree: { files: 1, dirs: 0, symlinks: 0, bytes: tar.bytes },
    tar,
    file_list: { bytes: 1, sha256: sha256Of(id) },
    files: [],
  } as const;
  const id40 = commit ?? sha256Of(id).slice(0, 40);
  const content: ManifestContent =
    mode === "archive"
      ? {
          ...common,
          mode,
          recipe: "coldstore-tar/1",
          filters: { exclude: [], include: [], profiles: [] },
          symlinks: "keep",
          mtime: "keep",
        }
      : {
          ...common,
          mode,
          recipe: "git-archive/1",
          export_subst: "stable",
          source: {
            commit: id40,
            tree: id40,
            committed: "2026-11-22T02:15:00Z",
            object_format: "sha1",
            ...(/^v\d/.test(id) && { tag: { name: id } }),
          },
        };
  return content;
}

/** Puts such a set into a place; gives its name. */
export function putPlainSet(place: MemoryPlace, options: PlainSet): SetName {
  const { name, objects } = plainSet(options);
  for (const [key, data] of objects) place.objects.set(key, { data, modified: new Date(0) });
  return name;
}
