import type { TarMember } from "./tar-reader.ts";
import { zipFlags, type ZipEntry } from "./zip-records.ts";

const fileTypes: Readonly<Record<number, TarMember["type"]>> = { 0o100: "file", 0o040: "dir", 0o120: "symlink" };

/** An entry of a zip in the shape that a tar's has, and what can't be as an archive of ours has it. `link`: content of a symlink. */
export function zipMember(
  entry: ZipEntry,
  link: Uint8Array | undefined,
): { readonly member: TarMember; readonly doubt?: string } {
  const { name, unixMode, bytes, mtime } = entry;
  const endsAsFolder = name.at(-1) === 0x2f;
  const told = unixMode === undefined ? undefined : fileTypes[unixMode >> 9];
  const type = told ?? (endsAsFolder ? "dir" : "file");
  const doubt = doubtOf(entry, told, endsAsFolder);
  const member: TarMember = {
    path: name,
    type,
    mode: (unixMode ?? 0) & 0o7777,
    size: type === "file" ? bytes : 0,
    link: link ?? new Uint8Array(),
    offset: 0,
    mtime,
  };
  return { member, ...(doubt !== undefined && { doubt }) };
}

/** What kind of entry this is: a link's content is its target. */
export function isZipLink({ unixMode }: ZipEntry): boolean {
  return unixMode !== undefined && fileTypes[unixMode >> 9] === "symlink";
}

function doubtOf(
  { name, flags, bytes }: ZipEntry,
  type: TarMember["type"] | undefined,
  endsAsFolder: boolean,
): string | undefined {
  if (type === undefined) return "it has no Unix mode of a file, folder or link";
  if ((type === "dir") !== endsAsFolder) return `its name is not that of a ${type}`;
  if (type === "dir" && bytes > 0) return "it is a folder with content";
  const isAscii = name.every((byte) => byte < 0x80);
  if (!isAscii && (flags & zipFlags.utf8) === 0) return "its name isn't marked as UTF-8";
  return undefined;
}
