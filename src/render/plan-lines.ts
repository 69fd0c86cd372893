import type { Plan, SinceLast, Weight } from "../model/details.ts";
import type { TreeCounts } from "../model/entry.ts";
import { setText } from "../model/set-name.ts";
import { formatBytes, formatCount, formatDuration } from "../model/units.ts";
import { visibleText } from "../model/visible-text.ts";
import { changeSigns } from "./difference-lines.ts";
import { factLines, padTo } from "./table.ts";

/** What a dry run found, part by part; parts without anything in them are left out. The last line says that nothing was written. */
export function planLines(plan: Plan): readonly string[] {
  return [
    ...factLines([
      ["entries", countsText(plan.counts)],
      // One of the formats may be the tar itself.
      ["tar", plan.sizes.some(({ format }) => format === "tar") ? undefined : formatBytes(plan.tarBytes)],
      ...plan.sizes.map(
        ({ format, bytes, exact }) => [format, `${exact ? "" : "about "}${formatBytes(bytes)}`] as const,
      ),
      ["parts", splitText(plan.splits)],
      ["ignored by", plan.engine && ignoredBy[plan.engine]],
      ["time", plan.expectedSeconds === undefined ? undefined : `about ${formatDuration(plan.expectedSeconds)}`],
    ]),
    ...weightLines("biggest entries", plan.biggestEntries),
    ...weightLines("biggest folders", plan.biggestFolders),
    ...choiceLines(plan),
    ...submoduleLines(plan),
    ...lfsLines(plan),
    ...part(
      `${formatCount(plan.exportSubst.length, "line")} that export-subst fills in differently in a plain git archive`,
      plan.exportSubst.map(({ path, line }) => `${visibleText(path)}: ${visibleText(line.trim())}`),
    ),
    ...(plan.since === undefined ? [] : sinceLines(plan.since)),
    "nothing was written",
  ];
}

/** Counts of a tree in words: `78,114 files, 9,321 folders, 3 links, 590 MB`. */
export function countsText({ files, dirs, symlinks, bytes }: TreeCounts): string {
  return [
    formatCount(files, "file"),
    formatCount(dirs, "folder"),
    ...(symlinks > 0 ? [formatCount(symlinks, "link")] : []),
    formatBytes(bytes),
  ].join(", ");
}

const ignoredBy = { git: ".gitignore files, as git reads them", ignore: ".gitignore files, read without git" } as const;

function splitText(splits: Plan["splits"]): string | undefined {
  const texts = splits.map(({ format, parts, exact }) => `${exact ? "" : "about "}${formatCount(parts)} of ${format}`);
  return texts.length === 0 ? undefined : texts.join(", ");
}

/** Which files were chosen, where it isn't plain to see. */
function choiceLines(plan: Plan): readonly string[] {
  const { untracked, credentials, trackedButIgnored: tracked, outwardLinks: links } = plan;
  const one = credentials.length === 1;
  const looks = one ? "looks like credentials stays out" : "look like credentials stay out";
  return [
    ...paths(`${formatCount(untracked.length, "untracked file goes", "untracked files go")} in`, untracked),
    ...paths(
      `${formatCount(credentials.length, "file")} that ${looks} (name ${one ? "it" : "them"} with --include to take ${one ? "it" : "them"})`,
      credentials,
    ),
    ...paths(
      `${formatCount(tracked.length, "tracked file goes", "tracked files go")} in although .gitignore names ${tracked.length === 1 ? "it" : "them"}`,
      tracked,
    ),
    ...paths(`${formatCount(links.length, "link leads", "links lead")} out of the folder`, links),
    ...plan.profiles.flatMap(({ name, patterns }) =>
      paths(
        `ignore-profile ${visibleText(name)} leaves out what ${formatCount(patterns.length, "pattern matches", "patterns match")}`,
        patterns,
      ),
    ),
  ];
}

const submodulesDo = {
  fail: ["stops the run", "stop the run"],
  include: ["goes in with its content", "go in with their content"],
  exclude: ["goes in as an empty folder", "go in as empty folders"],
} as const;

function submoduleLines({ submodules, policies }: Plan): readonly string[] {
  const [one, many] = submodulesDo[policies.submodules];
  return part(
    formatCount(submodules.length, `submodule ${one}`, `submodules ${many}`),
    submodules.map(({ path, commit }) => `${visibleText(path)} at ${commit.slice(0, 12)}`),
  );
}

const lfsDo = {
  fail: ["pointer stops the run, standing for", "pointers stop the run, standing for"],
  include: ["file goes in with its content,", "files go in with their content,"],
  pointers: ["pointer goes in as it is, standing for", "pointers go in as they are, standing for"],
} as const;

function lfsLines({ lfs, policies }: Plan): readonly string[] {
  const [one, many] = lfsDo[policies.lfs];
  const bytes = lfs.reduce((sum, pointer) => sum + pointer.bytes, 0);
  const count = formatCount(lfs.length, `Git LFS ${one}`, `Git LFS ${many}`);
  return part(`${count} ${formatBytes(bytes)}`, weighed(lfs));
}

function sinceLines({ set, added, removed, changed, examples }: SinceLast): readonly string[] {
  const counts = `${formatCount(added)} added, ${formatCount(removed)} removed, ${formatCount(changed)} changed`;
  const lines = examples.map(({ path, change }) => `${changeSigns[change]} ${visibleText(path)}`);
  const rest = added + removed + changed - examples.length;
  const more = rest > 0 && examples.length > 0 ? [`  and ${formatCount(rest)} more`] : [];
  return [`since ${visibleText(setText(set))}: ${counts}`, ...indented([...lines, ...more])];
}

function weightLines(title: string, weights: readonly Weight[]): readonly string[] {
  return part(title, weighed(weights));
}

function weighed(weights: readonly Weight[]): readonly string[] {
  return weights.map(({ path, bytes }) => `${padTo(formatBytes(bytes), 7, "right")}  ${visibleText(path)}`);
}

function paths(title: string, list: readonly string[]): readonly string[] {
  return part(title, list.map(visibleText));
}

// What a person reads of a long list; --json has it whole.
const mostShown = 20;

function part(title: string, lines: readonly string[]): readonly string[] {
  if (lines.length === 0) return [];
  const rest = lines.length - mostShown;
  const more = rest > 0 ? [`  and ${formatCount(rest)} more`] : [];
  return [title, ...indented([...lines.slice(0, mostShown), ...more])];
}

function indented(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `  ${line}`);
}
