import type { ArchiveSet } from "../model/archive-set.ts";
import type { Io, Store } from "../ports/store.ts";
import { readWhole } from "./read-back.ts";
import { smallArtifact } from "./small-artifact.ts";

/** Keeps the manifest of a set that is about to be replaced, as `BASE.replaced.json` beside it. */
export async function keepOldManifest(
  { store, set, base }: { readonly store: Store; readonly set: ArchiveSet; readonly base: string },
  io: Io,
): Promise<void> {
  const [manifest] = set.manifests;
  if (manifest === undefined) return;
  const name = `${base}.replaced.json`;
  const artifact = smallArtifact(name, await readWhole(store, set.prefix + manifest, io));
  for await (const outcome of store.put([{ key: set.prefix + name, artifact }], io))
    if (outcome.outcome === "failed") throw outcome.error;
  await store.settle(io);
}
