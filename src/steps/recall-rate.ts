import { meaningOf } from "../model/keys.ts";
import type { Io, Store } from "../ports/store.ts";

const remembered = 5;

/** Bytes of tar a second that the last runs of a project made in a store, by its history; undefined when it tells of none. */
export async function recallRate(store: Store, project: string, io: Io): Promise<number | undefined> {
  if (!store.traits.records) return undefined;
  const keys: string[] = [];
  for await (const { key } of store.list(`${project}/history/`, io)) if (meaningOf(key) !== undefined) keys.push(key);
  const rates: number[] = [];
  for await (const object of store.read(keys.slice(-50), io)) {
    const rate = "data" in object ? rateIn(object.data) : undefined;
    if (rate !== undefined) rates.push(rate);
  }
  const last = rates.slice(-remembered).sort((a, b) => a - b);
  return last[Math.floor(last.length / 2)];
}

function rateIn(data: Uint8Array): number | undefined {
  try {
    const line = JSON.parse(Buffer.from(data).toString()) as Readonly<Record<string, unknown>>;
    const { outcome, tar_bytes: bytes, milliseconds } = line;
    if (outcome !== "stored" || typeof bytes !== "number" || typeof milliseconds !== "number") return undefined;
    return milliseconds > 0 ? (bytes * 1000) / milliseconds : undefined;
  } catch {
    return undefined;
  }
}
