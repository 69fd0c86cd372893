import type { SetName } from "../model/set-name.ts";
import type { Io, Store } from "../ports/store.ts";
import type { Job } from "./decide-job.ts";

/**
 * The job, or a refusal where it would add to a set or change one in which nothing can be changed any more. What is kept as it is
 * needs no change; that a set is there with other content has another way out when it can't be replaced.
 */
export async function unlessLocked(store: Store, job: Job, set: SetName, io: Io): Promise<Job> {
  const would = job.kind === "compare" ? job.otherwise : job;
  if (would.kind === "leave" || (would.kind === "refuse" && would.error.failure !== "conflict")) return job;
  const error = await store.locked?.("set" in would ? would.set.name : set, io);
  if (error === undefined) return job;
  const refusal = { kind: "refuse", error } as const;
  return job.kind === "compare" ? { ...job, otherwise: refusal } : refusal;
}
