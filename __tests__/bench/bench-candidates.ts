import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Candidate } from "./measure.ts";

/** Where benchmarks put what they make, and the command line that they measure. */
export interface Bench {
  readonly work: string;
  readonly cli: string;
}

/** A run of Coldstore into a store of its own, empty each time. */
export function coldstoreInto(
  bench: Bench,
  run: {
    readonly store: string;
    readonly mode: "snapshot" | "archive";
    readonly source: string;
    readonly flags?: readonly string[];
    /** Ending of the archive whose size is wanted. */
    readonly format?: string;
  },
): Candidate {
  const { mode, source, flags = [], format = "tar.gz" } = run;
  const store = join(bench.work, run.store);
  return {
    name: ["coldstore", mode, ...flags].join(" "),
    line: [bench.cli, mode, quoted(source), quoted(store), ...flags].join(" "),
    prepare: () => rmSync(store, { recursive: true, force: true }),
    produced: () => archiveBytes(store, format),
  };
}

/** A command whose output goes into a file. */
export function intoFile({ work }: Bench, name: string, line: string): Candidate {
  const file = join(work, name.replaceAll(/\W+/gu, "-"));
  return { name, line: `${line} >${quoted(file)}`, produced: () => statSync(file).size };
}

function archiveBytes(store: string, format: string): number {
  const archive = readdirSync(store, { recursive: true, encoding: "utf8" }).find((path) => path.endsWith(`.${format}`));
  return archive === undefined ? Number.NaN : statSync(join(store, archive)).size;
}

/** As one word of bash. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
