import { ColdstoreError } from "../../model/errors.ts";

const publicApi = "https://api.github.com";

/**
 * Where GitHub's API is, without a slash at the end: as the runner says (GITHUB_API_URL), else that of the host which GitHub's own
 * command line is told (GH_HOST), else github.com's. Never from a remote of a repository: a token is sent there.
 */
export function apiUrlOf(env: Readonly<Record<string, string | undefined>>): string {
  const given = env["GITHUB_API_URL"]?.trim();
  if (given) return checkedUrl(given, "GITHUB_API_URL");
  const host = env["GH_HOST"]?.trim().toLowerCase();
  return host ? checkedUrl(apiUrlOfHost(host), "GH_HOST") : publicApi;
}

/** By what kind of GitHub it is: github.com, one with data residency, or a server of one's own. */
function apiUrlOfHost(host: string): string {
  if (host === "github.com") return publicApi;
  if (/^[a-z0-9-]+\.ghe\.com$/u.test(host)) return `https://api.${host}`;
  // Anything but a host and a port could send a token astray.
  if (!/^[a-z0-9.-]+(?::\d+)?$|^\[[0-9a-f:]+\](?::\d+)?$/u.test(host)) return "";
  return `https://${host}/api/v3`;
}

function checkedUrl(text: string, variable: string): string {
  const url = URL.parse(text);
  // What was given isn't repeated: an address may hold a password.
  if (url === null || !/^https?:$/u.test(url.protocol) || url.username !== "" || url.password !== "")
    throw new ColdstoreError(
      "settings",
      `${variable} isn't the address of a GitHub ${variable === "GH_HOST" ? "host" : "API"}; ${exampleOf(variable)}`,
    );
  return `${url.origin}${url.pathname}`.replace(/\/+$/u, "");
}

function exampleOf(variable: string): string {
  return variable === "GH_HOST"
    ? "set it to a host name, like github.example.com"
    : "set it to a URL without a user name, like https://github.example.com/api/v3";
}
