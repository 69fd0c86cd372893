import type { Declarations } from "./declaration.ts";
import { makingModes } from "./modes.ts";

/** How an archive looks. */
export const archive = {
  "compression-level": {
    kind: { type: "number", min: 0, max: 19 },
    defaultText: "6 for tar.gz and zip, 3 for tar.zst",
    modes: makingModes,
    group: "archive",
    help: "how hard archives are compressed: tar.gz and zip 0-9, tar.zst 1-19; one level for all formats",
    example: "9",
    where: "everywhere",
    trust: "found",
  },
  "split-size": {
    kind: { type: "size" },
    defaultText: "1900MiB with a release among the stores, else not split",
    modes: makingModes,
    group: "archive",
    help: "archives above this are stored in parts of this size, which cat joins; 2GB is decimal, 2G and 2GiB are binary",
    example: "1900MiB",
    where: "everywhere",
    trust: "found",
  },
  mtime: {
    kind: { type: "mtime" },
    defaultText: "commit in a repository, else keep",
    modes: ["archive"],
    group: "archive",
    help: "times of the files: the commit's, their own, or seconds since 1970; SOURCE_DATE_EPOCH goes before it",
    example: "1700000000",
    where: "everywhere",
    trust: "found",
  },
  prefix: {
    kind: { type: "prefix" },
    defaultText: "{name}/",
    modes: makingModes,
    group: "archive",
    help: "the folder inside the archive that all lies in; . for none",
    example: "app/",
    where: "everywhere",
    trust: "found",
  },
  "export-subst": {
    kind: { type: "choice", values: ["stable", "git", "off"] },
    default: "stable",
    modes: ["snapshot"],
    group: "archive",
    help: "$Format:...$ lines: the same in every clone, as this clone's git writes them, or left alone",
    example: "git",
    where: "everywhere",
    trust: "found",
  },
} as const satisfies Declarations;
