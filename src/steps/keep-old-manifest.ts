import type { ArchiveSet } from "../model/archive-set.ts";
import type { Io, Store } from "../ports/store.ts";
import { readWhole } from "./read-back.ts";
import { smallArtifact } from "./small-artifact.ts";

/**
 * Keeps the manifest of a set that is about to be replaced, as `BASE.replaced.json` beside it. Resolves to the names of
 * all files of its folder that the new manifest has to know of, so that verification doesn't take them for strays.
 */
export async function keepOldManifest(
  { store, set, base }: { readonly store: Store; readonly set: ArchiveSet; readonly base: string },
  io: Io,
): Promise<readonly string[]> {
  const [manifest] = set.manifests;
  const stay = set.files.map(({ name }) => name).filter((name) => name !== manifest);
  if (manifest === undefined) return stay;
  const name = `${base}.replaced.json`;
  const artifact = smallArtifact(name, await readWhole(store, set.prefix + manifest, io));
  for await (const outcome of store.put([{ key: set.prefix + name, artifact }], io))
    if (outcome.outcome === "failed") throw outcome.error;
  await store.settle(io);
  return [...stay, name];
}
