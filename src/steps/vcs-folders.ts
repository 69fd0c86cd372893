import type { BytePath, FolderDisk } from "../ports/folder.ts";

const folders: ReadonlySet<string> = new Set([
  ".git",
  ".hg",
  ".svn",
  ".bzr",
  "_darcs",
  ".jj",
  ".pijul",
  ".fossil",
  ".sl",
]);

// A linked work tree or a submodule has a file .git; Fossil keeps its checkout's state in one file.
const files: ReadonlySet<string> = new Set([".git", ".fslckout", "_FOSSIL_", "_fossil_"]);

const quick = /(?:^|\/)(?:\.(?:git|hg|svn|bzr|jj|pijul|fossil|fslckout|sl)|_darcs|_fossil_|CVS)(?:\/|$)/i;

/** Whether a file, or a folder (with a trailing slash), is a version control system's own or lies in a folder of its own. */
export function isVersionControl(path: BytePath, disk: Pick<FolderDisk, "look">): boolean {
  if (!quick.test(path)) return false;
  const parts = path.split("/");
  const name = parts.pop() ?? "";
  if (files.has(name) || name.toLowerCase() === ".git") return true;
  return parts.some(
    (part, i) =>
      folders.has(part) ||
      part.toLowerCase() === ".git" ||
      // A folder may well be called so for another reason; a checkout has this file in it.
      (part === "CVS" && disk.look([...parts.slice(0, i + 1), "Entries"].join("/"))?.type === "file"),
  );
}
