import type { Origin } from "./raw.ts";
import type { Values } from "./value-types.ts";

/** How a restore was started, as far as the words of a refusal depend on it. */
interface Start {
  readonly by: "flags" | "inputs";
  readonly symlinksFrom?: Origin | undefined;
}

/** What stands against a restore although each value is fine by itself; one sentence each. */
export function restoreContradictions(values: Partial<Values>, { by, symlinksFrom }: Start): readonly string[] {
  const { set = [], symlinks } = values;
  // One that can't be read is there, and its problem is told.
  const isGiven = "into" in values;
  return [
    ...(isGiven || values["dry-run"] === true ? [] : [intoIsMissing(by)]),
    ...(set.length > 1 ? [`set is given ${set.length} times; restore brings back one, so give it once.`] : []),
    // In a config file, which serves all modes, it's for the archives that are made.
    ...(symlinks === "follow" && symlinksFrom === "call"
      ? ["symlinks is follow, which is for archive: a link in a set leads to nothing yet; give keep, skip or fail."]
      : []),
  ];
}

function intoIsMissing(by: Start["by"]): string {
  const [example, dryRun] = by === "flags" ? ["--into ./restored", "--dry-run"] : ["into: ./restored", "dry-run: true"];
  return `into is missing: say in which folder to put what comes back, as in ${example}, or try it with ${dryRun}.`;
}
