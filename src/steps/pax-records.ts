/** What we take from a pax header; values are bytes, since names needn't be UTF-8. */
export interface PaxRecords {
  readonly path?: Uint8Array;
  readonly linkpath?: Uint8Array;
  readonly size?: number;
  /** Seconds since 1970, rounded down. */
  readonly mtime?: number;
  readonly comment?: Uint8Array;
  /** The file's content has holes that the tar leaves out, in a way of GNU tar's own. */
  readonly sparse?: true;
}

/** Reads `LENGTH KEY=VALUE\n` records. Returns a sentence's end saying what is wrong instead, if anything is. */
export function parsePaxRecords(data: Uint8Array): PaxRecords | string {
  const records: { -readonly [Key in keyof PaxRecords]: PaxRecords[Key] } = {};
  for (let at = 0; at < data.length;) {
    const record = recordAt(data, at);
    if (typeof record === "string") return record;
    at += record.length;
    if (record.key.startsWith("GNU.sparse.")) records.sparse = true;
    if (record.key === "size") {
      const size = decimal(record.value);
      if (size === undefined) return "the size in a pax header can't be read";
      records.size = size;
    } else if (record.key === "mtime") {
      const mtime = seconds(record.value);
      if (mtime === undefined) return "the time in a pax header can't be read";
      records.mtime = mtime;
    } else if (record.key === "path" || record.key === "linkpath" || record.key === "comment") {
      if (record.value.length === 0) return `the ${record.key} in a pax header is empty`;
      records[record.key] = record.value;
    }
  }
  return records;
}

function recordAt(data: Uint8Array, at: number): { key: string; value: Uint8Array; length: number } | string {
  const malformed = "a pax header has a malformed record";
  const space = data.indexOf(0x20, at);
  const length = space === -1 || space - at > 8 ? undefined : decimal(data.subarray(at, space));
  if (length === undefined || at + length > data.length || data[at + length - 1] !== 0x0a) return malformed;
  const body = data.subarray(space + 1, Math.max(space + 1, at + length - 1));
  const equals = body.indexOf(0x3d);
  if (equals < 1) return malformed;
  const key = Buffer.from(body.subarray(0, equals)).toString("latin1");
  // Extended attributes are bytes, and nothing is taken from them.
  if (body.includes(0) && !key.startsWith("SCHILY.xattr.")) return "a pax header has a NUL in a record";
  return { key, value: Buffer.from(body.subarray(equals + 1)), length };
}

function seconds(decimals: Uint8Array): number | undefined {
  const text = Buffer.from(decimals).toString("latin1");
  return /^-?[0-9]{1,15}(\.[0-9]*)?$/.test(text) ? Math.floor(Number(text)) : undefined;
}

function decimal(digits: Uint8Array): number | undefined {
  const text = Buffer.from(digits).toString("latin1");
  const value = Number(text);
  return /^[0-9]{1,16}$/.test(text) && Number.isSafeInteger(value) ? value : undefined;
}
