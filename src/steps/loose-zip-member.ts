import { ColdstoreError } from "../model/errors.ts";
import { looseZipName } from "./loose-name.ts";
import { shownPath } from "./shown-path.ts";
import type { TarMember } from "./tar-reader.ts";
import type { ZipEntry } from "./zip-records.ts";

/** Entries made without Unix modes, or with permission bits of none. */
const usualMode = { file: 0o644, dir: 0o755, symlink: 0o777 } as const;

const noLink: Uint8Array = new Uint8Array();

/** An entry of a zip that anyone made, in the shape that a tar's has: a link's target is its content. */
export interface LooseZipMember {
  readonly member: TarMember;
  /** Its name is in no code that the zip tells. */
  readonly isGuess: boolean;
}

/** Throws `unsafe` for what is no file, folder or link, and `integrity` for what two readers would take differently. */
export function looseZipMember(entry: ZipEntry): LooseZipMember {
  const { name, isGuess } = looseZipName(entry);
  const type = typeOf(entry, name);
  const size = type === "file" ? entry.bytes : 0;
  const mode = (entry.unixMode ?? 0) & 0o7777 || usualMode[type];
  const member = { path: name, type, mode, size, mtime: entry.mtime, link: noLink, offset: 0 };
  return { member, isGuess };
}

function typeOf({ unixMode = 0, bytes }: ZipEntry, name: Buffer): "file" | "dir" | "symlink" {
  const endsAsFolder = name.at(-1) === 0x2f;
  const told = unixMode >> 12;
  const type = told === 0 ? (endsAsFolder ? "dir" : "file") : fileTypes[told];
  const text = shownPath(name.toString("latin1"));
  if (type === undefined)
    throw new ColdstoreError("unsafe", `${text} isn't safe to restore: it is a device or a pipe; nothing was restored`);
  if (type !== "dir" && endsAsFolder)
    throw new ColdstoreError("integrity", `${text} is a ${type} by its mode and a folder by its name`);
  if (type === "dir" && bytes > 0) throw new ColdstoreError("integrity", `${text} is a folder with content`);
  return type;
}

const fileTypes: Readonly<Record<number, "file" | "dir" | "symlink">> = { 0o10: "file", 0o04: "dir", 0o12: "symlink" };
