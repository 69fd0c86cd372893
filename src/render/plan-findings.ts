import type { Details, Plan } from "../model/details.ts";
import { formatBytes, formatCount } from "../model/units.ts";
import { visibleText } from "../model/visible-text.ts";

/** Something that a person should know of some paths, before or after a set is made; names none when there are none. */
export interface Finding {
  readonly title: string;
  readonly items: readonly FindingItem[];
}

/** A path, or a pattern, with what there is to say of it: its size, the commit it is at, the line in it. */
interface FindingItem {
  readonly path: string;
  readonly bytes?: number;
  readonly commit?: string;
  readonly line?: string;
}

/** What a dry run found beside sizes and counts; what there is none of is left out. */
export function planFindings(plan: Plan): readonly Finding[] {
  const lines = formatCount(plan.exportSubst.length, "line");
  return [
    ...choiceFindings(plan),
    trackedFinding(plan.trackedButIgnored),
    linkFinding(plan.outwardLinks),
    ...plan.profiles.map(profileFinding),
    submoduleFinding(plan),
    lfsFinding(plan),
    {
      title: `${lines} that export-subst fills in differently in a plain git archive`,
      items: plan.exportSubst.map(({ path, line }) => ({ path, line: line.trim() })),
    },
  ].filter(isThere);
}

type Selection = Extract<Details, { kind: "selection" }>["selection"];

/** What went into an archive, or stayed out of it, where that isn't plain to see; what there is none of is left out. */
export function selectionFindings(selection: Selection): readonly Finding[] {
  return [...choiceFindings(selection), linkFinding(selection.outwardLinks)].filter(isThere);
}

function isThere({ items }: Finding): boolean {
  return items.length > 0;
}

function choiceFindings({ untracked, credentials }: Pick<Selection, "untracked" | "credentials">): readonly Finding[] {
  const them = credentials.length === 1 ? "it" : "them";
  const looks = credentials.length === 1 ? "looks like credentials stays out" : "look like credentials stay out";
  return [
    {
      title: `${formatCount(untracked.length, "untracked file goes", "untracked files go")} in`,
      items: untracked.map(onlyPath),
    },
    {
      title: `${formatCount(credentials.length, "file")} that ${looks} (name ${them} under include to take ${them})`,
      items: credentials.map(onlyPath),
    },
  ];
}

function trackedFinding(tracked: readonly string[]): Finding {
  const them = tracked.length === 1 ? "it" : "them";
  const go = formatCount(tracked.length, "tracked file goes", "tracked files go");
  return { title: `${go} in although .gitignore names ${them}`, items: tracked.map(onlyPath) };
}

function linkFinding(links: readonly string[]): Finding {
  const lead = formatCount(links.length, "link leads", "links lead");
  return { title: `${lead} out of the folder`, items: links.map(onlyPath) };
}

function profileFinding({ name, patterns }: Plan["profiles"][number]): Finding {
  const match = formatCount(patterns.length, "pattern matches", "patterns match");
  return { title: `ignore-profile ${visibleText(name)} leaves out what ${match}`, items: patterns.map(onlyPath) };
}

const submodulesDo = {
  fail: ["stops the run", "stop the run"],
  include: ["goes in with its content", "go in with their content"],
  exclude: ["goes in as an empty folder", "go in as empty folders"],
} as const;

function submoduleFinding({ submodules, policies }: Plan): Finding {
  const [one, many] = submodulesDo[policies.submodules];
  const title = formatCount(submodules.length, `submodule ${one}`, `submodules ${many}`);
  return { title, items: submodules.map(({ path, commit }) => ({ path, commit })) };
}

const lfsDo = {
  fail: ["pointer stops the run, standing for", "pointers stop the run, standing for"],
  include: ["file goes in with its content,", "files go in with their content,"],
  pointers: ["pointer goes in as it is, standing for", "pointers go in as they are, standing for"],
} as const;

function lfsFinding({ lfs, policies }: Plan): Finding {
  const [one, many] = lfsDo[policies.lfs];
  const bytes = lfs.reduce((sum, pointer) => sum + pointer.bytes, 0);
  const count = formatCount(lfs.length, `Git LFS ${one}`, `Git LFS ${many}`);
  return { title: `${count} ${formatBytes(bytes)}`, items: lfs.map(({ path, bytes }) => ({ path, bytes })) };
}

function onlyPath(path: string): FindingItem {
  return { path };
}
