import type { Declarations } from "./declaration.ts";
import { choosingModes, makingModes } from "./modes.ts";

/** Which sets are looked at, and how closely. */
export const sets = {
  set: {
    kind: { type: "set" },
    list: true,
    defaultText: "all; for restore the newest proven one",
    modes: choosingModes,
    group: "sets",
    help: "a set's id, or owner/repo/snapshot/id; two of them show how they differ (list)",
    example: "acme/app/snapshot/v1.4.0",
    where: "everywhere",
    trust: "found",
  },
  level: {
    kind: { type: "choice", values: ["list", "digest", "read", "drill"] },
    default: "digest",
    modes: ["verify"],
    group: "sets",
    help: "names and sizes; or each file's SHA-256; or every byte back, each entry against the file list; or a restore",
    example: "read",
    where: "everywhere",
    trust: "found",
  },
  "only-mode": {
    kind: { type: "choice", values: makingModes },
    list: true,
    defaultText: "all",
    modes: ["replicate"],
    group: "sets",
    help: "the modes whose sets are copied",
    example: "snapshot",
    where: "everywhere",
    trust: "found",
  },
  since: {
    kind: { type: "since" },
    defaultText: "all",
    modes: ["replicate"],
    group: "sets",
    help: "sets made before are left out: a time from now, a date, or a time with its zone",
    example: "30d",
    where: "everywhere",
    trust: "found",
  },
} as const satisfies Declarations;
