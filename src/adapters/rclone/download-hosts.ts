import { ColdstoreError } from "../../model/errors.ts";

/** Where rclone's releases lie: `<base>vX.Y.Z/<file>`. */
export interface DownloadHost {
  /** With a slash at its end, without credentials and query: it may be shown. */
  readonly base: string;
  /** What follows each address, such as a signature: `?sig=...`, or nothing. */
  readonly query: string;
  /** Header for this host alone. */
  readonly authorization?: string;
}

/** rclone's own host, and the releases on GitHub with the same files. */
export const officialHosts: readonly DownloadHost[] = [
  { base: "https://downloads.rclone.org/", query: "" },
  { base: "https://github.com/rclone/rclone/releases/download/", query: "" },
];

/**
 * A mirror with the layout of rclone's own host below its URL. Plain http is fine, since what comes is proven by its digest or
 * its signature; a password goes over it to this machine alone. Throws `settings`, without repeating the URL: it may hold a password.
 */
export function mirrorHost(text: string): DownloadHost {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.hash !== "")
    throw new ColdstoreError(
      "settings",
      "rclone-mirror isn't a URL that begins with https:// or http://; set it to one",
    );
  const { username, password } = url;
  const hasLogin = username !== "" || password !== "";
  if (url.protocol === "http:" && (hasLogin || url.search !== "") && !isLoopback(url.hostname))
    throw new ColdstoreError(
      "settings",
      `rclone-mirror would send its password or query to ${url.host} unencrypted; give it as https://`,
    );
  return {
    base: `${url.origin}${url.pathname.replace(/\/*$/, "/")}`,
    query: url.search,
    ...(hasLogin && {
      authorization: `Basic ${Buffer.from(`${plain(username)}:${plain(password)}`).toString("base64")}`,
    }),
  };
}

/** Without percent signs, unless they stand for themselves. */
function plain(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(host);
}
