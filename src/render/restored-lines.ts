import type { Restored } from "../model/details.ts";
import { setText } from "../model/set-name.ts";
import { formatCount } from "../model/units.ts";
import { visibleText } from "../model/visible-text.ts";
import type { SetFact } from "./content-facts.ts";
import type { Finding } from "./plan-findings.ts";
import { countsText, findingLines } from "./plan-lines.ts";
import { factLines } from "./table.ts";
import { readableTime } from "./times.ts";

/** What came back, and what of it a person should know; of a dry run the last line says that nothing was written. */
export function restoredLines(restored: Restored): readonly string[] {
  const facts = restoredFacts(restored);
  return [
    ...factLines(facts.map(([name, value]) => [name, value === undefined ? undefined : visibleText(value)] as const)),
    ...findingLines(restoredFindings(restored)),
    ...(restored.into === undefined ? ["nothing was written"] : []),
  ];
}

/** What came back, of which set, from where and into which folder, as it is. */
export function restoredFacts(restored: Restored): readonly SetFact[] {
  const { set, made, store, into, counts, files, against } = restored;
  return [
    ["set", set && setText(set)],
    ["made", made && `${readableTime(made)} UTC`],
    ["from", store],
    ["into", into],
    ...pathFacts(restored),
    ["entries", countsText(counts)],
    ["build outputs", files === 0 ? undefined : `${formatCount(files, "file")}, in coldstore-files/`],
    ["compared with", comparedWith[against]],
  ];
}

const mostPaths = 10;

function pathFacts({ paths }: Restored): readonly SetFact[] {
  const rest = paths.length - mostPaths;
  const shown = paths.slice(0, mostPaths).map((path): SetFact => ["path", path]);
  return rest > 0 ? [...shown, ["paths", `${formatCount(rest)} more`]] : shown;
}

const comparedWith: Readonly<Record<Restored["against"], string>> = {
  manifest: "the digests in the set's file list",
  checksum: "the checksum beside the archive",
  sidecar: "what coldstore 1.x wrote beside the archive",
  nothing: "nothing: no manifest and no checksum lies beside the archive",
};

/** Links that aren't as in the archive's own place; what there is none of is left out. */
export function restoredFindings({ skippedLinks, outwardLinks, into }: Restored): readonly Finding[] {
  const [was, were] = into === undefined ? ["would be", "would be"] : ["was", "were"];
  const left = formatCount(skippedLinks.length, `link ${was}`, `links ${were}`);
  const lead = formatCount(outwardLinks.length, "link leads", "links lead");
  return [
    { title: `${left} left out`, items: skippedLinks.map((path) => ({ path })) },
    { title: `${lead} out of what came back`, items: outwardLinks.map((path) => ({ path })) },
  ].filter(({ items }) => items.length > 0);
}
