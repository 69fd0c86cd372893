import { type ManifestArtifact, manifestSuffix } from "../model/manifest.ts";
import type { BytePath, FolderDisk } from "../ports/folder.ts";
import { bytesOf, textOf } from "./byte-text.ts";

/** What earlier runs left in a folder: files by path, and folders all of which is theirs (with a trailing slash). */
export interface OwnOutput {
  readonly files: ReadonlySet<BytePath>;
  readonly folders: ReadonlySet<BytePath>;
}

/** What is read of a manifest here; nothing is trusted but that it names files beside it. */
interface Claims {
  readonly names: readonly string[];
  readonly project: string;
  readonly place: string;
}

const areas = ["snapshot", "archive", "backup", "raw", "working", "records", "history", "objects"];

const mostBytes = 64 * 1024 * 1024;

/** Finds the sets among these files by their manifests, and the stores that whole sets lie in. */
export function findOwnOutput(disk: FolderDisk, untracked: readonly BytePath[]): OwnOutput {
  const files = new Set<BytePath>();
  const folders = new Set<BytePath>();
  for (const path of untracked) {
    if (!path.endsWith(manifestSuffix)) continue;
    const claims = claimsOf(disk, path);
    if (claims === undefined) continue;
    const folder = path.slice(0, path.lastIndexOf("/") + 1);
    for (const name of claims.names) files.add(folder + bytesOf(name));
    files.add(path);
    const tail = bytesOf(`${claims.project}/${claims.place}/`);
    if (folder !== tail && !folder.endsWith(`/${tail}`)) continue;
    const store = folder.slice(0, -tail.length);
    folders.add(`${store}.tmp/`);
    for (const area of areas) folders.add(`${store}${bytesOf(claims.project)}/${area}/`);
  }
  return { files, folders };
}

export function isOwnOutput(path: BytePath, own: OwnOutput): boolean {
  if (own.files.has(path)) return true;
  for (const folder of own.folders) if (path.startsWith(folder)) return true;
  return false;
}

function claimsOf(disk: FolderDisk, path: BytePath): Claims | undefined {
  const looked = disk.look(path);
  if (looked?.type !== "file" || looked.bytes > mostBytes) return undefined;
  try {
    const data = disk.read(path, looked);
    return data === undefined ? undefined : readClaims(JSON.parse(textOf(Buffer.from(data).toString("latin1"))));
  } catch {
    // What can't be read or isn't JSON is no manifest of ours; it's an entry like any other.
    return undefined;
  }
}

function readClaims(value: unknown): Claims | undefined {
  const { schema, artifacts, run, content } = record(value);
  if (typeof schema !== "string" || !schema.startsWith("coldstore/manifest/")) return undefined;
  const { project, set, superseded } = record(run);
  const all = list(artifacts).flatMap((artifact) => namesOf(record(artifact)));
  return {
    names: [...all, ...list(superseded)].filter((name) => typeof name === "string"),
    project: String(project),
    place: `${String(record(content)["mode"])}/${String(set)}`,
  };
}

function namesOf(artifact: Readonly<Record<string, unknown>>): unknown[] {
  const parts: readonly unknown[] = list(artifact["parts" satisfies keyof ManifestArtifact]);
  return [artifact["name"], ...parts.map((part) => record(part)["name"])];
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
