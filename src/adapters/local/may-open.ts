import { type BigIntStats, closeSync, constants, openSync } from "node:fs";

/**
 * Why a file can't be opened for reading, as the system says it; undefined when it can. Costs an opening only where owner and
 * permissions leave it open; a file that an access control list alone forbids goes unnoticed.
 */
export function whyUnreadable(stat: BigIntStats, native: string | Buffer): string | undefined {
  const user = process.geteuid?.();
  if (user === undefined || user === 0) return undefined;
  const mode = Number(stat.mode);
  const everyone = constants.S_IRGRP | constants.S_IROTH;
  const may = stat.uid === BigInt(user) ? (mode & constants.S_IRUSR) !== 0 : (mode & everyone) === everyone;
  return may ? undefined : refusal(native);
}

function refusal(native: string | Buffer): string | undefined {
  try {
    closeSync(openSync(native, constants.O_RDONLY | constants.O_NONBLOCK));
    return undefined;
  } catch (error) {
    return error instanceof Error ? systemReason(error) : String(error);
  }
}

/** `EACCES: permission denied` of `EACCES: permission denied, open '/a/b'`. */
function systemReason({ message }: Error): string {
  return message.split(", ")[0] ?? message;
}
