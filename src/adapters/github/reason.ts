import type { Failure, Remedy } from "../../model/errors.ts";
import { type FailedCall, quoted } from "./failed-call.ts";
import type { Answer } from "./github-answer.ts";

/** Why a call was refused. */
export interface Reason {
  readonly failure: Failure;
  /** What is the matter, and the way out. */
  readonly text: string;
  readonly transient?: boolean;
  readonly remedy?: Remedy;
  /** An asset has the name already. */
  readonly alreadyThere?: true;
}

/** An answer that isn't known to mean anything particular. */
export function plain({ status, message, details }: Answer, { token }: FailedCall): string {
  const parts = details.map((detail) => detail.message || [detail.field, detail.code].filter(Boolean).join(" "));
  const said = quoted([message, ...parts].filter(Boolean).join(", "), token);
  return said === "" ? `GitHub answered ${status} without a reason` : `GitHub refused it (${status}: ${said})`;
}
