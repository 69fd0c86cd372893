import { ColdstoreError, type Remedy } from "../model/errors.ts";
import { formatCount } from "../model/units.ts";
import type { BytePath, SourceFolder } from "../ports/folder.ts";
import { textOf } from "./byte-text.ts";
import { nameSome } from "./name-some.ts";
import type { Findings } from "./selection-findings.ts";
import type { SelectionRules } from "./selection-rules.ts";
import { unreadableErrors } from "./unreadable-errors.ts";

/** What of the findings stands against an archive; each kind once, with all that it is about. */
export function findingErrors(
  findings: Findings,
  rules: SelectionRules,
  folder: Pick<SourceFolder, "repository" | "remote">,
): ColdstoreError[] {
  const found = [
    ...findings.errors,
    ...perKind(findings),
    ...unreadableErrors(findings.unreadable),
    ...repositories(findings, rules),
    ...(rules.symlinks === "fail" && findings.links.length > 0 ? [linksFound(findings.links)] : []),
  ];
  return findings.entries.size > 0 || found.length > 0 ? found : [nothingLeft(findings, rules, folder)];
}

function perKind(findings: Findings): ColdstoreError[] {
  return [
    about(
      [...findings.unmerged],
      ["path is", "paths are"],
      (names) => `in conflict after a merge: ${names}; resolve and commit it first`,
    ),
    about(
      findings.sparse,
      ["tracked file is", "tracked files are"],
      (names) =>
        `not on disk because of a sparse checkout: ${names}; run \`git sparse-checkout disable\`, or leave them out with exclude: PATTERN`,
      { checkout: { filter: "", "sparse-checkout": "" } },
    ),
    about(
      findings.deadLinks,
      ["link leads", "links lead"],
      (names) => `to nothing that could be archived in its place: ${names}; mend them, or use symlinks: keep`,
    ),
    about(
      findings.circularLinks,
      ["link leads", "links lead"],
      (names) => `to a folder that it lies in itself: ${names}; exclude them, or use symlinks: keep`,
    ),
    about(
      findings.submoduleLinks,
      ["link of a submodule", "links of submodules"],
      (names) => `can't be followed: ${names}; use symlinks: keep or skip, or exclude them`,
    ),
    about(
      findings.missingSubmodules,
      ["submodule isn't", "submodules aren't"],
      (names) =>
        `in this clone as recorded: ${names}; run \`git submodule update --init --recursive\`, or leave them out with exclude: PATTERN`,
      { checkout: { submodules: "recursive" } },
    ),
  ].flat();
}

function about(
  paths: readonly BytePath[],
  [one, several]: readonly [string, string],
  say: (names: string) => string,
  remedy?: Remedy,
): ColdstoreError[] {
  if (paths.length === 0) return [];
  const sentence = `${formatCount(paths.length, one, several)} ${say(nameSome(paths.toSorted().map(textOf)))}`;
  return [new ColdstoreError("source", sentence, { ...(remedy && { remedy }) })];
}

/** What lies in a folder and is a repository of its own must be asked for, or be left out in so many words. */
function repositories({ submodules, nested }: Findings, rules: SelectionRules): ColdstoreError[] {
  if (rules.submodules !== "fail") return [];
  const ways =
    "set submodules to include to take them along, or to exclude to leave them out; exclude: PATTERN leaves out single ones";
  const recorded = submodules
    .toSorted((a, b) => (a.path < b.path ? -1 : 1))
    .map(({ path, commit }) => `${textOf(path)} (${commit.slice(0, 7)})`);
  const inner = nested.toSorted().map(textOf);
  const found: ColdstoreError[] = [];
  if (recorded.length > 0)
    found.push(
      new ColdstoreError(
        "source",
        `the folder has ${formatCount(recorded.length, "submodule")}: ${nameSome(recorded)}; ${ways}`,
        { remedy: { checkout: { submodules: "recursive" }, settings: { submodules: "include" } } },
      ),
    );
  if (inner.length > 0) {
    const are = formatCount(inner.length, "folder in it is a repository", "folders in it are repositories");
    found.push(new ColdstoreError("source", `${are} of its own: ${nameSome(inner)}; ${ways}`));
  }
  return found;
}

function linksFound(links: readonly BytePath[]): ColdstoreError {
  return new ColdstoreError(
    "source",
    `the folder has ${formatCount(links.length, "link")}, and symlinks is "fail": ${nameSome(links.toSorted().map(textOf))}; use symlinks: keep, skip or follow, or leave them out with exclude: PATTERN`,
  );
}

function nothingLeft(
  findings: Findings,
  rules: SelectionRules,
  { repository, remote }: Pick<SourceFolder, "repository" | "remote">,
): ColdstoreError {
  const left = [
    [findings.excluded, "by exclude and ignore-profile"],
    [findings.credentials.length, "because they look like credentials"],
    [findings.ownOutput.length, "as Coldstore's own output"],
    [rules.symlinks === "skip" ? findings.links.length : 0, "as links"],
    [findings.deleted.length, "because they are deleted"],
    [findings.special.length, "because they are no files"],
    [findings.submodules.length + findings.nested.length, "as submodules and other repositories"],
  ] as const;
  const told = left.flatMap(([count, why]) => (count === 0 ? [] : `${formatCount(count)} ${why}`));
  const why =
    told.length === 0
      ? "the folder has no files, or .gitignore leaves all of them out"
      : `left out were ${told.join(", ")}`;
  const isUnfilled = told.length === 0 && repository === undefined && remote === undefined;
  return new ColdstoreError("source", `there is nothing to archive: ${why}`, {
    ...(isUnfilled && { remedy: { checkout: {} } }),
  });
}
