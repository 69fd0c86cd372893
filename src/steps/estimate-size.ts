import { promisify } from "node:util";
import { constants, deflateRaw } from "node:zlib";
import type { Repository } from "../ports/repository.ts";
import { archiveBlockBytes } from "./compress-blocks.ts";
import { sampleBytes, sampleLead, type Sample } from "./sample-grid.ts";
import { fillSamples } from "./fill-samples.ts";

export interface EstimateRequest {
  readonly repository: Repository;
  readonly samples: readonly Sample[];
  readonly tarBytes: number;
  readonly prefix: string;
  /** Epoch seconds, for the headers. */
  readonly mtime: number;
  readonly level: number;
}

// A block begins without anything to refer back to: as many samples in all do as one of those that a block would hold.
const samplesInBlock = archiveBlockBytes / (sampleBytes - sampleLead);

// Each takes half a megabyte while it works; more of them than cores win nothing.
const lanesAtOnce = 4;

/** The compressed size of a tar, from samples of it: bytes, within a few per cent. */
export async function estimateSize(request: EstimateRequest, signal: AbortSignal): Promise<number> {
  const whole = request.samples.filter(({ start }) => start + sampleBytes <= request.tarBytes);
  if (whole.length === 0) return request.tarBytes;
  const lanes = Array.from({ length: lanesAtOnce }, async () => 0);
  await fillSamples({ ...request, samples: whole }, signal, (bytes, index) => {
    const lane = index % lanesAtOnce;
    const sample = { bytes, level: request.level, cold: index % samplesInBlock === 0 };
    lanes[lane] = Promise.resolve(lanes[lane]).then(async (sum = 0) => sum + (await compressedBytes(sample)));
  });
  const sums = await Promise.all(lanes);
  signal.throwIfAborted();
  const sampled = whole.length * (sampleBytes - sampleLead);
  return Math.round((sums.reduce((sum, size) => sum + size, 0) / sampled) * request.tarBytes);
}

const deflate = promisify(deflateRaw);

interface Filled {
  readonly bytes: Buffer;
  readonly level: number;
  /** Without the lead. */
  readonly cold: boolean;
}

async function compressedBytes({ bytes, level, cold }: Filled): Promise<number> {
  const options = { level, memLevel: 9, finishFlush: constants.Z_SYNC_FLUSH };
  const content = bytes.subarray(sampleLead);
  if (cold) return (await deflate(content, options)).length;
  return (await deflate(content, { ...options, dictionary: bytes.subarray(0, sampleLead) })).length;
}
