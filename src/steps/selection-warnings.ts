import { formatCount } from "../model/units.ts";
import type { BytePath } from "../ports/folder.ts";
import { textOf } from "./byte-text.ts";
import type { Selection } from "./folder-entry.ts";
import { nameSome } from "./name-some.ts";
import type { Findings } from "./selection-findings.ts";
import type { SelectionRules } from "./selection-rules.ts";

/** What of the findings a person should know, though there will be an archive. */
export function findingWarnings(
  findings: Findings,
  more: {
    readonly rules: SelectionRules;
    /** `none here`: the folder is a remote's, and has said that itself. */
    readonly engine: Selection["engine"] | "none here";
    readonly collisions: readonly (readonly [string, string])[];
  },
): string[] {
  return [
    ...(more.engine === "ignore" ? [withoutGit] : []),
    ...sentences(findings, more.rules),
    ...otherCommits(findings),
    ...about(
      findings.ownOutput,
      ["file of Coldstore's own sets and stores was", "files of Coldstore's own sets and stores were"],
      "left out",
    ),
    ...sharedFiles(findings),
    ...collisions(more.collisions),
  ];
}

const withoutGit =
  "there is no git here: Coldstore reads the .gitignore files itself, and can't tell tracked files from untracked ones";

function sentences(findings: Findings, rules: SelectionRules): string[] {
  return [
    about(findings.deleted, ["tracked file is", "tracked files are"], "deleted and not in the archive"),
    about(
      findings.special,
      ["thing that is no file was", "things that are no files were"],
      "left out (FIFOs, sockets, devices)",
    ),
    about(findings.emptyFolders, ["empty folder is", "empty folders are"], "not in the archive"),
    about(
      findings.versionControl,
      ["tracked file of a version control system was", "tracked files of a version control system were"],
      "left out",
    ),
    about(
      findings.versionControlLinks,
      ["link leads", "links lead"],
      "to what a version control system keeps for itself; left out",
    ),
    rules.symlinks === "skip" ? about(findings.links, ["link was", "links were"], "left out") : [],
    rules.submodules === "exclude"
      ? about(
          findings.nested,
          ["folder is a repository of its own and was", "folders are repositories of their own and were"],
          "left out",
        )
      : [],
  ].flat();
}

function about(paths: readonly BytePath[], [one, several]: readonly [string, string], what: string): string[] {
  if (paths.length === 0) return [];
  return [`${formatCount(paths.length, one, several)} ${what}: ${nameSome(paths.toSorted().map(textOf))}`];
}

function otherCommits({ otherCommits: found }: Findings): string[] {
  return found.map(
    ({ path, commit, checkedOut }) =>
      `the archive has submodule ${textOf(path)} as recorded (${commit.slice(0, 7)}), not as it is checked out (${checkedOut.slice(0, 7)})`,
  );
}

function sharedFiles({ sharedFiles: pairs }: Findings): string[] {
  if (pairs.length === 0) return [];
  const named = nameSome(pairs.map(([one, other]) => `${textOf(one)} and ${textOf(other)}`));
  return [
    `${formatCount(pairs.length, "pair")} of tracked paths is one file on this disk, which ignores case or the way accents are written; each went in with that file's content: ${named}`,
  ];
}

function collisions(pairs: readonly (readonly [string, string])[]): string[] {
  if (pairs.length === 0) return [];
  const named = nameSome(pairs.map(([one, other]) => `${one} and ${other}`));
  return [
    `${formatCount(pairs.length, "pair")} of paths would be one on a disk that ignores case or the way accents are written: ${named}`,
  ];
}
