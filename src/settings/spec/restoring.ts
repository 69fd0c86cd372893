import type { Declarations } from "./declaration.ts";

/** What is brought back, and where to. */
export const restoring = {
  into: {
    kind: { type: "path" },
    modes: ["restore"],
    group: "restoring",
    help: "the folder to restore to, empty or not there yet; a dry run needs none",
    example: "./restored",
    where: "everywhere",
    // Names and contents of a restore are the archive's: a repository mustn't choose where they go.
    trust: "explicit",
  },
  path: {
    kind: { type: "entry-path" },
    list: true,
    defaultText: "all",
    modes: ["restore"],
    group: "restoring",
    help: "a file, or a folder with all that is in it, from the repository's root; as many as you like",
    example: "src/app.ts",
    where: "everywhere",
    trust: "found",
  },
} as const satisfies Declarations;
