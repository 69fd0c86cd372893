import { compactTime } from "./timestamps.ts";
import type { Revision } from "./revision.ts";

/** Bytes of a name or id at the most. */
export const nameLimit = 80;

/**
 * A text as an id or file name: what [A-Za-z0-9._-] doesn't hold becomes `-`. When that changed anything (or it began
 * with a dot or was too long), it is cut to 80 characters and told apart by `-` and 8 digits of `sha256(text)`.
 */
export function safeName(text: string, sha256: (text: string) => string): string {
  const fits = /^(?!\.)[A-Za-z0-9._-]{1,80}$/.test(text);
  if (fits) return text;
  const plain = text.replaceAll(/[^A-Za-z0-9._-]/gu, "-").replace(/^\./, "-");
  return `${plain.slice(0, nameLimit)}-${sha256(text).slice(0, 8)}`;
}

/** The id of a snapshot's set: the tag, else the commit's time and its first seven digits. */
export function snapshotId(revision: Revision, sha256: (text: string) => string): string {
  if (revision.tag !== undefined) return safeName(revision.tag.name, sha256);
  return `${compactTime(new Date(revision.committed * 1000))}-${revision.commit.slice(0, 7)}`;
}

/** Whether an id is made of a time and seven digits, as an archive's without a tag: no later run makes the same again. */
export function isTimedId(id: string): boolean {
  return /^\d{8}T\d{6}Z-[0-9a-f]{7}$/.test(id);
}
