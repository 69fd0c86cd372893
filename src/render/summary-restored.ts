import type { Restored } from "../model/details.ts";
import { restoredFacts, restoredFindings } from "./restored-lines.ts";
import { findingBlocks } from "./summary-plan.ts";
import { factTable } from "./summary-sets.ts";

/** What came back, and what of it a person should know. */
export function restoredBlocks(restored: Restored): readonly string[] {
  const nothing = restored.into === undefined ? ["Nothing was written."] : [];
  return [factTable(restoredFacts(restored)), ...nothing, ...findingBlocks(restoredFindings(restored))];
}
