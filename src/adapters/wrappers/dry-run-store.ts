import { createHash } from "node:crypto";
import type { Artifact } from "../../model/artifact.ts";
import { asColdstoreError } from "../../model/errors.ts";
import type { Io, Put, PutOutcome, Store, StoredObject } from "../../ports/store.ts";

/**
 * A store that reads and never writes. What would be put is compared with what is there (by size, by SHA-256 when the store
 * reports one, else by reading it) and said to be `created`, `same` or `different`; a replace or delete is said to be
 * done. Nothing of it is seen by later calls, and nothing is shown. A preflight asks for no permission to write.
 */
export function dryRunStore(inner: Store): Store {
  return {
    name: inner.name,
    traits: inner.traits,
    inner,
    async preflight(need, io) {
      const problems = await inner.preflight(
        { ...need, write: false, bytes: 0, ...(need.write && { foreseen: true }) },
        io,
      );
      // A folder that isn't there is nothing against a run that would make it.
      return need.write && inner.traits.preexisting !== true
        ? problems.filter((problem) => problem.failure !== "not-found")
        : problems;
    },
    disk: async () => inner.disk?.(),
    ...(inner.locked && { locked: async (set, io) => inner.locked?.(set, io) }),
    ...(inner.show && {
      async show(_set, io) {
        io.signal.throwIfAborted();
        return { outputs: {}, warnings: [] };
      },
    }),
    list: (prefix, io, want) => inner.list(prefix, io, want),
    stat: (key, io) => inner.stat(key, io),
    open: (key, range, io) => inner.open(key, range, io),
    read: (keys, io) => inner.read(keys, io),
    async settle(io) {
      io.signal.throwIfAborted();
    },
    put: (items, io) => compareAll(inner, items, io),
    async replace(key, artifact, io) {
      io.signal.throwIfAborted();
      return wouldBe(key, artifact);
    },
    async *delete(keys, io) {
      for (const key of keys) {
        io.signal.throwIfAborted();
        yield { key, outcome: "removed" };
      }
    },
  };
}

async function* compareAll(
  inner: Store,
  items: AsyncIterable<Put> | Iterable<Put>,
  io: Io,
): AsyncGenerator<PutOutcome> {
  for await (const item of items) {
    io.signal.throwIfAborted();
    yield await compare(inner, item, io);
  }
  io.signal.throwIfAborted();
}

async function compare(inner: Store, { key, artifact }: Put, io: Io): Promise<PutOutcome> {
  try {
    const object = await inner.stat(key, io);
    if (object === undefined) return { key, outcome: "created", object: wouldBe(key, artifact) };
    const same = object.bytes === artifact.bytes && (await digestOf(inner, object, io)) === artifact.sha256;
    return { key, outcome: same ? "same" : "different", object };
  } catch (error) {
    io.signal.throwIfAborted();
    return { key, outcome: "failed", error: asColdstoreError(error) };
  }
}

async function digestOf(inner: Store, object: StoredObject, io: Io): Promise<string> {
  if (object.digests.sha256 !== undefined) return object.digests.sha256;
  const hash = createHash("sha256");
  for await (const chunk of await inner.open(object.key, undefined, io)) hash.update(chunk as Uint8Array);
  return hash.digest("hex");
}

function wouldBe(key: string, artifact: Artifact): StoredObject {
  return { key, bytes: artifact.bytes, digests: {} };
}
