import type { Declarations } from "./declaration.ts";
import { makingModes, writingModes } from "./modes.ts";

/** How a set gets into its stores. */
export const storing = {
  from: {
    kind: { type: "store" },
    modes: ["replicate"],
    group: "storing",
    help: "the store that is read, named as in store",
    example: "./cold",
    where: "everywhere",
    trust: "found",
  },
  "on-conflict": {
    kind: { type: "choice", values: ["fail", "replace", "keep"] },
    default: "fail",
    modes: writingModes,
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
