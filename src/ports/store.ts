import type { Readable } from "node:stream";
import type { Artifact } from "../model/artifact.ts";
import type { ColdstoreError } from "../model/errors.ts";
import type { SetName } from "../model/set-name.ts";

/** What every call that moves bytes is given. `progress` counts payload bytes as they pass, not as they are confirmed. */
export interface Io {
  /** Aborts with a ColdstoreError as its reason; a call then stops soon, leaves nothing half-made and rejects with that reason. */
  readonly signal: AbortSignal;
  progress(event: ProgressEvent): void;
}

export interface ProgressEvent {
  readonly key: string;
  /** Bytes since the last event of this key. */
  readonly bytes: number;
}

/** What a store can do; fixed for its lifetime. */
export interface StoreTraits {
  /** Digests that its listing reports without reading the bytes back. */
  readonly digests: readonly DigestName[];
  /** The largest object it takes, in bytes. */
  readonly maxObjectBytes?: number;
  /** Keys have no folders: a set lies alone in it. */
  readonly flat: boolean;
  /** Takes records and history beside sets. */
  readonly records: boolean;
  /** `open` with a range reads only that range. */
  readonly ranges: boolean;
  /** Objects may need thawing before they can be read. */
  readonly cold: boolean;
  /** Takes only sets that are named by a tag. */
  readonly tagged?: true;
  /** Has to be there before a run, which can't make it: `not-found` stands against writing, too. */
  readonly preexisting?: true;
  /** Nothing there decides between two writers of one key at one moment; who comes later finds it out by looking again. */
  readonly lastWriteWins?: true;
}

export type DigestName = "sha256" | "md5";

/** An object as a store lists it. */
export interface StoredObject {
  readonly key: string;
  readonly bytes: number;
  /** Lowercase hex, those the store itself reports. */
  readonly digests: Readonly<Partial<Record<DigestName, string>>>;
  readonly modified?: Date;
  readonly tier?: string;
  /** Has to be thawed before it can be read. */
  readonly frozen?: true;
  readonly url?: string;
  /**
   * Outcomes of `put` alone: what has shown that these are the artifact's bytes: a digest that the store reports, by its name,
   * or reading them back. Absent: nothing has, beyond what `digests` tell.
   */
  readonly confirmed?: string;
  /** Can never be changed or removed again, whatever is asked: its release is immutable. */
  readonly locked?: true;
  /** Not everybody can see it yet: its release is a draft. `until-shown`: a run may let everybody see it. */
  readonly hidden?: "until-shown" | "by-others";
  /** A run that broke has left it, of a set that can't be told: the id in its key is only what such files begin with. */
  readonly leftover?: true;
}

/** Bytes [start, end) of an object; what lies beyond its end is left out. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

export interface Put {
  readonly key: string;
  readonly artifact: Artifact;
}

/** An object of another store that is to be taken over, and what it must be. */
export interface Taken {
  readonly key: string;
  readonly bytes: number;
  /** Lowercase hex. */
  readonly sha256: string;
}

/** What became of one put. `same`: a whole object with this digest was there. `different`: another one was, and is untouched. */
export type PutOutcome =
  | { readonly key: string; readonly outcome: "created" | "same"; readonly object: StoredObject }
  | { readonly key: string; readonly outcome: "different"; readonly object: StoredObject }
  | { readonly key: string; readonly outcome: "failed"; readonly error: ColdstoreError };

export type DeleteOutcome =
  | { readonly key: string; readonly outcome: "removed" }
  | { readonly key: string; readonly outcome: "failed"; readonly error: ColdstoreError };

export type SmallObject =
  | { readonly key: string; readonly data: Uint8Array }
  | { readonly key: string; readonly missing: true }
  | { readonly key: string; readonly error: ColdstoreError };

/** What a run is about to ask of a store. */
export interface Need {
  readonly write: boolean;
  /** Bytes that will be written at the most, as far as known; 0 if none. */
  readonly bytes: number;
  /** The set that they are of, as soon as it's known. */
  readonly set?: ComingSet;
  /** Nothing is written now: what a run that writes would make needn't be there. */
  readonly foreseen?: true;
}

/** A set that a run brings in, as it is known before it's made. */
export interface ComingSet {
  readonly name: SetName;
  /** What its own files begin with. */
  readonly base: string;
  /** The git tag that it's named by, without refs/tags/; absent: it's named by a time. */
  readonly tag?: string;
  /** It's looked at before it's made for good, and its tag is yet to come: that it has none stands against nothing. */
  readonly awaitsTag?: true;
  /** The commit that it's of, in full; absent outside of a repository. */
  readonly commit?: string;
  /** Build outputs, under the names that they will have. */
  readonly files: readonly { readonly name: string; readonly bytes: number; readonly sha256: string }[];
}

