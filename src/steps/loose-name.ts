import { isUtf8 } from "node:buffer";
import type { BytePath } from "../ports/folder.ts";
import { type ZipEntry, zipFlags } from "./zip-records.ts";

// What the bytes from 0x80 on are on the first IBM PC: the code that names in a zip are in (APPNOTE appendix D.1).
const cp437 =
  "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0";

const windowsHosts: readonly number[] = [0, 10, 11, 14];

/**
 * The path that a name in an archive stands for: bytes, without a trailing slash, without the parts that say nothing (`.`,
 * and nothing between two slashes). Empty for the top itself. A leading slash and `..` stay, for who refuses them.
 */
export function loosePath(name: Uint8Array): BytePath {
  const text = Buffer.from(name).toString("latin1");
  const parts = text.split("/").filter((part) => part !== "" && part !== ".");
  return (text.startsWith("/") ? "/" : "") + parts.join("/");
}

/**
 * The name of an entry in a zip that anyone made. Bytes that are UTF-8 are that, marked or not, as programs on Unix write
 * them; else they are code page 437, `isGuess`. What was made on Windows may have backslashes for slashes.
 */
export function looseZipName({ name, flags, host }: ZipEntry): { readonly name: Buffer; readonly isGuess: boolean } {
  const isGuess = (flags & zipFlags.utf8) === 0 && !isUtf8(name);
  const bytes = isGuess ? Buffer.from(fromCp437(name)) : name;
  const hasBackslashes = windowsHosts.includes(host) && bytes.includes(0x5c) && !bytes.includes(0x2f);
  return { name: hasBackslashes ? Buffer.from(bytes.map((byte) => (byte === 0x5c ? 0x2f : byte))) : bytes, isGuess };
}

function fromCp437(bytes: Buffer): string {
  return Array.from(bytes, (byte) => (byte < 0x80 ? String.fromCharCode(byte) : cp437.charAt(byte - 0x80))).join("");
}
