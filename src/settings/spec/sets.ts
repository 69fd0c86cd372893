import type { Declarations } from "./declaration.ts";
import { readingModes } from "./modes.ts";

/** Which sets are looked at, and how closely. */
export const sets = {
  set: {
    kind: { type: "set" },
    list: true,
    defaultText: "all",
    modes: readingModes,
    group: "sets",
    help: "a set by its id, if need be with owner/repo/ and snapshot/ before it; list shows two as a difference",
    example: "acme/app/snapshot/v1.4.0",
    where: "everywhere",
    trust: "found",
  },
  level: {
    kind: { type: "choice", values: ["list", "digest", "read"] },
    default: "digest",
    modes: ["verify"],
    group: "sets",
    help: "names and sizes; or each file's SHA-256; or every byte back, and each entry against the file list",
    example: "read",
    where: "everywhere",
    trust: "found",
  },
} as const satisfies Declarations;
