import { Buffer } from "node:buffer";

/** One member to build; `header` overrides raw fields of its ustar header before the checksum is made. */
export interface TarSpec {
  readonly name: string | Uint8Array;
  /** Default: `5` for a name that ends with a slash, else `0`. */
  readonly flag?: string;
  readonly mode?: number;
  readonly data?: Uint8Array | string;
  readonly link?: string | Uint8Array;
  /** Written into the header instead of the length of `data`. */
  readonly size?: number;
  readonly header?: (block: Buffer) => void;
}

/** Bytes of a tar of these members, long names and links in pax headers as git writes them, with its end marker. */
export function buildTar(specs: readonly TarSpec[], options: { readonly commit?: string } = {}): Buffer {
  const comment = options.commit === undefined ? [] : [pax("g", [["comment", options.commit]])];
  return filled(Buffer.concat([...comment, ...specs.map(member), Buffer.alloc(1024)]));
}

/** A member without an end marker behind it. */
export function member(spec: TarSpec): Buffer {
  const name = Buffer.from(spec.name);
  const link = Buffer.from(spec.link ?? "");
  const records: [string, string | Uint8Array][] = [];
  if (name.length > 100) records.push(["path", name]);
  if (link.length > 100) records.push(["linkpath", link]);
  const head = records.length > 0 ? pax("x", records) : Buffer.alloc(0);
  const body = plainMember({
    ...spec,
    flag: spec.flag ?? (name.at(-1) === 0x2f ? "5" : "0"),
    mode: spec.mode ?? (name.at(-1) === 0x2f ? 0o775 : 0o664),
    name: name.subarray(0, 100),
    link: link.subarray(0, 100),
  });
  return Buffer.concat([head, body]);
}

/** A pax header of these records. */
export function pax(flag: "x" | "g", records: readonly (readonly [string, string | Uint8Array])[]): Buffer {
  return plainMember({
    name: "pax_header",
    flag,
    data: Buffer.concat(records.map(([key, value]) => paxRecord(key, value))),
  });
}

export function paxRecord(key: string, value: string | Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(` ${key}=`), Buffer.from(value), Buffer.from("\n")]);
  let length = body.length + 1;
  while (String(length).length + body.length !== length) length = String(length).length + body.length;
  return Buffer.concat([Buffer.from(String(length)), body]);
}

/** A header block with the checksum that fits. */
export function headerBlock(spec: TarSpec): Buffer {
  const block = Buffer.alloc(512);
  const name = Buffer.from(spec.name);
  const isDir = name.at(-1) === 0x2f;
  name.copy(block, 0);
  block.write((spec.mode ?? (isDir ? 0o775 : 0o664)).toString(8).padStart(7, "0"), 100);
  block.write("0000000", 108);
  block.write("0000000", 116);
  block.write((spec.size ?? Buffer.from(spec.data ?? "").length).toString(8).padStart(11, "0"), 124);
  block.write("14524000000", 136);
  block.write(spec.flag ?? (isDir ? "5" : "0"), 156);
  Buffer.from(spec.link ?? "").copy(block, 157);
  block.write("ustar\x0000root", 257);
  block.write("root", 297);
  spec.header?.(block);
  return withChecksum(block);
}

export function withChecksum(block: Buffer): Buffer {
  block.fill(0x20, 148, 156);
  let sum = 0;
  for (const byte of block) sum += byte;
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return block;
}

function plainMember(spec: TarSpec): Buffer {
  const data = Buffer.from(spec.data ?? "");
  return Buffer.concat([headerBlock(spec), data, Buffer.alloc((512 - (data.length % 512)) % 512)]);
}

function filled(tar: Buffer): Buffer {
  return Buffer.concat([tar, Buffer.alloc((10240 - (tar.length % 10240)) % 10240)]);
}
