import { ColdstoreError, type Failure } from "../../model/errors.ts";
import type { RcloneEvent } from "./rclone-process.ts";
import { sshFailure } from "../ssh/ssh-failure.ts";
import { type RcloneReason, reasonFor, wordsOf } from "./rclone-reasons.ts";

export interface RcloneFailure {
  /** Of the remote, as in messages. */
  readonly name: string;
  /** `lsjson`. */
  readonly command: string;
  readonly code: number;
  /** What it complained of, oldest first. */
  readonly errors: readonly RcloneEvent[];
}

/**
 * What an exit code other than 0 and the errors before it mean, as one sentence that says what to do. What rclone said decides,
 * the last first, for its codes say little: 1 stands for a wrong password and for a host that is down.
 */
export function translateRcloneError({ name, command, code, errors }: RcloneFailure): ColdstoreError {
  const where = name.replace(/:$/, "");
  const cause = errors.map(({ message }) => message).join("\n");
  const ssh = sshFailure(where, cause);
  if (ssh !== undefined) return ssh;
  const known = knownReason(errors);
  if (known !== undefined) {
    const { reason, event } = known;
    const said = saidBy(event);
    return new ColdstoreError(reason.failure, `${where}: ${wordsOf(reason, event.message)} (rclone: ${said})`, {
      cause,
      transient: reason.transient === true,
    });
  }
  const last = errors.at(-1);
  const said = last === undefined ? "" : ` (rclone: ${saidBy(last)})`;
  const { failure, transient, says } = meaningOf(code, command);
  return new ColdstoreError(failure, `${where}: ${says}${said}`, { cause, transient });
}

interface Known {
  readonly reason: RcloneReason;
  readonly event: RcloneEvent;
}

function knownReason(errors: readonly RcloneEvent[]): Known | undefined {
  for (const event of errors.toReversed()) {
    const reason = reasonFor(event.message);
    if (reason !== undefined) return { reason, event };
  }
  return undefined;
}

const longestSaid = 500;

/** What rclone said, without what it says around everything, and without numbers that tell a person nothing. */
function saidBy({ message, object }: RcloneEvent): string {
  const bare = around.reduce((text, pattern) => text.replace(pattern, ""), message).trim();
  const shown = bare.length > longestSaid ? `${bare.slice(0, longestSaid).toWellFormed()}...` : bare;
  return object === undefined || shown.includes(object) ? shown : `${object}: ${shown}`;
}

const around: readonly RegExp[] = [
  /^Attempt \d+\/\d+ failed with \d+ errors? and: /,
  /^Failed to create file system for "(?:[^"\\]|\\.)*": /,
  /^Failed to \S+(?: with \d+ errors: last error was)?: /,
  /^error in ListJSON: /,
  /\bRequestID: [^,]*, HostID: [^,]*, /,
];

interface Meaning {
  readonly failure: Failure;
  readonly transient: boolean;
  readonly says: string;
}

// https://rclone.org/docs/#exit-code; what isn't listed there is a failure, too.
function meaningOf(code: number, command: string): Meaning {
  if (code > 128) return killed(code - 128, command);
  return meanings[code] ?? { failure: "store", transient: false, says: `rclone ${command} failed with code ${code}` };
}

const meanings: Readonly<Record<number, Meaning>> = {
  2: { failure: "bug", transient: false, says: "rclone doesn't understand how it was called" },
  3: { failure: "not-found", transient: false, says: "there is no such folder" },
  4: { failure: "not-found", transient: false, says: "there is no such file" },
  5: { failure: "store", transient: true, says: "rclone failed for a reason that may pass" },
  6: { failure: "store", transient: false, says: "rclone failed for a reason that stays" },
  7: { failure: "store", transient: false, says: "the remote refuses to go on (the account may be suspended)" },
  8: {
    failure: "store",
    transient: false,
    says: "rclone reached a limit of how much it may transfer; leave --max-transfer out",
  },
  9: { failure: "store", transient: false, says: "rclone transferred nothing" },
  10: {
    failure: "store",
    transient: false,
    says: "rclone reached a limit of how long it may take; leave --max-duration out",
  },
};

function killed(signal: number, command: string): Meaning {
  const memory = signal === 9 ? "; if memory ran out, set fewer transfers (--transfers in rclone-args)" : "";
  return { failure: "store", transient: true, says: `rclone ${command} was killed (signal ${signal})${memory}` };
}
