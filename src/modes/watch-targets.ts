import { asColdstoreError, type ColdstoreError } from "../model/errors.ts";
import type { Ports } from "../ports/ports.ts";
import type { FileSink, RestoreTarget } from "../ports/restore-target.ts";

/** Targets that remember what they threw: a full disk and a store that can't be read are both `store`. */
export interface WatchedTargets {
  readonly openTarget: (into: string) => Promise<RestoreTarget>;
  /** The first thing that went wrong with a target, or with opening one. */
  failed(): ColdstoreError | undefined;
}

/** Opens the same targets, and watches them. */
export function watchTargets(ports: Pick<Ports, "openTarget">): WatchedTargets {
  let failed: ColdstoreError | undefined;
  const keep = (thrown: unknown): unknown => {
    failed ??= asColdstoreError(thrown);
    return thrown;
  };
  const watch: Watch = {
    now: (work) => {
      try {
        return work();
      } catch (thrown) {
        throw keep(thrown);
      }
    },
    later: async (work) => {
      try {
        return await work();
      } catch (thrown) {
        throw keep(thrown);
      }
    },
  };
  return {
    openTarget: async (into) => watched(await watch.later(async () => ports.openTarget(into)), watch),
    failed: () => failed,
  };
}

/** Does something, and remembers what that threw. */
interface Watch {
  readonly now: <T>(work: () => T) => T;
  readonly later: <T>(work: () => Promise<T>) => Promise<T>;
}

function watched(inner: RestoreTarget, { now, later }: Watch): RestoreTarget {
  const sink = (file: FileSink): FileSink => ({
    write: (data) => now(() => file.write(data)),
    close: () => now(() => file.close()),
  });
  return {
    traits: inner.traits,
    folder: (path, made) => now(() => inner.folder(path, made)),
    file: (path, made) => sink(now(() => inner.file(path, made))),
    link: (path, link) => now(() => inner.link(path, link)),
    read: (path, range) => now(() => inner.read(path, range)),
    publish: async () => later(async () => inner.publish()),
    [Symbol.asyncDispose]: async () => later(async () => inner[Symbol.asyncDispose]()),
  };
}
