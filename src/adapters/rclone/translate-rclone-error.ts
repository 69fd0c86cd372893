import { ColdstoreError } from "../../model/errors.ts";
import { sshFailure } from "../ssh/ssh-failure.ts";
import type { RcloneEvent } from "./rclone-process.ts";

export interface RcloneFailure {
  /** Of the remote, as in messages. */
  readonly name: string;
  /** `lsjson`. */
  readonly command: string;
  readonly code: number;
  readonly errors: readonly RcloneEvent[];
}

/** What an exit code other than 0 and the errors logged before it mean, as one sentence that says what to do. */
export function translateRcloneError({ name, command, code, errors }: RcloneFailure): ColdstoreError {
  const said = errors.at(-1)?.message ?? `it ended with code ${code} and gave no reason`;
  const ssh = sshFailure(name, said);
  if (ssh !== undefined) return ssh;
  return new ColdstoreError("store", `${name}: rclone ${command} failed: ${said}`, { transient: code === 5 });
}
