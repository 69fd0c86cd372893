import { asColdstoreError, ColdstoreError } from "../../model/errors.ts";
import { connectionError } from "./connection-error.ts";
import { BareReason, type FailedCall } from "./failed-call.ts";
import { answerWithin } from "./github-answer.ts";
import { refusal } from "./refusal.ts";

/**
 * What a call to GitHub has thrown as one sentence with the way out. An abort is its reason; `transient` says that the outcome is
 * unknown, or that another try may succeed. No body of an answer, no address with a signature and no token is in it.
 */
export function translateError(thrown: unknown, call: FailedCall): ColdstoreError {
  if (call.signal.aborted) return asColdstoreError(call.signal.reason);
  const ours = ownWithin(thrown);
  if (ours instanceof BareReason)
    return new ColdstoreError(ours.failure, `couldn't ${call.what}: ${ours.message}`, { transient: ours.transient });
  if (ours !== undefined) return ours;
  const answer = answerWithin(thrown);
  return answer === undefined ? connectionError(thrown, call) : refusal(answer, call);
}

function ownWithin(thrown: unknown): ColdstoreError | undefined {
  let error: unknown = thrown;
  for (let depth = 0; depth < 8 && error instanceof Error; depth += 1) {
    if (error instanceof ColdstoreError) return error;
    error = error.cause;
  }
  return undefined;
}
