import { isNeverProven, type Outcome, type OutcomeWord, type Report } from "../model/report.ts";
import { setPrefix } from "../model/set-name.ts";
import { formatBytes, formatDuration } from "../model/units.ts";
import { codeSpan, linkTo, prose, webAddress } from "./markdown-text.ts";
import { type MarkdownColumn, markdownList, markdownTable } from "./markdown-table.ts";
import { evidenceText } from "./evidence-text.ts";
import { detailLines } from "./outcome-line.ts";
import { errorsOf } from "./report-errors.ts";
import { minuteOf } from "./times.ts";

/** What happened in each store, what is to be known of it, and where the files are. */
export function storesBlocks(report: Report): readonly string[] {
  const { outcomes, outputs, made } = report;
  if (outcomes.length === 0) return [];
  const said = new Set(errorsOf(report).map(({ message }) => message));
  const details = outcomes.flatMap((outcome) =>
    isNeverProven(outcome) || outcome.proven !== undefined
      ? []
      : detailLines(outcome).flatMap((line) => (said.has(line) ? [] : [{ store: outcome.store, line }])),
  );
  const manifest = outputs["manifest"];
  // Where links lead to the files, what lies here goes with the job.
  const linked = outcomes.every(({ outcome, url }) => bad.has(outcome) || url !== undefined);
  const folder = linked ? undefined : typeof manifest === "string" ? folderOf(manifest) : made && setPrefix(made.set);
  return [
    `### Stores\n\n${outcomeTable(outcomes)}`,
    ...(details.length === 0 ? [] : [markdownList(details, ({ store, line }) => `${codeSpan(store)}: ${prose(line)}`)]),
    ...(folder === undefined ? [] : [`The files are in ${codeSpan(folder, 500)}.`]),
  ];
}

function outcomeTable(outcomes: readonly Outcome[]): string {
  const shown = columns.filter(({ isNeeded }) => outcomes.some(isNeeded));
  return markdownTable(shown, outcomes);
}

type OutcomeColumn = MarkdownColumn<Outcome> & { readonly isNeeded: (outcome: Outcome) => boolean };

const columns: readonly OutcomeColumn[] = [
  { title: "store", isNeeded: () => true, cell: ({ store }) => codeSpan(store) },
  { title: "outcome", isNeeded: () => true, cell: outcomeText },
  {
    title: "file",
    isNeeded: ({ file }) => file !== undefined,
    cell: ({ file }) => (file === undefined ? "" : codeSpan(file)),
  },
  { title: "proof", isNeeded: (outcome) => proofText(outcome) !== "", cell: proofText },
  {
    title: "size",
    align: "right",
    isNeeded: ({ bytes }) => bytes !== undefined,
    cell: ({ bytes }) => (bytes === undefined ? "" : formatBytes(bytes)),
  },
  {
    title: "time",
    align: "right",
    isNeeded: ({ seconds }) => seconds !== undefined,
    cell: ({ seconds }) => (seconds === undefined ? "" : formatDuration(seconds)),
  },
  {
    title: "link",
    isNeeded: ({ url }) => url !== undefined && webAddress(url) !== undefined,
    cell: ({ url }) => (url === undefined ? "" : linkTo(url, "open")),
  },
];

const bad: ReadonlySet<OutcomeWord> = new Set<OutcomeWord>([
  "failed",
  "missing",
  "corrupt",
  "conflict",
  "immutable",
  "unknown",
]);

/** What happened, in a word, with a mark where a person has something to do. */
function outcomeText({ outcome }: Pick<Outcome, "outcome">): string {
  return `${bad.has(outcome) ? "❌\u00a0" : ""}${outcome.replaceAll("-", " ")}`;
}

const proofs = { digest: "by digest", read: "by reading back", drill: "by a restore", none: "not proven" } as const;

/** How the bytes were proven, or when they last were. */
export function proofText(outcome: Outcome): string {
  if (outcome.proof !== undefined && (outcome.proven === undefined || outcome.outcome === "repaired"))
    return [proofs[outcome.proof], ...evidenceText(outcome).map((text) => prose(text))].join(": ");
  if (outcome.proven !== undefined) return `last ${minuteOf(outcome.proven)} UTC`;
  return isNeverProven(outcome) ? "never" : "";
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}
