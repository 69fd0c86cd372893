import type { Plan } from "../model/details.ts";
import type { ArchiveFormat } from "../model/manifest.ts";
import { type AskedLevel, levelOf } from "./choose-level.ts";
import { type ContentReader, fillSamples } from "./fill-samples.ts";
import { type GridEntry, type Sample, sampleBytes, type SampleGrid } from "./sample-grid.ts";
import { gzipMeter, type ReadSample, type SampleMeter, zipMeter, zstdMeter } from "./sample-meters.ts";

/** A tar that isn't made, all of whose entries went through the grid, and the archives whose sizes are wanted. */
export interface SizeRequest<E extends GridEntry> {
  readonly grid: SampleGrid<E>;
  readonly tarBytes: number;
  /** False when contents may change on their way into the tar. */
  readonly tarIsExact: boolean;
  readonly prefix: string;
  /** Epoch seconds, for the headers. */
  readonly mtime: number;
  readonly read: ContentReader<E>;
  readonly formats: readonly ArchiveFormat[];
  readonly level?: AskedLevel | undefined;
  /** Absent: as many as the grid has. */
  readonly mostSamples?: number | undefined;
}

// Each takes half a megabyte while it works; more of them than cores win nothing.
const lanesAtOnce = 4;

/** The sizes of a tar's archives, from samples of it: within a few per cent, tar.zst within fifteen. */
export async function estimateSizes<E extends GridEntry>(
  request: SizeRequest<E>,
  signal: AbortSignal,
): Promise<Plan["sizes"]> {
  const { formats, tarBytes, tarIsExact } = request;
  const meters = new Map(formats.flatMap((format) => meterOf<E>(format, levelOf(format, request.level))));
  const samples = samplesOf(request);
  if (meters.size > 0) await feed([...meters.values()], { ...request, samples }, signal);
  signal.throwIfAborted();
  return formats.map((format) => {
    const ratio = samples.length === 0 ? 1 : meters.get(format)?.ratio();
    if (ratio === undefined) return { format, bytes: tarBytes, exact: tarIsExact };
    const bytes = format === "zip" ? zipBytes(request, ratio) : ratio * tarBytes;
    return { format, bytes: Math.round(bytes), exact: false };
  });
}

/** All over the tar, whole ones. */
function samplesOf<E extends GridEntry>({
  grid,
  tarBytes,
  mostSamples = Infinity,
}: SizeRequest<E>): readonly Sample<E>[] {
  const whole = grid.samples().filter(({ start }) => start + sampleBytes <= tarBytes);
  const each = Math.ceil(whole.length / mostSamples);
  return each <= 1 ? whole : whole.filter((_, i) => i % each === 0);
}

function meterOf<E extends GridEntry>(
  format: ArchiveFormat,
  level = 0,
): readonly (readonly [ArchiveFormat, SampleMeter<E>])[] {
  switch (format) {
    case "tar":
      return [];
    case "tar.gz":
      return [[format, gzipMeter(level)]];
    case "tar.zst":
      return [[format, zstdMeter(level)]];
    case "zip":
      return [[format, zipMeter(level)]];
  }
}

async function feed<E extends GridEntry>(
  meters: readonly SampleMeter<E>[],
  request: SizeRequest<E> & { readonly samples: readonly Sample<E>[] },
  signal: AbortSignal,
): Promise<void> {
  const lanes = Array.from({ length: lanesAtOnce }, async () => {});
  await fillSamples(request, signal, (bytes, index) => {
    const sample = request.samples[index];
    if (sample === undefined) return;
    const lane = index % lanesAtOnce;
    lanes[lane] = feedOne(lanes[lane], meters, { sample, bytes, index });
  });
  await Promise.all(lanes);
}

async function feedOne<E extends GridEntry>(
  before: Promise<void> | undefined,
  meters: readonly SampleMeter<E>[],
  read: ReadSample<E>,
): Promise<void> {
  await before;
  for (const meter of meters) await meter.add(read);
}

// Of each entry: its local header, what stands behind its content, its line in the directory; then the directory's end.
const zipBytesOf = { entry: 30 + 46, descriptor: 16, end: 22 + 40, largeEnd: 56 + 20 };

function zipBytes<E extends GridEntry>({ grid, prefix }: SizeRequest<E>, ratio: number): number {
  const { entries, nameBytes, contentBytes } = grid.totals;
  const names = 2 * (nameBytes + entries * Buffer.byteLength(prefix));
  const ends = zipBytesOf.end + (entries > 0xffff ? zipBytesOf.largeEnd : 0);
  return ratio * contentBytes + names + entries * (zipBytesOf.entry + zipBytesOf.descriptor) + ends;
}
