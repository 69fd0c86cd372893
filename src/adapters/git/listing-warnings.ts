import { ColdstoreError } from "../../model/errors.ts";

const namedAtMost = 10;

/** Throws `source` when git, which calls that a success, couldn't read a folder or a .gitignore; names them. */
export function throwIfUnread(stderr: string): void {
  // "Too many levels of symbolic links" only says that a .gitignore is a link, which git doesn't follow.
  const warning = /^warning: (?:could not open directory|unable to access) '(.*)': (?!Too many l)(.*)$/gm;
  const unread = [...stderr.matchAll(warning)];
  const [first] = unread;
  if (first === undefined) return;
  const named = unread.slice(0, namedAtMost).map(([, path]) => path);
  const more = unread.length > namedAtMost ? ` and ${unread.length - namedAtMost} more` : "";
  const advice = "give the user that runs Coldstore access, or leave them out with a .gitignore";
  throw new ColdstoreError("source", `git can't read ${named.join(", ")}${more}: ${first[2]}; ${advice}`, {
    cause: stderr,
  });
}
