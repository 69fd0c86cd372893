/**
 * `owner/name` of the repository that a remote's URL names, if that lies where the API is; undefined for any other host.
 * `apiUrl` as `apiUrlOf` gives it.
 */
export function repositoryOfOrigin(origin: string, apiUrl: string): string | undefined {
  const [, host, path] = /^(?:https?|ssh|git):\/\/(?:[^@/]*@)?([^/]+)\/(.+)$/.exec(origin) ?? scpForm(origin) ?? [];
  if (host === undefined || path === undefined || webHostOf(apiUrl) !== withoutPort(host)) return undefined;
  const [, repository] = /^\/?([^/]+\/[^/]+?)(?:\.git)?\/*$/.exec(path) ?? [];
  return repository;
}

/** `git@github.com:owner/name`. */
function scpForm(origin: string): RegExpExecArray | null {
  return /^(?:[^@/\\]+@)?([^:/\\]{2,}):(?!\/\/)(.+)$/.exec(origin);
}

/** Where people see what the API tells of. */
function webHostOf(apiUrl: string): string {
  return withoutPort(new URL(apiUrl).host.replace(/^api\./, ""));
}

/** Both ways over SSH have one of their own: ssh.github.com answers at port 443. */
function withoutPort(host: string): string {
  return host
    .toLowerCase()
    .replace(/:\d+$/, "")
    .replace(/^ssh\.(?=github\.com$)/, "");
}
