import type { ColdstoreError } from "../../model/errors.ts";
import type { Io, Need, PutOutcome, Shown, Store, StoredObject, Taken } from "../../ports/store.ts";
import { putWithRetries } from "./put-with-retries.ts";
import { resumingStream } from "./resuming-stream.ts";
import { again, Tries, type RetryPolicy } from "./retry-policy.ts";

/**
 * A store that tries again what failed for a transient reason: of many keys only those that failed, a listing from where
 * it broke off, a stream from the byte that it had come to. What fails for good, or for too long, is said as it is.
 */
export function retryingStore(inner: Store, policy: RetryPolicy): Store {
  return {
    name: inner.name,
    traits: inner.traits,
    inner,
    preflight: (need, io) => preflight(inner, policy, need, io),
    disk: async () => inner.disk?.(),
    ...abilities(inner, policy),
    list: (prefix, io, want) => list((from) => inner.list(prefix, from, want), policy, io),
    stat: (key, io) => again(policy, io.signal, () => inner.stat(key, io)),
    put: (items, io) => putWithRetries(inner, policy, items, io),
    settle: (io) => again(policy, io.signal, () => inner.settle(io)),
    async open(key, range, io) {
      const first = await again(policy, io.signal, () => inner.open(key, range, io));
      return inner.traits.ranges ? resumingStream({ inner, policy, key, range, io, first }) : first;
    },
    read: (keys, io) => eachKey(keys, policy, io, (some) => inner.read(some, io)),
    ...(inner.takeFrom && { takeFrom: (source, items, io) => takeFrom({ inner, policy, source }, items, io) }),
    replace: (key, artifact, io) => again(policy, io.signal, () => inner.replace(key, artifact, io)),
    delete: (keys, io) => eachKey(keys, policy, io, (some) => inner.delete(some, io)),
  };
}

interface Taking {
  readonly inner: Store;
  readonly policy: RetryPolicy;
  readonly source: Store;
}

function takeFrom(
  { inner, policy, source }: Taking,
  items: readonly Taken[],
  io: Io,
): AsyncIterable<PutOutcome> | undefined {
  // Whether two stores can is the same for all items; nothing is taken before the outcomes are asked for.
  if (inner.takeFrom?.(source, [], io) === undefined) return undefined;
  const byKey = new Map(items.map((item) => [item.key, item]));
  const some = (keys: readonly string[]) => keys.flatMap((key) => byKey.get(key) ?? []);
  return eachKey([...byKey.keys()], policy, io, (keys) => inner.takeFrom?.(source, some(keys), io) ?? nothing());
}

async function* nothing(): AsyncGenerator<never> {}

/** What not every store does. */
function abilities(inner: Store, policy: RetryPolicy): Pick<Store, "locked" | "show" | "lookAgain"> {
  const nothing = Promise.resolve<Shown>({ outputs: {}, warnings: [] });
  return {
    ...(inner.locked && { locked: async (set, io) => again(policy, io.signal, async () => inner.locked?.(set, io)) }),
    ...(inner.show && { show: async (set, io) => again(policy, io.signal, () => inner.show?.(set, io) ?? nothing) }),
    ...(inner.lookAgain && { lookAgain: async (seen, io) => inner.lookAgain?.(seen, io) ?? false }),
  };
}

async function preflight(inner: Store, policy: RetryPolicy, need: Need, io: Io): Promise<readonly ColdstoreError[]> {
  const tries = new Tries(policy);
  for (;;) {
    const problems = await again(policy, io.signal, () => inner.preflight(need, io));
    // A problem that stays makes another look pointless.
    if (problems.length === 0 || !problems.every((problem) => tries.allow(problem))) return problems;
    await tries.pause(io.signal);
  }
}

async function* list(
  open: (io: Io) => AsyncIterable<StoredObject>,
  policy: RetryPolicy,
  io: Io,
): AsyncGenerator<StoredObject> {
  const tries = new Tries(policy);
  let last: Buffer | undefined;
  for (;;) {
    try {
      for await (const object of open(io)) {
        const key = Buffer.from(object.key);
        // The order is by bytes: what came before the break comes first again.
        if (last !== undefined && Buffer.compare(key, last) <= 0) continue;
        last = key;
        tries.restart();
        yield object;
      }
      return;
    } catch (error) {
      if (io.signal.aborted || !tries.allow(error)) throw error;
    }
    await tries.pause(io.signal);
  }
}

/** Asks for many keys, and again for those alone whose result is a transient error. */
async function* eachKey<R extends { readonly key: string }>(
  keys: readonly string[],
  policy: RetryPolicy,
  io: Io,
  ask: (keys: readonly string[]) => AsyncIterable<R>,
): AsyncGenerator<R> {
  const tries = new Tries(policy);
  let left = keys;
  for (;;) {
    const failed: string[] = [];
    for await (const result of ask(left)) {
      if ("error" in result && tries.allow(result.error)) failed.push(result.key);
      else yield result;
    }
    if (failed.length === 0) return;
    left = failed;
    await tries.pause(io.signal);
  }
}
