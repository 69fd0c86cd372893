import { ColdstoreError } from "../model/errors.ts";

export const tarBlockBytes = 512;

/** One 512-byte header of a tar as it stands there, before pax or GNU headers override any of it. */
export interface TarHeader {
  /** Raw bytes, prefix field joined, no NUL. */
  readonly path: Uint8Array;
  readonly link: Uint8Array;
  /** One character: `0` file, `1` hard link, `2` symlink, `5` folder, `x` and `g` pax, `L` and `K` GNU, ... */
  readonly flag: string;
  readonly mode: number;
  readonly size: number;
  /** Seconds since 1970, whole; may be negative. */
  readonly mtime: number;
}

/** True when all bytes are zero. */
export function isZero(block: Uint8Array): boolean {
  for (let i = 0; i < block.length; i++) if (block[i] !== 0) return false;
  return true;
}

/** True when the 512 bytes carry a POSIX or GNU magic and a checksum that fits: with near certainty a header. */
export function looksLikeHeader(block: Uint8Array): boolean {
  return hasMagic(block) && storedChecksum(block) === checksumOf(block);
}

/** Reads the 512 bytes of a header that lies at `position` of the tar. Rejects damage with `integrity`, naming the place. */
export function parseTarHeader(block: Uint8Array, position: number): TarHeader {
  if (storedChecksum(block) !== checksumOf(block)) throw damagedTar(position, "the checksum of a header doesn't fit");
  return {
    path: pathField(block),
    link: textField(block, 157, 100),
    flag: block[156] === 0 ? "0" : String.fromCharCode(block[156] ?? 0),
    mode: numberField({ block, at: 100, length: 8 }, position) & 0o7777,
    size: numberField({ block, at: 124, length: 12 }, position),
    mtime: timeField(block, position),
  };
}

/** The error for a tar that breaks the format at a byte position. */
export function damagedTar(position: number, what: string): ColdstoreError {
  return new ColdstoreError(
    "integrity",
    `the tar is damaged at byte ${position}: ${what}. Use another copy of the archive.`,
  );
}

/** The error for a tar with a sparse file, which starts at a byte position. */
export function sparseTar(position: number): ColdstoreError {
  return new ColdstoreError(
    "integrity",
    `the tar has a sparse file at byte ${position}, of which Coldstore doesn't know where its content goes; unpack it with GNU tar, and pack it again without --sparse`,
  );
}

function hasMagic(block: Uint8Array): boolean {
  return textField(block, 257, 5).toString("latin1") === "ustar";
}

function storedChecksum(block: Uint8Array): number | undefined {
  return octal(block, 148, 8);
}

/** Sum of all bytes, those of the checksum field itself counted as spaces. */
function checksumOf(block: Uint8Array): number {
  let sum = 8 * 0x20;
  for (let i = 0; i < 148; i++) sum += block[i] ?? 0;
  for (let i = 156; i < tarBlockBytes; i++) sum += block[i] ?? 0;
  return sum;
}

function pathField(block: Uint8Array): Uint8Array {
  const name = textField(block, 0, 100);
  // Only the POSIX magic has a prefix field; GNU tar keeps times in its place.
  const posix = hasMagic(block) && block[262] === 0;
  const prefix = posix ? textField(block, 345, 155) : Buffer.alloc(0);
  return prefix.length === 0 ? name : Buffer.concat([prefix, Buffer.from("/"), name]);
}

/** The bytes up to the first NUL; a copy, since blocks are large and names are kept. */
function textField(block: Uint8Array, at: number, length: number): Buffer {
  const nul = block.indexOf(0, at);
  const end = nul === -1 || nul > at + length ? at + length : nul;
  return Buffer.from(block.subarray(at, end));
}

function numberField(field: { block: Uint8Array; at: number; length: number }, position: number): number {
  const { block, at, length } = field;
  const first = block[at] ?? 0;
  const value = (first & 0x80) === 0 ? octal(block, at, length) : base256(block, at, length);
  if (value === undefined) throw damagedTar(position, `the number at byte ${at} of a header can't be read`);
  return value;
}

/** As other numbers are, but GNU tar writes a time before 1970 as a negative number in base 256. */
function timeField(block: Uint8Array, position: number): number {
  const field = { block, at: 136, length: 12 };
  if (block[field.at] !== 0xff) return numberField(field, position);
  // Two's complement of 96 bits, of which all but the last 48 are ones for any time that was ever meant.
  return Buffer.from(block.buffer, block.byteOffset, block.length).readIntBE(field.at + 6, 6);
}

/** Octal digits between optional spaces, ended by NUL or a space; empty reads as 0; undefined for anything else. */
function octal(block: Uint8Array, at: number, length: number): number | undefined {
  let i = at;
  const end = at + length;
  while (i < end && block[i] === 0x20) i++;
  let value = 0;
  for (; i < end; i++) {
    const digit = (block[i] ?? 0) - 0x30;
    if (digit < 0 || digit > 7) break;
    value = value * 8 + digit;
  }
  for (; i < end; i++) if (block[i] !== 0 && block[i] !== 0x20) return undefined;
  return Number.isSafeInteger(value) ? value : undefined;
}

/** GNU's binary numbers: big endian behind a set top bit. Negative or over 2^53 is undefined. */
function base256(block: Uint8Array, at: number, length: number): number | undefined {
  let value = (block[at] ?? 0) & 0x7f;
  for (let i = at + 1; i < at + length; i++) value = value * 256 + (block[i] ?? 0);
  return (block[at] ?? 0) < 0xc0 && Number.isSafeInteger(value) ? value : undefined;
}
