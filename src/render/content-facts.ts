import type { ArchiveContent, ContentPolicies, Manifest, ManifestSource } from "../model/manifest.ts";
import { formatCount } from "../model/units.ts";
import { readableTime } from "./times.ts";

/** A line about a set: what, and its value; undefined has none. */
export type SetFact = readonly [string, string | undefined];

/** The commit that a set is of, or that was checked out when it was made. */
export function sourceFacts(source: ManifestSource | undefined): readonly SetFact[] {
  if (source === undefined) return [];
  return [
    ["commit", source.commit],
    ["committed", `${readableTime(source.committed)} UTC`],
    ["tag", source.tag?.name],
  ];
}

/** What decided a set's content, beside its source. */
export function contentFacts({ content, run }: Manifest): readonly SetFact[] {
  const policies = policyFacts(content);
  if (content.mode === "snapshot") return [["export-subst", content.export_subst], ...policies];
  return [
    ["folder", content.folder],
    ...filterFacts(content),
    ["symlinks", content.symlinks],
    ["mtime", timesText(content.mtime)],
    ["untracked", untrackedText(run.selection)],
    ...policies,
  ];
}

/** `fail` says that there were none. */
function policyFacts({ submodules, lfs }: ContentPolicies): readonly SetFact[] {
  return [
    ["submodules", submodules === "fail" ? undefined : submodules],
    ["lfs", lfs === "fail" ? undefined : lfs],
  ];
}

function filterFacts({ filters }: ArchiveContent): readonly SetFact[] {
  return [
    ...filters.exclude.map((pattern): SetFact => ["exclude", pattern]),
    ...filters.include.map((pattern): SetFact => ["include", pattern]),
    ...filters.profiles.map(({ name, patterns }): SetFact => [
      "ignore-profile",
      `${name} (${formatCount(patterns.length, "pattern")})`,
    ]),
  ];
}

function timesText(mtime: ArchiveContent["mtime"]): string {
  if (typeof mtime !== "number") return mtime;
  const time = new Date(mtime * 1000);
  return Number.isNaN(time.getTime()) ? String(mtime) : `${mtime} (${readableTime(time.toISOString())} UTC)`;
}

function untrackedText(selection: Manifest["run"]["selection"]): string | undefined {
  if (selection === undefined || selection.untracked === 0) return undefined;
  return `${formatCount(selection.untracked, "file")} in the set`;
}
