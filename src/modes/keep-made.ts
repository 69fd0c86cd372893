import { join } from "node:path";
import { readableJson } from "../model/canonical-json.ts";
import { asColdstoreError } from "../model/errors.ts";
import { storedFiles } from "../model/manifest.ts";
import type { SetFile } from "../model/set-file.ts";
import type { Workspace } from "../ports/workspace.ts";
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
  const first = ends.find(({ result }) => "manifest" in result);
  if (workspace.keep === undefined || first === undefined || !("manifest" in first.result)) return ends;
  const { manifest, manifestName } = first.result;
  try {
    const made = (await Array.fromAsync(files)).map(({ artifact }) => artifact);
    const own = storedFiles(manifest).flatMap(({ name, sha256 }) => {
      const artifact = made.find((each) => each.sha256 === sha256);
      return artifact === undefined ? [] : [{ ...artifact, name }];
    });
    const all = [...own, smallArtifact(manifestName, readableJson(manifest))];
    const folder = await workspace.keep(all);
    const kept = new Map(all.map(({ name }) => [name, join(folder, name)]));
    return ends.map((end) => (end === first ? { ...end, kept } : end));
  } catch (error) {
    const unkept = `later steps don't get the files of ${manifest.run.name}: ${asColdstoreError(error).message}`;
    return ends.map((end) => (end === first ? { ...end, unkept } : end));
  }
}
