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
  return [
    `${name} is a remote: its .gitignore files count, but which files are tracked can't be told there, nor which are executable`,
    ...(timesOfComing
      ? [
          `${name} is in a bucket: the time of a file is when it was put there; set mtime to a number of seconds to give all files the same`,
        ]
      : []),
    ...about(unchecked, ["file has", "files have"], `no digest in ${name}, so that only the size is checked`),
    ...about(
      undated,
      ["file has", "files have"],
      `no time in ${name}, and 1970 in the archive unless mtime says otherwise`,
    ),
  ];
}

const shown = 10;

function about(paths: readonly string[], [one, several]: readonly [string, string], what: string): readonly string[] {
  if (paths.length === 0) return [];
  const more = paths.length > shown ? `, and ${paths.length - shown} more` : "";
  const first = paths.toSorted().slice(0, shown).join(", ");
  return [`${formatCount(paths.length, one, several)} ${what}: ${first}${more}`];
}
