import { devNull } from "node:os";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The environment in which git's answers depend on the repository alone: no configuration, attributes, replace refs,
 * time zone or language of the machine or the user.
 */
export function hermeticEnvironment(): Environment {
  return {
    ...withoutGit(),
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: devNull,
    GIT_ATTR_NOSYSTEM: "1",
    GIT_NO_REPLACE_OBJECTS: "1",
  };
}

/** The user's own configuration, as `git status` by hand would have it, but none of the caller's GIT_* variables. */
export function userEnvironment(): Environment {
  return withoutGit();
}

/** It can't reach the network, so that a partial clone says what is missing instead of fetching it. */
function withoutGit(): Environment {
  const kept = Object.entries(process.env).filter(([name]) => !name.toUpperCase().startsWith("GIT_"));
  return {
    ...Object.fromEntries(kept),
    GIT_TERMINAL_PROMPT: "0",
    GIT_OPTIONAL_LOCKS: "0",
    GIT_NO_LAZY_FETCH: "1",
    // GIT_NO_LAZY_FETCH is known from git 2.45 on; a protocol list without a real protocol serves the older ones.
    GIT_ALLOW_PROTOCOL: "none",
    LC_ALL: "C",
    TZ: "UTC",
  };
}
