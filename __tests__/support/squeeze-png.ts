import { crc32, deflateSync, inflateSync } from "node:zlib";

interface Chunk {
  readonly type: string;
  readonly data: Buffer;
}

/** A picture of eight bits a channel, deflated again without filters, which for a page of text is smaller than what a browser makes. */
export function squeezePng(png: Buffer): Buffer {
  const chunks = [...chunksOf(png)];
  const header = chunks[0]!.data;
  const image = inflateSync(Buffer.concat(chunks.filter(({ type }) => type === "IDAT").map(({ data }) => data)));
  const pixelBytes = header[9] === 6 ? 4 : 3;
  const rows = unfiltered(image, header.readUInt32BE(0) * pixelBytes, pixelBytes);
  const squeezed = [
    { type: "IHDR", data: header },
    { type: "IDAT", data: deflateSync(rows, { level: 9, memLevel: 9 }) },
    { type: "IEND", data: Buffer.alloc(0) },
  ];
  return Buffer.concat([png.subarray(0, 8), ...squeezed.map(bytesOf)]);
}

function* chunksOf(png: Buffer): Generator<Chunk> {
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at))
    yield { type: png.toString("latin1", at + 4, at + 8), data: png.subarray(at + 8, at + 8 + png.readUInt32BE(at)) };
}

function bytesOf({ type, data }: Chunk): Buffer {
  const bytes = Buffer.alloc(12 + data.length);
  bytes.writeUInt32BE(data.length);
  bytes.write(type, 4, "latin1");
  data.copy(bytes, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, -4)), bytes.length - 4);
  return bytes;
}

/** The rows as they are, each behind a zero that says so. */
function unfiltered(image: Buffer, rowBytes: number, pixelBytes: number): Buffer {
  const rows = Buffer.alloc(image.length);
  for (let start = 0; start < image.length; start += rowBytes + 1) {
    const filter = image[start]!;
    for (let x = 1; x <= rowBytes; x++) {
      const at = start + x;
      const left = x > pixelBytes ? rows[at - pixelBytes]! : 0;
      const up = start > 0 ? rows[at - rowBytes - 1]! : 0;
      const corner = start > 0 && x > pixelBytes ? rows[at - rowBytes - 1 - pixelBytes]! : 0;
      rows[at] = image[at]! + [0, left, up, (left + up) >> 1, nearest(left, up, corner)][filter]!;
    }
  }
  return rows;
}

// Paeth's predictor, as PNG has it.
function nearest(left: number, up: number, corner: number): number {
  const guess = left + up - corner;
  const [toLeft, toUp, toCorner] = [left, up, corner].map((value) => Math.abs(guess - value)) as [
    number,
    number,
    number,
  ];
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}
