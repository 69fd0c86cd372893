import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { isInstalled } from "../support/installed.ts";
import { type Bench, quoted } from "./bench-candidates.ts";
import { type Comparison, medianCpu, medianSeconds, peakOf } from "./bench-page.ts";
import { memoryLimit } from "./bench-formats.ts";
import { type Candidate, measure, sideBySide } from "./measure.ts";

interface Unpacker {
  readonly format: "tar.gz" | "tar.zst" | "zip";
  readonly name: string;
  /** What unpacks the archive `$archive` into the folder `$into`. */
  readonly line: string;
}

const unpackers: readonly Unpacker[] = [
  { format: "tar.gz", name: "tar xzf", line: "tar -xzf $archive -C $into" },
  { format: "tar.zst", name: "tar --zstd -xf", line: "tar --zstd -xf $archive -C $into" },
  { format: "zip", name: "unzip", line: "unzip -q $archive -d $into" },
];

/** A set restored, each entry compared, against the program that unpacks its archive and compares what its format lets it. */
export async function restores(
  bench: Bench,
  { tree, rounds }: { readonly tree: string; readonly rounds: number },
): Promise<readonly Comparison[]> {
  const comparisons: Comparison[] = [];
  for (const unpacker of unpackers) {
    const [program = ""] = unpacker.line.split(" ");
    if (!isInstalled(program) || (unpacker.format === "tar.zst" && !isInstalled("zstd"))) continue;
    comparisons.push(await restore(bench, unpacker, { tree, rounds }));
  }
  return comparisons;
}

async function restore(
  bench: Bench,
  { format, name, line }: Unpacker,
  { tree, rounds }: { readonly tree: string; readonly rounds: number },
): Promise<Comparison> {
  const store = join(bench.work, `restore-${format}`);
  await measure(`${bench.cli} snapshot ${quoted(tree)} ${quoted(store)} --format=${format} --dirty=ignore`);
  const archive = readdirSync(store, { recursive: true, encoding: "utf8" }).find((path) => path.endsWith(`.${format}`));
  const unpack = line.replace("$archive", quoted(join(store, archive ?? ""))).replace("$into", '"$into"');
  const series = await sideBySide(
    [
      intoFolder(
        bench,
        `coldstore restore, a ${format}`,
        (into) => `${bench.cli} restore ${quoted(store)} --into ${into}`,
      ),
      intoFolder(bench, name, (into) => `into=${into}; mkdir "$into"; ${unpack}`),
    ],
    rounds,
  );
  rmSync(store, { recursive: true });
  const [ours, theirs] = series;
  return {
    title: `A ${format} restored`,
    series,
    goals: [
      { text: `time to that of ${name}`, value: medianSeconds(ours) / medianSeconds(theirs), limit: 1 },
      { text: `CPU to that of ${name}`, value: medianCpu(ours) / medianCpu(theirs), limit: 1.1 },
      { text: "memory in MB", value: peakOf(ours) / 1e6, limit: memoryLimit },
    ],
  };
}

/** A command that makes a folder; what the round before made is gone when it starts. */
function intoFolder({ work }: Bench, name: string, line: (into: string) => string): Candidate {
  const into = join(work, "restored");
  return { name, line: line(quoted(into)), prepare: () => rmSync(into, { recursive: true, force: true }) };
}
