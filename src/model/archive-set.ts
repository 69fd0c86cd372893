import { readableJson } from "./canonical-json.ts";
import type { ColdstoreError } from "./errors.ts";
import { type Manifest, storedFiles } from "./manifest.ts";
import type { SetName } from "./set-name.ts";
import { formatCount } from "./units.ts";

/** A file of a set as its store lists it; `name` counts from the set's folder. */
export interface ListedFile {
  readonly name: string;
  readonly bytes: number;
  readonly sha256?: string;
  readonly modified?: Date;
  /** It has to be thawed before it can be read; the tier that it lies in, or "" where nothing tells. */
  readonly cold?: string;
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
  /** It bears a marker, or its store never changes it. */
  readonly frozen: boolean;
  /** Not everybody can see it yet. */
  readonly hidden?: "until-shown" | "by-others";
  /** It's no set, only what a run has left that broke; its id is what the files begin with. */
  readonly leftover?: true;
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

/** Files that the set's manifest names and the store doesn't list, or lists with another size or digest. */
export function missingFiles(set: ListedSet, manifest: Manifest): readonly string[] {
  const listed = listedByName(set);
  return storedFiles(manifest)
    .filter((file) => {
      const found = listed.get(file.name);
      return found?.bytes !== file.bytes || (found.sha256 ?? file.sha256) !== file.sha256;
    })
    .map(({ name }) => name);
}

/** What has to be thawed before a set can be read, in one sentence; undefined when nothing has. */
export function coldText({ files }: ListedSet): string | undefined {
  const cold = files.filter((file) => file.cold !== undefined);
  const [first, second] = cold;
  if (first === undefined) return undefined;
  const tier = first.cold === "" ? "a cold tier" : `the cold tier ${first.cold}`;
  return second === undefined
    ? `${first.name} lies in ${tier} and has to be thawed before it can be read`
    : `${first.name} and ${formatCount(cold.length - 1, "more file")} lie in ${tier} and have to be thawed before they can be read`;
}

/**
 * Whether the store's own digests prove that all is there as the manifest says, at the moment of the listing; `otherwise`: files
 * that are proven in another way.
 */
export function isProvenByListing(set: ListedSet, manifest: Manifest, otherwise: readonly string[] = []): boolean {
  const listed = listedByName(set);
  return storedFiles(manifest).every(({ name, bytes, sha256 }) => {
    const found = listed.get(name);
    return otherwise.includes(name) || (found?.bytes === bytes && found.sha256 === sha256);
  });
}

function listedByName({ files }: ListedSet): ReadonlyMap<string, ListedFile> {
  return new Map(files.map((file) => [file.name, file]));
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

/** Whether somebody has proven the set since it was made, or its store's own digests do so now. */
export function isProven(set: ListedSet, manifest: Manifest): boolean {
  return isProvenByListing(set, manifest) || lastProof(set, manifest) !== undefined;
}

/** What an outcome's row says of the proof of a set that was there before: of now, or the last one. */
export function lastProofRow(
  set: ListedSet,
  manifest: Manifest,
): { readonly proof: "digest" } | { readonly proven: string } | { readonly detail: string } {
  if (isProvenByListing(set, manifest)) return { proof: "digest" };
  const proven = lastProof(set, manifest);
  return proven === undefined ? { detail: "never proven since it was made" } : { proven };
}
