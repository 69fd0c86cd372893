import { ColdstoreError } from "../../model/errors.ts";
import { keyPath, prefixFolder } from "../local/key-path.ts";

/** Throws a `bug` for what can't be a key: lists of files that rclone is given hold one a line. */
export function assertKey(key: string): void {
  keyPath("/", key);
  assertLine(key);
}

/** The folder that all keys with this prefix are in. Throws as `assertKey` does. */
export function folderOfPrefix(prefix: string): string {
  assertLine(prefix);
  return prefixFolder(prefix);
}

/** Whether a file is one that rclone gives its name when it's whole: it isn't, yet. */
export function isHalfMade(path: string): boolean {
  return /\.[0-9a-f]{8}\.partial$/u.test(path);
}

function assertLine(text: string): void {
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f]/u.test(text))
    throw new ColdstoreError("bug", `${JSON.stringify(text)} can't be a key: it has a control character.`);
}
