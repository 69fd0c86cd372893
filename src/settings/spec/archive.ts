import type { Declarations } from "./declaration.ts";
import { makingModes } from "./modes.ts";

/** How an archive looks. */
export const archive = {
  "compression-level": {
    kind: { type: "number", min: 0, max: 9 },
    default: "6",
    modes: makingModes,
    group: "archive",
    help: "how hard tar.gz is compressed",
    example: "9",
    where: "everywhere",
    trust: "found",
  },
  prefix: {
    kind: { type: "prefix" },
    defaultText: "{name}/",
    modes: makingModes,
    group: "archive",
    help: "the folder inside the archive that all lies in; empty for none",
    example: "app/",
    where: "everywhere",
    trust: "found",
  },
  "export-subst": {
    kind: { type: "choice", values: ["stable", "git", "off"] },
    default: "stable",
    modes: makingModes,
    group: "archive",
    help: "$Format:...$ lines: the same in every clone, as this clone's git writes them, or left alone",
    example: "git",
    where: "everywhere",
    trust: "found",
  },
} as const satisfies Declarations;
