import type { Readable } from "node:stream";
import type { ByteRange, Io } from "../../ports/store.ts";

/** A kind of digest, by rclone's name: `md5`, `sha1`, `sha256`, `quickxor`, … */
export type HashName = string;

/** What a remote can do, as `rclone backend features` tells. */
export interface RemoteFeatures {
  readonly hashes: readonly HashName[];
  /** Digests are made by reading the file, or by a HEAD or a command each. */
  readonly slowHash: boolean;
  /** Keys with slashes in a bucket, no folders: an object is there whole or not at all. */
  readonly bucketBased: boolean;
  /** A file gets its name when it's whole. */
  readonly partialUploads: boolean;
  readonly about: boolean;
  readonly serverSideCopy: boolean;
  readonly serverSideMove: boolean;
  /** It has folders, which may be empty. */
  readonly folders: boolean;
  /** It lies over another remote: digests that it reports may be what it has noted, not what is there. */
  readonly overlay: boolean;
  /** Several objects may have one name. */
  readonly duplicateFiles: boolean;
  readonly caseInsensitive: boolean;
  readonly tiers: boolean;
  /** Its very name says from which size on objects go up in parts, and no flag can say otherwise. */
  readonly partsByOption: boolean;
}

/** A file as a remote lists it. */
export interface RemoteFile {
  /** From the store's folder on, `/` between its parts. */
  readonly path: string;
  readonly bytes: number;
  readonly modified?: Date;
  readonly tier?: string;
  /** Lowercase hex or as the remote has it, by rclone's names; only what was asked for and is there. */
  readonly hashes: Readonly<Record<HashName, string>>;
}

/** Told of what a listing of files leaves out. */
export interface ListingNotes {
  /** A folder, empty or not; remotes with buckets have none. */
  folder(path: string): void;
  /** A link, or a thing that is no file, which rclone passes over and says so. */
  passedOver(path: string, kind: "link" | "no file"): void;
}

/** Why one file of many wasn't copied. */
export interface CopyFault {
  readonly path: string;
  readonly error: Error;
}

/** What became of a copy of many files. */
export interface Copied {
  /** Files that weren't copied and why. */
  readonly faults: readonly CopyFault[];
  /** Files that this call has copied: neither what was there already nor what failed. */
  readonly copied: ReadonlySet<string>;
  /** Of those, files whose digest rclone couldn't compare after it had sent them; absent: none. */
  readonly unchecked?: ReadonlySet<string>;
}

/** Files of a local folder that are to be copied to the same paths. */
export interface CopyIn {
  readonly folder: string;
  readonly paths: readonly string[];
  /** By the remote's own word; absent: its usual one. */
  readonly storageClass?: string;
}

/**
 * rclone's commands on one store's folder, as plain records; one process a call. Paths count from that folder. Rejects with
 * a ColdstoreError that says what to do.
 */
export interface Rclone {
  /** As in messages. */
  readonly name: string;
  features(io: Io): Promise<RemoteFeatures>;
  /** Rejects as `list` does, without looking into folders below. */
  lookAt(io: Io): Promise<void>;
  /**
   * All files under a folder (empty: the store's own), in any order, folders of runs at work among them. Rejects with
   * `not-found` when there is no such folder (remotes with buckets say that of a bucket alone), and when it can't tell.
   */
  list(folder: string, hashes: readonly HashName[], io: Io, notes?: ListingNotes): Promise<readonly RemoteFile[]>;
  /** Undefined when there is no such file; a folder of that name is no file. */
  stat(path: string, hashes: readonly HashName[], io: Io): Promise<RemoteFile | undefined>;
  /** Those of the files that are there, in any order; a folder of such a name is no file. Rejects when it can't tell of one. */
  find(paths: readonly string[], hashes: readonly HashName[], io: Io): Promise<readonly RemoteFile[]>;
  /** What is there already stays as it is, and is a fault if its size or its digest differs. */
  copyIn(from: CopyIn, io: Io): Promise<Copied>;
  /** Copies files into a local folder, under the same paths. */
  copyOut(to: { readonly folder: string; readonly paths: readonly string[] }, io: Io): Promise<readonly CopyFault[]>;
  /** Copies files of another remote to the same paths, on the server where it can; as `copyIn` otherwise. */
  copyAcross(
    from: { readonly rclone: Rclone; readonly paths: readonly string[]; readonly storageClass?: string },
    io: Io,
  ): Promise<Copied>;
  /** Bytes of a file that is there. A range beyond its end gives what is before it. */
  cat(path: string, range: ByteRange | undefined, io: Io): Promise<Readable>;
  /** Removes one file; one that isn't there counts as removed. */
  remove(path: string, io: Io): Promise<"removed" | "absent">;
  /** Removes a folder if nothing is in it; false when it's still there. */
  removeFolder(path: string, io: Io): Promise<boolean>;
  /**
   * Puts a local file in the place of whatever is at the path, whole at every moment; where files don't get their names when
   * they are whole, there is none for a moment in between.
   */
  overwrite(path: string, file: string, io: Io): Promise<void>;
  /** Bytes free; undefined where the remote doesn't tell. */
  free(io: Io): Promise<number | undefined>;
  /** Digests of files of a local folder by their paths, as rclone makes them. */
  hashLocal(folder: string, paths: readonly string[], name: HashName, io: Io): Promise<ReadonlyMap<string, string>>;
}
