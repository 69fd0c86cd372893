import type { Declarations } from "./declaration.ts";
import { makingModes } from "./modes.ts";

/** How a set gets into its stores. */
export const storing = {
  "on-conflict": {
    kind: { type: "choice", values: ["fail", "replace", "keep"] },
    default: "fail",
    modes: makingModes,
    group: "storing",
    help: "what to do if the store has a set of that id with other content; a frozen one is never replaced",
    example: "keep",
    where: "everywhere",
    trust: "found",
  },
  freeze: {
    kind: { type: "boolean" },
    default: "false",
    defaultText: "off",
    modes: makingModes,
    group: "storing",
    help: "mark the set as frozen: it is never replaced or pruned",
    example: "true",
    where: "everywhere",
    trust: "found",
  },
} as const satisfies Declarations;
