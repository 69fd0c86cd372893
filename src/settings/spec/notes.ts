import type { Declarations } from "./declaration.ts";
import { makingModes } from "./modes.ts";

/** What a manifest records beside the facts. */
export const notes = {
  milestone: {
    kind: { type: "text" },
    modes: makingModes,
    group: "notes",
    help: "what the set was made for",
    example: "Nature submission",
    where: "everywhere",
    trust: "found",
  },
  note: {
    kind: { type: "text" },
    list: true,
    modes: makingModes,
    group: "notes",
    help: "a remark; as many as you like",
    example: "after the second review",
    where: "everywhere",
    trust: "found",
  },
  contact: {
    kind: { type: "text" },
    list: true,
    modes: makingModes,
    group: "notes",
    help: "whom to ask about the set; as many as you like",
    example: "PI: jane.doe@example.org",
    where: "everywhere",
    trust: "found",
  },
  record: {
    kind: { type: "choice", values: ["environment"] },
    list: true,
    modes: makingModes,
    group: "notes",
    help: "record where it was made too: system, tools, digests of lock files; no host name",
    example: "environment",
    where: "everywhere",
    trust: "found",
  },
} as const satisfies Declarations;
