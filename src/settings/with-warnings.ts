import type { OutcomeWord, Report } from "../model/report.ts";
import type { Settled } from "./settle.ts";

/** The report of a run, with what its settings give to warn of: some of it only matters where a set is in a store now. */
export function withWarnings(report: Report, { warnings, passing }: Pick<Settled, "warnings" | "passing">): Report {
  const holding = new Set(report.outcomes.filter(({ outcome }) => holds.has(outcome)).map(({ store }) => store));
  const lost = passing.filter((store) => holding.has(store));
  return { ...report, warnings: [...warnings, ...farewell(lost), ...report.warnings] };
}

const holds: ReadonlySet<OutcomeWord> = new Set(["stored", "unchanged", "kept", "repaired", "unproven"]);

function farewell(stores: readonly string[]): readonly string[] {
  if (stores.length === 0) return [];
  const [are, go, them] = stores.length === 1 ? ["is", "goes", "it"] : ["are", "go", "them"];
  const names = stores.join(", ");
  return [
    `${names} ${are} on the runner, and ${go} with it: a later step has to hand ${them} on, such as actions/upload-artifact.`,
  ];
}
