import { ColdstoreError } from "../../src/model/errors.ts";
import type { Put, Store, StoredObject } from "../../src/ports/store.ts";

/** One-to-one, so that keys keep their order and a prefix stays one. */
export interface KeyForm {
  prefix(prefix: string): string;
  key(key: string): string;
  back(key: string): string;
}

/** Any keys as files of one set: for stores that know no others. A key that can't be one at all is passed as it is. */
export function asSetFiles(set: string): KeyForm {
  const prefix = (text: string) => `${set}k${Buffer.from(text).toString("hex")}`;
  return {
    prefix,
    key: (key) => (isKey(key) ? `${prefix(key)}.RESTORE.md` : key),
    back: (key) => {
      const [, hex] = /k([0-9a-f]*)\.RESTORE\.md$/.exec(key.startsWith(set) ? key.slice(set.length) : "") ?? [];
      return hex === undefined ? key : Buffer.from(hex, "hex").toString();
    },
  };
}

/** A store whose keys are another's, written differently; so that a suite for all stores needn't know what keys one takes. */
export function keysWithin(inner: Store, { prefix, key, back }: KeyForm): Store {
  const outward = <T extends { readonly key: string }>(value: T): T => ({ ...value, key: back(value.key) });
  const object = (value: StoredObject) => outward(value);
  const ioOf = (io: Parameters<Store["stat"]>[1]) => ({
    signal: io.signal,
    progress: (event: { key: string; bytes: number }) => io.progress(outward(event)),
  });
  return {
    name: inner.name,
    traits: inner.traits,
    preflight: (need, io) => inner.preflight(need, io),
    async *list(start, io) {
      for await (const each of inner.list(prefix(start), ioOf(io))) yield object(each);
    },
    stat: async (each, io) => inner.stat(key(each), ioOf(io)).then((found) => found && object(found)),
    async *put(items, io) {
      async function* inward(): AsyncGenerator<Put> {
        for await (const item of items) yield { ...item, key: key(item.key) };
      }
      for await (const outcome of inner.put(inward(), ioOf(io)))
        yield outcome.outcome === "failed" ? outward(outcome) : { ...outward(outcome), object: object(outcome.object) };
    },
    settle: (io) => inner.settle(io),
    open: async (each, range, io) =>
      inner.open(key(each), range, ioOf(io)).catch((error: unknown) => {
        if (!(error instanceof ColdstoreError) || io.signal.aborted) throw error;
        throw new ColdstoreError(error.failure, error.message.replace(key(each), each));
      }),
    async *read(keys, io) {
      for await (const result of inner.read(keys.map(key), ioOf(io))) yield outward(result);
    },
    replace: async (each, artifact, io) => inner.replace(key(each), artifact, ioOf(io)).then(object),
    async *delete(keys, io) {
      for await (const outcome of inner.delete(keys.map(key), ioOf(io))) yield outward(outcome);
    },
  };
}

function isKey(key: string): boolean {
  const parts = key.split("/");
  return !parts.some((part) => ["", ".", ".."].includes(part)) && !/[\\\0]/.test(key) && key.isWellFormed();
}
