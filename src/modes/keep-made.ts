import { join } from "node:path";
import { readableJson } from "../model/canonical-json.ts";
import type { Artifact } from "../model/artifact.ts";
import { asColdstoreError, ColdstoreError } from "../model/errors.ts";
import { storedFiles } from "../model/manifest.ts";
import type { SetFile } from "../model/set-file.ts";
import { setPrefix } from "../model/set-name.ts";
import type { Io, Store } from "../ports/store.ts";
import type { Workspace } from "../ports/workspace.ts";
import { type Present, presentSet } from "../steps/coming-set.ts";
import { readWhole } from "../steps/read-back.ts";
import { smallArtifact } from "../steps/small-artifact.ts";
import type { StoreEnd } from "./fill-stores.ts";

/**
 * Leaves what was made, as the first store that has the set has it, for later steps of the job, where a run can; its end tells
 * under which paths. That it can't be left costs a warning: the set is in its stores.
 */
export async function keepMade(
  ends: readonly StoreEnd[],
  files: AsyncIterable<SetFile>,
  workspace: Workspace,
): Promise<readonly StoreEnd[]> {
  return keepFiles(ends, workspace, async ({ manifest }) => {
    const made = (await Array.fromAsync(files)).map(({ artifact }) => artifact);
    return storedFiles(manifest).flatMap(({ name, sha256 }) => {
      const artifact = made.find((each) => each.sha256 === sha256);
      return artifact === undefined ? [] : [{ ...artifact, name }];
    });
  });
}

/** Likewise of a set that stood already: its checksums, which say all there is to be said of its files, but not these. */
export async function keepStanding(
  ends: readonly StoreEnd[],
  workspace: Workspace,
  io: Io,
): Promise<readonly StoreEnd[]> {
  return keepFiles(ends, workspace, async (present, store) => {
    const sums = present.manifest.artifacts.find(({ role }) => role === "checksums");
    if (sums === undefined) return [];
    const artifact = smallArtifact(
      sums.name,
      await readWhole(store, setPrefix(presentSet(present).name) + sums.name, io),
    );
    if (artifact.sha256 === sums.sha256) return [artifact];
    throw new ColdstoreError("integrity", `${sums.name} in ${store.name} isn't what the manifest says; run verify`);
  });
}

async function keepFiles(
  ends: readonly StoreEnd[],
  workspace: Workspace,
  filesOf: (present: Present, store: Store) => Promise<readonly Artifact[]>,
): Promise<readonly StoreEnd[]> {
  const first = ends.find(({ result }) => "manifest" in result);
  if (workspace.keep === undefined || first === undefined || !("manifest" in first.result)) return ends;
  const { manifest, manifestName } = first.result;
  try {
    const all = [...(await filesOf(first.result, first.store)), smallArtifact(manifestName, readableJson(manifest))];
    const folder = await workspace.keep(all);
    const kept = new Map(all.map(({ name }) => [name, join(folder, name)]));
    return ends.map((end) => (end === first ? { ...end, kept } : end));
  } catch (error) {
    const unkept = `later steps don't get the files of ${manifest.run.name}: ${asColdstoreError(error).message}`;
    return ends.map((end) => (end === first ? { ...end, unkept } : end));
  }
}
