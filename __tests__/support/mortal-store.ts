import type { Put, PutOutcome, Store, Taken } from "../../src/ports/store.ts";
import type { MemoryStore } from "./memory-store.ts";
import { dataArtifact } from "./store-fixtures.ts";

/** What a process has left to do: when it's over, nothing that it asks of any store happens any more. */
export class Life {
  #left: number;

  constructor(left: number) {
    this.#left = left;
  }

  get isOver(): boolean {
    return this.#left <= 0;
  }

  /** Throws from the last one on. */
  spend(): void {
    this.#left -= 1;
    if (this.isOver) throw new Error("the process was killed");
  }
}

/** A store as a process sees it that is killed at some moment: of many keys some are done, and nothing is cleaned up. */
export function mortalStore(store: Store, life: Life): Store {
  const spent = <T>(work: () => T): T => {
    life.spend();
    return work();
  };
  return {
    name: store.name,
    traits: store.traits,
    inner: store,
    ...(store.takeFrom && {
      takeFrom: (source, items, io) => {
        const outcomes = store.takeFrom?.(source, items, io);
        return outcomes && each(outcomes, life);
      },
    }),
    ...(store.show && {
      show: async (set, io) => spent(async () => store.show?.(set, io) ?? { outputs: {}, warnings: [] }),
    }),
    ...(store.lookAgain && { lookAgain: async (seen, io) => spent(async () => store.lookAgain?.(seen, io) ?? false) }),
    preflight: async (need, io) => spent(async () => store.preflight(need, io)),
    list: (prefix, io, want) => each(store.list(prefix, io, want), life),
    stat: async (key, io) => spent(async () => store.stat(key, io)),
    put: (items, io) => store.put(each(items, life), io),
    settle: async (io) => spent(async () => store.settle(io)),
    open: async (key, range, io) => spent(async () => store.open(key, range, io)),
    read: (keys, io) => each(store.read(keys, io), life),
    replace: async (key, artifact, io) => spent(async () => store.replace(key, artifact, io)),
    delete: (keys, io) => each(life.isOver ? [] : store.delete(keys, io), life),
  };
}

async function* each<T>(items: AsyncIterable<T> | Iterable<T>, life: Life): AsyncGenerator<T> {
  life.spend();
  for await (const item of items) {
    life.spend();
    yield item;
  }
}

/** How well two stores copy between themselves. */
export type Taking = "well" | "some" | "badly" | "not";

/** The same store, which takes objects over from other memory stores. */
export function takingStore(store: MemoryStore, from: MemoryStore, taking: Taking): Store {
  const inner: Store = store;
  return new Proxy(inner, {
    get(target, name) {
      if (name === "takeFrom")
        return (source: Store, items: readonly Taken[]) =>
          taking === "not" || (source.inner ?? source) !== from ? undefined : take(store, from, items, taking);
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? (value as (...args: unknown[]) => unknown).bind(target) : value;
    },
  });
}

async function* take(
  store: MemoryStore,
  from: MemoryStore,
  items: readonly Taken[],
  taking: Taking,
): AsyncGenerator<PutOutcome> {
  const io = { signal: new AbortController().signal, progress: () => undefined };
  for (const [i, { key }] of items.entries()) {
    const kept = from.place.objects.get(key);
    if (kept === undefined || (taking === "some" && i % 2 === 0)) continue;
    const data = taking === "badly" ? Buffer.from(kept.data).reverse() : kept.data;
    const put: Put = { key, artifact: dataArtifact(data) };
    // That it's confirmed is the source's word: a digest of what lay there.
    for await (const outcome of store.put([put], io))
      yield "object" in outcome ? { ...outcome, object: { ...outcome.object, confirmed: "md5" } } : outcome;
  }
}
