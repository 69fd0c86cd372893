import { readableJson } from "./canonical-json.ts";
import type { ColdstoreError } from "./errors.ts";
import { type Manifest, storedFiles } from "./manifest.ts";
import type { SetName } from "./set-name.ts";

/** A file of a set as its store lists it; `name` counts from the set's folder. */
export interface ListedFile {
  readonly name: string;
  readonly bytes: number;
  readonly sha256?: string;
  readonly modified?: Date;
}

/** What a store has under one set's name. Times are compact (20261122T021500Z). */
export interface ListedSet {
  readonly name: SetName;
  /** What the keys of its files begin with. */
  readonly prefix: string;
  /** In byte order; manifests too. */
  readonly files: readonly ListedFile[];
  /** Every file that is named like a manifest; a sound set has one. */
  readonly manifests: readonly string[];
  /** Times of its proofs, oldest first. */
  readonly proofs: readonly string[];
  readonly frozen: boolean;
}

/** A listed set whose manifest has been looked at. */
export type ArchiveSet = ListedSet &
  (
    | { readonly state: "complete"; readonly manifest: Manifest; readonly manifestName: string }
    | { readonly state: "incomplete" }
    | {
        readonly state: "damaged";
        readonly error: ColdstoreError;
        /** Its manifest is of a newer Coldstore: nothing can be said against it, and it is never replaced. */
        readonly newer?: true;
      }
  );

/** Files that the set's manifest names and the store doesn't list, or lists with another size. */
export function missingFiles(set: ListedSet, manifest: Manifest): readonly string[] {
  const sizes = new Map(set.files.map((file) => [file.name, file.bytes]));
  return storedFiles(manifest)
    .filter((file) => sizes.get(file.name) !== file.bytes)
    .map(({ name }) => name);
}

/** Bytes of a set: its files and its manifest, as they are made; what an earlier state left beside them isn't counted. */
export function setBytes(manifest: Manifest): number {
  return storedFiles(manifest).reduce((sum, { bytes }) => sum + bytes, Buffer.byteLength(readableJson(manifest)));
}

/** The same of what the store lists: all of it where no manifest tells what belongs to the set. */
export function listedBytes(set: ArchiveSet): number {
  const own =
    set.state === "complete"
      ? new Set([set.manifestName, ...storedFiles(set.manifest).map(({ name }) => name)])
      : new Set(set.files.map(({ name }) => name));
  return set.files.reduce((sum, { name, bytes }) => sum + (own.has(name) ? bytes : 0), 0);
}

/** When the set, as its manifest has it now, was last proven; RFC 3339. */
export function lastProof(set: ListedSet, manifest: Manifest): string | undefined {
  const made = manifest.run.started.replaceAll(/[-:]/g, "");
  const time = set.proofs.findLast((each) => each >= made);
  return time?.replace(/(....)(..)(..)T(..)(..)(..)Z/, "$1-$2-$3T$4:$5:$6Z");
}

/** What an outcome's row says of the last proof of a set that was there before. */
export function lastProofRow(
  set: ListedSet,
  manifest: Manifest,
): { readonly proven: string } | { readonly detail: string } {
  const proven = lastProof(set, manifest);
  return proven === undefined ? { detail: "never proven since it was made" } : { proven };
}
