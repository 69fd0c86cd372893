type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The environment in which git's answers depend on the repository alone: no configuration, attributes, replace refs,
 * time zone or language of the machine or the user.
 */
export function hermeticEnvironment(): Environment {
  return {
    ...withoutGit(),
    GIT_CONFIG_NOSYSTEM: "1",
    // Git for Windows knows this name too, and not the one that Node has for it there (compat/mingw.c).
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_ATTR_NOSYSTEM: "1",
    GIT_NO_REPLACE_OBJECTS: "1",
  };
}

/** The user's own configuration, as `git status` by hand would have it, but none of the caller's GIT_* variables. */
export function userEnvironment(): Environment {
  return withoutGit();
}

/** It can't reach the network, so that a partial clone says what is missing instead of fetching it. */
/** Nothing that somebody else's repository configures may be run. */
export function environmentFor({ foreign }: { readonly foreign: boolean }): Environment {
  return foreign ? hermeticEnvironment() : userEnvironment();
}

function withoutGit(): Environment {
  const kept = Object.entries(process.env).filter(([name]) => !name.toUpperCase().startsWith("GIT_"));
  return {
    ...Object.fromEntries(kept),
    // Git for Windows reads paths of more than 260 characters only when it's told to; other gits know nothing of it.
    GIT_CONFIG_COUNT: "1",
    GIT_CONFIG_KEY_0: "core.longpaths",
    GIT_CONFIG_VALUE_0: "true",
    // On Windows: a program that git starts isn't looked for in the current folder, which a repository may be.
    NoDefaultCurrentDirectoryInExePath: "1",
    GIT_TERMINAL_PROMPT: "0",
    GIT_OPTIONAL_LOCKS: "0",
    GIT_NO_LAZY_FETCH: "1",
    // GIT_NO_LAZY_FETCH is known from git 2.45 on; a protocol list without a real protocol serves the older ones.
    GIT_ALLOW_PROTOCOL: "none",
    LC_ALL: "C",
    TZ: "UTC",
  };
}
