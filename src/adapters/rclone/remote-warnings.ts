import { formatCount } from "../../model/units.ts";
import { checkOf } from "./file-digest.ts";
import type { RemoteTree } from "./remote-tree.ts";

/** What a remote doesn't tell, or doesn't give. */
export function remoteWarnings(listing: {
  readonly name: string;
  readonly tree: RemoteTree;
  readonly timesOfComing: boolean;
  /** Digests are still to be asked for. */
  readonly late: boolean;
}): readonly string[] {
  const { name, tree, timesOfComing, late } = listing;
  const files = tree.paths().flatMap((path) => tree.file(path) ?? []);
  const named = (wanted: (typeof files)[number][]): readonly string[] => wanted.map(({ path }) => path);
  const unchecked = late ? [] : named(files.filter(({ hashes }) => checkOf(hashes) === undefined));
  const undated = named(files.filter(({ modified }) => modified === undefined));
  const place = `listed in ${name}`;
  return [
    `${name} is a remote: its .gitignore files count, but which files are tracked can't be told there, nor which are executable`,
    ...(timesOfComing
      ? [
          `${name} is in a bucket: the time of a file is when it was put there; set mtime to a number of seconds to give all files the same`,
        ]
      : []),
    // Which files go into the archive is found out later.
    ...about(unchecked, files.length, [
      place,
      "no digest there, so that only the size is checked of those that are archived",
    ]),
    ...about(undated, files.length, [
      place,
      "no time there, and those that are archived get 1970 unless mtime says otherwise",
    ]),
  ];
}

const shown = 10;

function about(paths: readonly string[], all: number, [where, what]: readonly [string, string]): readonly string[] {
  if (paths.length === 0) return [];
  const more = paths.length > shown ? `, and ${paths.length - shown} more` : "";
  const first = paths.toSorted().slice(0, shown).join(", ");
  const of = `${formatCount(paths.length)} of ${formatCount(all, "file")} ${where}`;
  return [`${of} ${paths.length === 1 ? "has" : "have"} ${what}: ${first}${more}`];
}
