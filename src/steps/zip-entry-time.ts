/** Windows counts tenths of microseconds since 1601. */
const unixEpochInTicks = 116_444_736_000_000_000n;
const ticksInSecond = 10_000_000n;

/**
 * When an entry of a zip was last changed, in seconds since 1970. `dos`: its date and time as one number (APPNOTE 4.4.6);
 * `extra` gives the fields of its record in the central directory that tell it better and name no time zone either:
 * the extended timestamp of Info-ZIP (0x5455), or that of Windows (0x000a, APPNOTE 4.5.5).
 */
export function zipEntryTime(dos: number, extra: (id: number) => Buffer | "malformed" | undefined): number {
  return unixTime(extra(0x5455)) ?? windowsTime(extra(0x000a)) ?? dosTime(dos);
}

function unixTime(field: Buffer | "malformed" | undefined): number | undefined {
  if (field === undefined || field === "malformed" || field.length < 5) return undefined;
  return (field.readUInt8(0) & 1) === 1 ? field.readInt32LE(1) : undefined;
}

function windowsTime(field: Buffer | "malformed" | undefined): number | undefined {
  if (field === undefined || field === "malformed" || field.length < 32) return undefined;
  const isTimes = field.readUInt16LE(4) === 1 && field.readUInt16LE(6) === 24;
  const ticks = field.readBigUInt64LE(8);
  if (!isTimes || ticks === 0n) return undefined;
  const seconds = Number((ticks - unixEpochInTicks) / ticksInSecond);
  // Later than any date that a system can set is nonsense.
  return seconds < 253_402_300_800 ? seconds : undefined;
}

function dosTime(dos: number): number {
  const [time, date] = [dos & 0xffff, dos >>> 16];
  const day = [1980 + (date >>> 9), ((date >>> 5) & 15) - 1, date & 31] as const;
  return Date.UTC(...day, time >>> 11, (time >>> 5) & 63, (time & 31) * 2) / 1000;
}
