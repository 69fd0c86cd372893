import type { RestoreTarget } from "../ports/restore-target.ts";
import type { Io, Store, StoredObject } from "../ports/store.ts";
import { failedJob, type JobResult } from "./do-job.ts";
import type { CompleteSet } from "./find-standing.ts";
import { proveFiles, type ProofRequest } from "./prove-files.ts";
import { setFilesOf } from "./set-files.ts";

export interface StandingProof {
  readonly store: Store;
  readonly set: CompleteSet;
  readonly prove: ProofRequest["prove"];
  /** Where a drill restores to. */
  openDrill(): Promise<RestoreTarget>;
}

/** Proves a set that is there already, whose own run may have been killed before it could say that it had. */
export async function proveStanding(proof: StandingProof, io: Io): Promise<JobResult> {
  const { store, set, prove } = proof;
  const objects = new Map<string, StoredObject>();
  for await (const object of store.list(set.prefix, io)) objects.set(object.key, object);
  const files = setFilesOf(set.manifest).flatMap((file) => {
    const object = objects.get(set.prefix + file.artifact.name);
    return object === undefined ? [] : [{ file, object }];
  });
  const { content } = set.manifest;
  const openDrill = async () => proof.openDrill();
  const { doubts, ...found } = await proveFiles({ store, set: set.name, files, content, prove, openDrill }, io);
  const [doubt] = doubts;
  if (doubt !== undefined) return failedJob(doubt);
  return { kind: "unchanged", manifest: set.manifest, manifestName: set.manifestName, ...found };
}
