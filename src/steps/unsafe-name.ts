import type { BytePath } from "../ports/folder.ts";
import type { TargetTraits } from "../ports/restore-target.ts";
import { isText, textOf } from "./byte-text.ts";
import { whyNotOnWindows } from "./windows-names.ts";

// The most that a name has on the file systems that there are: bytes, or units of UTF-16 on Windows's.
const mostUnits = 255;

/** Why a name in a path must not be made there: the rest of a sentence; undefined for one that may. */
export function whyUnsafeName(name: BytePath, traits: TargetTraits): string | undefined {
  if (name === "") return "a path with nothing between two slashes, or at one of its ends, isn't one";
  if (name === ".") return '"." is no name';
  if (name === "..") return '".." leads to another folder';
  if (name.includes("\0")) return "there is a NUL in it";
  if (!traits.anyBytes && !isText(name)) return "its name isn't Unicode text, and names are that here";
  const text = textOf(name);
  const units = traits.windowsNames ? text.length : name.length;
  if (units > mostUnits) return `a name of ${units} bytes is more than a file system takes, which is ${mostUnits}`;
  return traits.windowsNames ? whyNotOnWindows(text) : undefined;
}

/** Whether git would take a folder or file of this name for its own, on some file system: the rules of its `verify_path`, with both protections on. */
export function isGitName(name: BytePath): boolean {
  return quick.test(name) && bareParts(name).some((part) => /^(?:\.git|git~1)[. ]*(?::|$)/i.test(part));
}

/**
 * Whether another version control system would: what lies in such a folder names programs that it runs. `CVS` isn't among
 * them: other things are called so too.
 */
export function isRepositoryName(name: BytePath): boolean {
  return quick.test(name) && bareParts(name).some((part) => others.test(part));
}

// Most names have none of this, and no more is to be asked of them.
const quick = /^[^a-zA-Z]*[._]|~1|\\|[^\0-\x7f]/;

const others =
  /^(?:\.(?:hg|svn|bzr|jj|pijul|fossil|fslckout|sl)|(?:hg|svn|bzr|jj|pijul|fossil|sl)~1|_darcs|_fossil_)[. ]*(?::|$)/i;

/** As Windows would part a name, and without the characters that HFS+ doesn't see. Source: next_hfs_char of git's utf8.c. */
function bareParts(name: BytePath): string[] {
  return textOf(name)
    .replaceAll(/[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g, "")
    .split("\\");
}
