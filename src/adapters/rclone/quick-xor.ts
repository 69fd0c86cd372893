import type { Digester } from "./file-digest.ts";

const widthBits = 160;
const shift = 11;

/**
 * OneDrive's digest: each byte is xored into 160 bits, 11 bits further on than the one before, around the end; then the length,
 * little endian, into the last 64. Source: Microsoft's "Code Snippets: QuickXorHash Algorithm".
 */
export class QuickXor implements Digester {
  /** As many bytes as come before the places come again. */
  readonly #cycle = new Uint8Array(widthBits);
  #length = 0;

  update(data: Uint8Array): void {
    const cycle = this.#cycle;
    let at = this.#length % widthBits;
    for (const byte of data) {
      cycle[at] = (cycle[at] ?? 0) ^ byte;
      at = at + 1 === widthBits ? 0 : at + 1;
    }
    this.#length += data.length;
  }

  hex(): string {
    const sum = Buffer.alloc(widthBits / 8);
    this.#cycle.forEach((byte, i) => {
      const bit = (i * shift) % widthBits;
      const at = bit >> 3;
      const wide = byte << (bit & 7);
      const next = (at + 1) % sum.length;
      sum[at] = (sum[at] ?? 0) ^ (wide & 0xff);
      sum[next] = (sum[next] ?? 0) ^ (wide >> 8);
    });
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(this.#length));
    const end = sum.length - length.length;
    length.forEach((byte, i) => {
      sum[end + i] = (sum[end + i] ?? 0) ^ byte;
    });
    return sum.toString("hex");
  }
}
