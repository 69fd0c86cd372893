import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { Entry } from "../../src/model/entry.ts";
import { manifestSuffix, type ArchiveFormat, type Manifest } from "../../src/model/manifest.ts";

/** A set as it lies in a folder store, read without any code of ours. */
export interface StoredSet {
  /** Absolute. */
  readonly folder: string;
  /** What all of its files begin with. */
  readonly name: string;
  readonly manifest: Manifest;
  path(ending: ArchiveFormat | "files.jsonl.gz" | "SHA256SUMS" | "RESTORE.md" | "coldstore.json"): string;
  /** The uncompressed tar of the tar.gz. */
  tar(): Buffer;
  /** The lines of the file list. */
  entries(): readonly Entry[];
}

/** All sets that have a manifest, by the order of their folders' names. */
export function setsIn(store: string): readonly StoredSet[] {
  return filesBelow(store)
    .filter((path) => path.endsWith(manifestSuffix))
    .map(setOf);
}

/** The set of a store that has just one. */
export function onlySet(store: string): StoredSet {
  const [set, ...others] = setsIn(store);
  if (set === undefined || others.length > 0) throw new Error(`${store} has ${others.length + (set ? 1 : 0)} sets`);
  return set;
}

/** All files below a folder, as absolute paths, sorted; none when there is no folder. */
export function filesBelow(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
  } catch {
    return [];
  }
}

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** What a shell says on standard output, with stock programs and nothing else of the machine's. */
export function shell(script: string, cwd: string): string {
  return execFileSync("bash", ["-euo", "pipefail", "-c", script], {
    cwd,
    env: { PATH: "/usr/bin:/bin" },
    maxBuffer: 1 << 30,
    stdio: ["ignore", "pipe", "pipe"],
  }).toString();
}

function setOf(manifestPath: string): StoredSet {
  const folder = dirname(manifestPath);
  const name = basename(manifestPath).slice(0, -manifestSuffix.length);
  const path: StoredSet["path"] = (ending) => join(folder, `${name}.${ending}`);
  return {
    folder,
    name,
    manifest: JSON.parse(readFileSync(manifestPath, "utf8")) as Manifest,
    path,
    tar: () => gunzipSync(readFileSync(path("tar.gz"))),
    entries: () =>
      gunzipSync(readFileSync(path("files.jsonl.gz")))
        .toString()
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as Entry),
  };
}
