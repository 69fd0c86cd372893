import type { Declarations } from "./declaration.ts";
import { writingModes } from "./modes.ts";

/** How a release looks that a run makes. */
export const releases = {
  notes: {
    kind: { type: "notes" },
    default: "none",
    modes: writingModes,
    group: "release",
    help: "the text of a release that this run makes: none, GitHub's own list of changes (generate), or a file's",
    example: "./notes.md",
    where: "everywhere",
    trust: "found",
  },
  prerelease: {
    kind: { type: "auto" },
    default: "auto",
    modes: writingModes,
    group: "release",
    help: "whether a release that this run makes is a prerelease; auto: if its version says so, as 1.4.0-rc.1 does",
    example: "true",
    where: "everywhere",
    trust: "found",
  },
  latest: {
    kind: { type: "auto" },
    default: "auto",
    modes: writingModes,
    group: "release",
    help: "whether a release that this run makes is the latest; auto: unless it's a prerelease or a higher version is there",
    example: "false",
    where: "everywhere",
    trust: "found",
  },
  draft: {
    kind: { type: "boolean" },
    default: "false",
    defaultText: "off",
    modes: writingModes,
    group: "release",
    help: "leave a release that this run makes unpublished; a later run without it publishes",
    example: "true",
    where: "everywhere",
    trust: "found",
  },
} as const satisfies Declarations;