/** How a set can be seen when all of it is there. */
export interface Shown {
  readonly url?: string;
  /** What later steps of a workflow may ask of the store, by the documented names of outputs. */
  readonly outputs: Readonly<Record<string, string | number>>;
  /** What this very call has done, if it did anything: "published the release v1.4.0". */
  readonly news?: string;
  /** What isn't as one might expect; a sentence each. */
  readonly warnings: readonly string[];
}

/** What looks at another run's set have shown until now. */
export interface Seen {
  /** Looks, one after the other, that have found the same files. */
  readonly looks: number;
  /** When the newest of them was stored, as the store has it. */
  readonly newest?: Date | undefined;
}

/**
 * A place that keeps objects by key. Keys are relative paths with `/` between non-empty parts, none of them `.` or `..`.
 * A finished object never changes but by `replace`. Safe to use from several processes at once: exclusive create decides.
 */
export interface Store {
  /** As a person would write it: `./cold`, `r2:backups/acme`; no secret in it. */
  readonly name: string;
  readonly traits: StoreTraits;
  /** The store that this one stands for, when it only changes how that one is used: what two stores can do together depends on it. */
  readonly inner?: Store;

  /**
   * Looks whether the need can be met (reachable, readable, writable, room, permissions, clock) and resolves to everything
   * that stands against it. Leaves nothing behind. A store folder that doesn't exist is no problem for a writing run
   * that could make it, and is `not-found` for a reading one.
   */
  preflight(need: Need, io: Io): Promise<readonly ColdstoreError[]>;

  /** What its room is part of: stores with the same answer fill one disk. Absent, or undefined, when that can't be told. */
  disk?(): Promise<string | undefined>;

  /**
   * Why nothing can be added to this set, or changed in it, whatever is asked (kind `immutable`); undefined when nothing
   * stands against it. Absent where there is no such thing.
   */
  locked?(set: SetName, io: Io): Promise<ColdstoreError | undefined>;

  /**
   * Lets everybody see a set that is whole and proven: the last call of a run that made it or found it standing. Calling it again
   * changes nothing. Absent where objects are seen as soon as they're stored.
   */
  show?(set: ComingSet, io: Io): Promise<Shown>;

  /**
   * Waits before one looks again at what another run does to a set; false when that has done nothing for so long that it has
   * likely broken. Absent where looks cost nothing: their number is the limit then.
   */
  lookAgain?(seen: Seen, io: Io): Promise<boolean>;

  /**
   * All whole objects whose key starts with the prefix, in byte order of their keys; half-made ones are never listed. Rejects when
   * it can't tell. `manifests`: of other files those may lack that it would have to read something for.
   */
  list(prefix: string, io: Io, want?: "manifests"): AsyncIterable<StoredObject>;

  /** Resolves to undefined when there is no such key; rejects only when the store can't tell. */
  stat(key: string, io: Io): Promise<StoredObject | undefined>;

  /**
   * Stores each item as it comes and gives one outcome a key, in any order. Never overwrites, never shows a part of an object
   * under its key. Calling it again with the same items is `same`. One key failing doesn't stop the others;
   * rejects only for an abort or an error of `items` itself.
   */
  put(items: AsyncIterable<Put> | Iterable<Put>, io: Io): AsyncIterable<PutOutcome>;

  /**
   * Takes objects over from another store, under the keys that they have there, without their bytes passing through this
   * machine's disk, as `put` would. Undefined when these two stores can't. Absent where no two can.
   */
  takeFrom?(source: Store, items: readonly Taken[], io: Io): AsyncIterable<PutOutcome> | undefined;

  /** Resolves when everything put so far would survive a power cut. */
  settle(io: Io): Promise<void>;

  /** The bytes of one object, or of a range of it. Rejects with `not-found` when there is no such key. */
  open(key: string, range: ByteRange | undefined, io: Io): Promise<Readable>;

  /** Many small objects (each under 64 MiB) whole, one result a key, in any order. */
  read(keys: readonly string[], io: Io): AsyncIterable<SmallObject>;

  /** Puts the artifact in the place of whatever is there: at every moment a reader sees the old or the new one, whole. */
  replace(key: string, artifact: Artifact, io: Io): Promise<StoredObject>;

  /** Removes keys, and folders that this leaves empty; a key that isn't there counts as removed. */
  delete(keys: readonly string[], io: Io): AsyncIterable<DeleteOutcome>;
}
