import { ColdstoreError } from "../model/errors.ts";

/** What the manifest beside an archive says that coldstore 1.x, the Python package, made (`coldstore freeze`). */
export interface Sidecar {
  /** Of its schema. */
  readonly version: string;
  /** Of the archive. */
  readonly bytes?: number;
  readonly sha256?: string;
  /** Members, without what coldstore put in itself. */
  readonly counts: { readonly files: number; readonly dirs: number; readonly symlinks: number };
  /** Digest of the list of files that lies in the archive; absent when it was made without one. */
  readonly listSha256?: string;
  readonly commit?: string;
}

/** A sidecar is the archive's name with this behind it. */
export const sidecarSuffix = ".MANIFEST.json";

/** Real ones have some kilobytes. */
export const mostSidecarBytes = 16 * 1024 * 1024;

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads a sidecar; undefined for JSON of another kind. Throws `integrity`, naming it, when it is no JSON, lacks what it has
 * to have, or is of a version that isn't known.
 */
export function parseSidecar(data: Uint8Array, name: string): Sidecar | undefined {
  const json = jsonOf(data);
  if (json === undefined) throw damaged(name, "it isn't JSON");
  const version = isObject(json) ? json["manifest_version"] : undefined;
  if (!isObject(json) || typeof version !== "string") return undefined;
  if (!/^1\.\d{1,4}$/.test(version))
    throw new ColdstoreError(
      "integrity",
      `${name} is of version ${JSON.stringify(version.slice(0, 40))}, and 1.x is read; update Coldstore, or check the archive with the one that made it`,
    );
  const sidecar = sidecarOf(json, version);
  if (typeof sidecar === "string") throw damaged(name, sidecar);
  return sidecar;
}

function sidecarOf(json: Json, version: string): Sidecar | string {
  const archive = member(json, "archive");
  const counts = archive && countsOf(member(archive, "member_count"));
  if (archive === undefined || counts === undefined) return "it doesn't say what the archive has";
  const { size_bytes: bytes, sha256 } = archive;
  if (bytes !== undefined && bytes !== null && !isCount(bytes)) return "the archive's size isn't a number of bytes";
  if (!isDigestOrNone(sha256)) return "the archive's sha256 isn't a digest";
  const list = listDigestIn(json);
  if (!isDigestOrNone(list)) return "the digest of its list of files isn't one";
  const commit = member(json, "git")?.["commit"];
  return {
    version,
    counts,
    ...(isCount(bytes) && { bytes }),
    ...(typeof sha256 === "string" && { sha256: sha256.toLowerCase() }),
    ...(typeof list === "string" && { listSha256: list.toLowerCase() }),
    ...(typeof commit === "string" && /^[0-9a-f]{40,64}$/.test(commit) && { commit }),
  };
}

function listDigestIn(json: Json): unknown {
  const verification = member(json, "verification");
  const hashes = verification && member(verification, "per_file_hash");
  return hashes?.["manifest_hash_of_filelist"];
}

function countsOf(json: Json | undefined): Sidecar["counts"] | undefined {
  const { files, dirs, symlinks = 0 } = json ?? {};
  return isCount(files) && isCount(dirs) && isCount(symlinks) ? { files, dirs, symlinks } : undefined;
}

function member(json: Json, key: string): Json | undefined {
  const value = json[key];
  return isObject(value) ? value : undefined;
}

function jsonOf(data: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(data));
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function isDigestOrNone(value: unknown): value is string | null | undefined {
  return value === undefined || value === null || (typeof value === "string" && /^[0-9a-fA-F]{64}$/.test(value));
}

function damaged(name: string, what: string): ColdstoreError {
  return new ColdstoreError("integrity", `${name} is damaged: ${what}; use another copy of it`);
}
