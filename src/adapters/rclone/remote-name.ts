import type { RemoteAddress } from "../../model/store-address.ts";
import type { RemotePlace } from "../../ports/folder.ts";

/** What a remote folder is called in names and manifests; of hosts and absolute paths nothing is told. */
export function remoteName(address: RemoteAddress): Pick<RemotePlace, "folder" | "name"> {
  const last = address.path.split("/").findLast((part) => part !== "");
  if (address.kind === "ssh") return { folder: last ?? "home" };
  const { remote, path } = address;
  // What a connection string says of a host or an account is nobody's business.
  if (!/^[\p{L}\p{N}_.+@ -]+:$/u.test(remote)) return { folder: last ?? "remote" };
  const folder = last ?? remote.slice(0, -1);
  return path.startsWith("/") || path.split("/").includes("..") ? { folder } : { folder, name: `${remote}${path}` };
}
