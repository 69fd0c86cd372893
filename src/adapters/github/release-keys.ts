import { ColdstoreError } from "../../model/errors.ts";

/** A key of a release store: `project/mode/id/file`. */
export interface ReleaseKey {
  /** `owner/repo`. */
  readonly project: string;
  readonly mode: string;
  readonly id: string;
  readonly file: string;
}

/** Part of the keys, as a prefix picks it: what is absent matches all. */
export type Reach = Partial<Omit<ReleaseKey, "file">>;

const modes: ReadonlySet<string> = new Set(["snapshot", "archive", "backup", "raw", "working"]);
const part = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,255}$/;

/**
 * Whether GitHub keeps a file's name as it is: it puts dots for other characters, makes one dot of several, takes away a last one
 * and writes `default` before a first one (as GitHub's own command line does it: pkg/cmd/release/shared/upload.go).
 */
export function keepsName(name: string): boolean {
  return part.test(name) && !name.startsWith(".") && !name.endsWith(".") && !name.includes("..");
}

export function keyText({ project, mode, id, file }: ReleaseKey): string {
  return `${project}/${mode}/${id}/${file}`;
}

/** Reads a key; undefined for one that no release has. Throws a `bug` for what can't be a key of any store. */
export function parseReleaseKey(key: string): ReleaseKey | undefined {
  const parts = key.split("/");
  if (parts.some((each) => ["", ".", ".."].includes(each)) || /[\\\0]/.test(key) || !key.isWellFormed())
    throw new ColdstoreError("bug", `"${key}" can't be a key`);
  const [owner = "", repo = "", mode = "", id = "", file = ""] = parts;
  if (parts.length !== 5 || !modes.has(mode) || !part.test(id) || !keepsName(file)) return undefined;
  return { project: `${owner}/${repo}`, mode, id, file };
}

/** As `parseReleaseKey`; throws for what can't be stored. */
export function needReleaseKey(key: string): ReleaseKey {
  const parsed = parseReleaseKey(key);
  if (parsed !== undefined) return parsed;
  throw new ColdstoreError(
    "bug",
    `${key} can't lie in a release: its files are known as owner/repo/mode/id/file, and their names use A-Z, a-z, 0-9, ".", "_" and "-"`,
  );
}

/** What a prefix's whole parts say; undefined when no key of a release begins so. */
export function reachOf(prefix: string): Reach | undefined {
  const [owner = "", repo = "", mode = "", id = ""] = prefix.split("/");
  const slashes = prefix.split("/").length - 1;
  if (slashes > 4 || (slashes > 2 && !modes.has(mode))) return undefined;
  if (slashes === 2 && ![...modes].some((each) => each.startsWith(mode))) return undefined;
  return {
    ...(slashes > 1 && { project: `${owner}/${repo}` }),
    ...(slashes > 2 && { mode }),
    ...(slashes > 3 && { id }),
  };
}
