/** The little-endian number that every zstd frame starts with (RFC 8878, 3.1.1). */
const frameMagic = 0xfd2fb528;

/** Frames that hold no content start with one of sixteen numbers from this on (RFC 8878, 3.1.2). */
const skippableMagic = 0x184d2a50;

/** What follows in a frame: so many bytes more, after which `next` tells what comes then, given those bytes. */
interface Step {
  readonly bytes: number;
  next(bytes: Uint8Array): Step | "end" | "malformed";
}

/** How a zstd frame goes on behind its first four bytes; undefined if those don't start one. */
export function afterMagic(magic: number): Step | undefined {
  if (magic === frameMagic) return { bytes: 1, next: afterDescriptor };
  if (magic >>> 4 === skippableMagic >>> 4) return { bytes: 4, next: (size) => skip(viewOf(size).getUint32(0, true)) };
  return undefined;
}

/** Whether these bytes are one zstd frame with a checksum, needing no dictionary, and nothing else. */
export function isOneZstdFrame(bytes: Uint8Array): boolean {
  if (bytes.length < 5 || viewOf(bytes).getUint32(0, true) !== frameMagic) return false;
  const descriptor = bytes[4] ?? 0;
  if ((descriptor & 4) === 0 || (descriptor & 3) !== 0) return false;
  let step: ReturnType<Step["next"]> = { bytes: 1, next: afterDescriptor };
  let at = 4;
  while (typeof step === "object") {
    const end: number = at + step.bytes;
    if (end > bytes.length) return false;
    step = step.next(bytes.subarray(at, end));
    at = end;
  }
  return step === "end" && at === bytes.length;
}

/** RFC 8878, 3.1.1.1: window, dictionary id and content size have lengths that the descriptor tells. */
function afterDescriptor([descriptor = 0]: Uint8Array): ReturnType<Step["next"]> {
  if ((descriptor & 8) !== 0) return "malformed";
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const dictionary = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const size = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  const checksum = (descriptor & 4) === 0 ? 0 : 4;
  return { bytes: (isSingleSegment ? 0 : 1) + dictionary + size, next: () => blockHeader(checksum) };
}

/** RFC 8878, 3.1.1.2: three bytes say whether it is the last, its type, and its size; a repeated byte is one. */
function blockHeader(checksum: number): Step {
  return {
    bytes: 3,
    next: ([low = 0, middle = 0, high = 0]) => {
      const type = (low >> 1) & 3;
      if (type === 3) return "malformed";
      const size = (low >> 3) | (middle << 5) | (high << 13);
      const isLast = (low & 1) !== 0;
      return { bytes: type === 1 ? 1 : size, next: () => (isLast ? skip(checksum) : blockHeader(checksum)) };
    },
  };
}

function skip(bytes: number): Step {
  return { bytes, next: () => "end" };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
