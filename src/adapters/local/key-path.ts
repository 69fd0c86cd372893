import { dirname, join } from "node:path";
import { ColdstoreError } from "../../model/errors.ts";

/** The folder in a store where half-made things lie; no key starts with it, and no list shows it. */
export const scratchFolder = ".tmp";

/** The absolute path of a key's file. Throws a `bug` for a key that isn't relative, clean and outside the scratch folder. */
export function keyPath(root: string, key: string): string {
  const parts = key.split("/");
  const problem = problemOfText(key) ?? problemOfParts(parts);
  if (problem !== undefined) throw new ColdstoreError("bug", `"${key}" can't be a key: ${problem}.`);
  return join(root, ...parts);
}

/** The folder (a key without a trailing slash, "" for the root) that all keys with this prefix are in. Throws as `keyPath` does. */
export function prefixFolder(prefix: string): string {
  const folder = prefix.slice(0, Math.max(0, prefix.lastIndexOf("/")));
  const problem = problemOfText(prefix) ?? (prefix.includes("/") ? problemOfParts(folder.split("/")) : undefined);
  if (problem !== undefined) throw new ColdstoreError("bug", `"${prefix}" can't be a prefix of keys: ${problem}.`);
  return folder;
}

/** The folders that a store's file is in, from its own up to the store's root, which is the last. */
export function foldersAbove(root: string, file: string): readonly string[] {
  const folders: string[] = [];
  for (let folder = dirname(file); folder.length > root.length; folder = dirname(folder)) folders.push(folder);
  return [...folders, root];
}

function problemOfText(text: string): string | undefined {
  if (text.includes("\\")) return "it has a backslash";
  if (text.includes("\0")) return "it has a NUL character";
  if (!text.isWellFormed()) return "it isn't valid Unicode";
  return undefined;
}

function problemOfParts(parts: readonly string[]): string | undefined {
  if (parts.includes("")) return "a part of it is empty";
  if (parts.includes(".") || parts.includes("..")) return "a part of it is . or ..";
  if (parts[0] === scratchFolder) return `${scratchFolder} is kept for half-made things`;
  return undefined;
}
