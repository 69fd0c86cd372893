import type { ColdstoreError } from "../model/errors.ts";

/** What an error says, in one line without a full stop: for a sentence that goes on. */
export function asClause({ message }: Pick<ColdstoreError, "message">): string {
  return message
    .split("\n")
    .map((line) => line.replace(/\.$/, ""))
    .join("; ");
}
