import { isIPv6 } from "node:net";
import type { SshAddress } from "../model/store-address.ts";
import { fine, type Parsed, wrong } from "./parsed.ts";
import { hasControls } from "./wording.ts";

/** `ssh://user@host:port/absolute`, or `/~/from-home` behind the host. As in every URL, `%20` stands for a space. */
export function parseSsh(text: string): Parsed<SshAddress> {
  if (hasControls(text) || !text.isWellFormed()) return wrong("; a URL has no control characters");
  const [, login, place = "", path = ""] = /^ssh:\/\/(?:([^/]*)@)?([^/@]*)(.*)$/s.exec(text) ?? [];
  if (login?.includes(":"))
    return wrong(", and a password in it can be read by everybody; give a key as ssh-key instead");
  const user = login === undefined ? fine(undefined) : parseUser(login);
  const host = parseHost(place);
  const folder = parseFolder(path);
  if (!user.ok) return user;
  if (!host.ok) return host;
  if (!folder.ok) return folder;
  const known = user.value === undefined ? {} : { user: user.value };
  return fine({ kind: "ssh", text, ...known, ...host.value, path: folder.value });
}

function parseUser(text: string): Parsed<string> {
  const user = decoded(text);
  return user === undefined || !/^[^-\s:@/\\][^\s:@/]*$/.test(user) || hasControls(user)
    ? wrong("; before the @ stands a user's name, as in ssh://backup@example.org/srv/cold")
    : fine(user);
}

function parseHost(text: string): Parsed<Pick<SshAddress, "host" | "port">> {
  const [, bracketed, name, digits] = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(.*))?$/s.exec(text) ?? [];
  const host = bracketed === undefined ? (name ?? "") : bracketed.replace("%25", "%");
  const known = bracketed === undefined ? /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/.test(host) : isIPv6(host);
  if (!known)
    return wrong(
      "; give a host's name or address, as in ssh://backup@example.org/srv/cold or ssh://[2001:db8::1]/srv/cold",
    );
  if (digits === undefined) return fine({ host });
  const port = /^\d{1,5}$/.test(digits) ? Number(digits) : 0;
  return port >= 1 && port <= 65_535 ? fine({ host, port }) : wrong("; a port is a number from 1 to 65535");
}

function parseFolder(text: string): Parsed<string> {
  if (text === "")
    return wrong("; say in which folder, as in ssh://host/srv/cold, or from the login's home ssh://host/~/cold");
  if (/[?#]/.test(text)) return wrong("; in a URL's path ? is written %3F, and # is %23");
  if (/^\/~[^/]/.test(text)) return wrong("; only /~/ is known, the home of the login itself");
  const path = decoded(text);
  if (path === undefined) return wrong("; in a URL's path % is followed by two hex digits, %25 for itself");
  if (hasControls(path)) return wrong("; a path has no control characters");
  const parts = path.split("/").filter((part) => part !== "");
  if (parts.includes(".") || parts.includes("..")) return wrong("; write the path without . and ..");
  return fine(/^\/~(?:\/|$)/.test(text) ? parts.slice(1).join("/") : `/${parts.join("/")}`);
}

/** undefined for what is no UTF-8 in percent-encoding. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
