/**
 * A remote's URL without user info, query and fragment, so that it can be shown; `git@host:path` stays as it is, its
 * user being no secret.
 */
export function withoutSecrets(url: string): string {
  const found = /^([A-Za-z][A-Za-z0-9+.-]*:(?:[A-Za-z][A-Za-z0-9+.-]*:)?\/\/)([^/?#]*)([^?#]*)/.exec(url);
  if (found === null) return url;
  const [, scheme = "", authority = "", path = ""] = found;
  if (hostAndPort.test(authority)) return `${scheme}${authority}${path}`;
  // A password with a bare / ? or # in it ends behind the last @, wherever that is.
  const behind = url.lastIndexOf("@") + 1;
  if (behind === 0) return `${scheme}${authority.slice(0, authority.indexOf(":"))}`;
  return withoutSecrets(scheme + url.slice(behind));
}

const hostAndPort = /^(?:\[[^\]@]*\]|[^:@]*)(?::\d*)?$/;

/** Whether it names another machine; a path on this one says nothing elsewhere. */
export function isRemote(url: string): boolean {
  if (/^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(url)) return !url.startsWith("file:");
  return /^[^/\\:]{2,}:(?!\\|$)/.test(url);
}
