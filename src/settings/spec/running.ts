import type { Declarations } from "./declaration.ts";
import { everyMode } from "./modes.ts";

/** How a run goes, whatever its mode. */
export const running = {
  project: {
    kind: { type: "project" },
    defaultText: "GitHub Actions' own, else origin's, else local/FOLDER; for list, verify and restore: all",
    modes: everyMode,
    group: "run",
    help: "what sets belong to: owner/repo, or local/folder",
    example: "acme/app",
    where: "everywhere",
    trust: "found",
  },
  config: {
    kind: { type: "path" },
    defaultText: ".github/coldstore.yml, coldstore.yml or .coldstore.yml in the repository",
    modes: everyMode,
    group: "run",
    help: "the config file",
    example: "./coldstore.yml",
    where: "call",
    trust: "explicit",
  },
  profile: {
    kind: { type: "text" },
    modes: everyMode,
    group: "run",
    help: "a named block of the config file, used before the rest of it",
    example: "nightly",
    where: "call",
    trust: "explicit",
  },
  timeout: {
    kind: { type: "duration" },
    default: "4h",
    modes: everyMode,
    group: "run",
    help: "when to give up; ends as Ctrl-C does, saying what is done and what isn't",
    example: "90m",
    where: "everywhere",
    trust: "found",
  },
} as const satisfies Declarations;
