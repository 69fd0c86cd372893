import { futimesSync, utimesSync } from "node:fs";
import { errnoOf } from "./disk-error.ts";

// Years 1 to 9999; a file system that holds less takes the nearest it has (inode_set_ctime and timestamp_truncate of Linux).
const [earliest, latest] = [-62_135_596_800, 253_402_300_799];

// What FAT has, the least of all: 1980 to 2107.
const [fatEarliest, fatLatest] = [315_532_800, 4_354_819_198];

/** Sets when an open file, or the file of a path, was written: whole seconds since 1970, as near as the file system can. */
export function setTime(file: number | string | Buffer, mtime: number): void {
  const time = Math.min(Math.max(Math.floor(mtime), earliest), latest);
  try {
    setBoth(file, time);
  } catch (error) {
    const code = errnoOf(error);
    if (code !== "EINVAL" && code !== "EOVERFLOW") throw error;
    setBoth(file, Math.min(Math.max(time, fatEarliest), fatLatest));
  }
}

/** Node takes a negative number for now, but not a negative date. */
function setBoth(file: number | string | Buffer, seconds: number): void {
  const time = seconds < 0 ? new Date(seconds * 1000) : seconds;
  if (typeof file === "number") futimesSync(file, time, time);
  else utimesSync(file, time, time);
}
