import { isUtf8 } from "node:buffer";
import type { TarMember } from "./tar-reader.ts";
import { ColdstoreError } from "../model/errors.ts";
import { nameSome } from "./name-some.ts";

/** A member of a tar that a zip can't hold, and why not. */
export interface Refused {
  readonly path: Uint8Array;
  readonly why: string;
}

const mostNameBytes = 0xffff;

/** Why no zip can hold a member as it is, for every reader to take it the same; undefined when it can. */
export function zipRefusal({ path, type, link }: Pick<TarMember, "path" | "type" | "link">): string | undefined {
  if (type === "hardlink" || type === "device") return `is a ${type}`;
  if (path.length > mostNameBytes) return `has a name of over ${mostNameBytes} bytes`;
  if (!isUtf8(path)) return "has a name that isn't UTF-8";
  if (type === "symlink" && !isUtf8(link)) return "leads to a name that isn't UTF-8";
  return whyAltered(Buffer.from(path).toString());
}

/** Writers of zips take a drive, a leading slash and the like away, and readers of zips do; a backslash is a slash to them. */
function whyAltered(name: string): string | undefined {
  if (name.includes("\\")) return "has a backslash in its name";
  if (/^\w+:/.test(name)) return "has a name that begins like a drive or a URL";
  if (name.startsWith("/")) return "has a name that begins with a slash";
  if (name.includes("//")) return "has two slashes in a row in its name";
  if (/(^|\/)\.{1,2}(\/|$)/.test(name)) return 'has "." or ".." as a part of its name';
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f]/.test(name)) return "has a control character in its name";
  return undefined;
}

/** The error that names what a zip can't hold. */
export function refusedByZip(refused: readonly Refused[]): ColdstoreError {
  const named = nameSome(refused.map(({ path, why }) => `"${Buffer.from(path).toString()}" ${why}`));
  return new ColdstoreError(
    "source",
    `a zip can't hold everything as it is: ${named}; use format: tar.gz or tar.zst, or rename`,
  );
}
