import type { Readable } from "node:stream";

/** What a plugin's module exports: opens its store, once a run. */
export type OpenStore = (asked: PluginOpening) => PluginStore | Promise<PluginStore>;

export interface PluginOpening {
  /** The store as the setting names it: `plugin:./store.mjs`. */
  readonly name: string;
  /** Aborts when the run is to end. */
  readonly signal: AbortSignal;
  /** Says one line to whoever looks on. */
  log(line: string): void;
}

/** What every call is given. */
export interface PluginCall {
  /** Aborts when the call is to end: stop soon, leave nothing half-made, and reject. */
  readonly signal: AbortSignal;
}

/**
 * A place that keeps objects by key. Keys are relative paths with `/` between their parts, in any script. Calls come side by side. A call
 * that can't do what it's asked rejects with an Error whose message a person can read; `transient: true` on it says that the same call
 * may well succeed a little later. Coldstore checks what it's told and counts the bytes.
 */
export interface PluginStore {
  readonly traits?: PluginTraits;

  /** All whole objects whose key starts with the prefix, in any order; none that is half-made. Rejects when it can't tell. */
  list(prefix: string, call: PluginCall): PluginObjects | Promise<PluginObjects>;

  /**
   * Opens an object; undefined when there is no such key. A range, [start, end), is asked for only where `traits.ranges` is true; it
   * lies within the object and isn't empty.
   */
  open(key: string, range: PluginRange | undefined, call: PluginCall): Promise<PluginBytes | undefined>;

  /**
   * Stores a new object: under its key either the whole of it is seen, or nothing. Resolves to `exists`, and changes nothing, when
   * there is an object of that key: of several writers at one moment exactly one gets `created`. When the stream fails, nothing may be
   * left of it.
   */
  create(key: string, content: PluginContent, call: PluginCall): Promise<"created" | "exists">;

  /** The object as a list would have it; undefined when there is none. Absent: it's looked up with `list`. */
  stat?(key: string, call: PluginCall): Promise<PluginObject | undefined>;

  /** Removes an object; one that isn't there is fine. Absent: nothing can be removed. */
  remove?(key: string, call: PluginCall): Promise<void>;

  /** Puts an object in the place of whatever is there: a reader sees the old or the new one, whole. Absent: nothing can be replaced. */
  replace?(key: string, content: PluginContent, call: PluginCall): Promise<void>;

  /** Resolves when all that was stored would survive a power cut. Absent: it does as soon as `create` resolves. */
  settle?(call: PluginCall): Promise<void>;

  /** Looks whether the run can succeed, changes nothing, and resolves to what stands against it, a sentence each. */
  preflight?(need: PluginNeed, call: PluginCall): Promise<readonly string[]>;

  /** The last call. */
  close?(): Promise<void>;
}

export interface PluginTraits {
  /** Digests that every listed object has, which the place has made itself of the bytes that it keeps. */
  readonly digests?: readonly ("sha256" | "md5")[];
  /** The largest object it takes, in bytes. */
  readonly maxObjectBytes?: number;
  /** `open` can give a part of an object without reading all of it. */
  readonly ranges?: boolean;
  /** How many calls may be under way at once, 8 unless told. */
  readonly atOnce?: number;
}

export type PluginObjects = AsyncIterable<PluginObject> | Iterable<PluginObject>;

export interface PluginObject {
  readonly key: string;
  readonly bytes: number;
  /** Lowercase hex. */
  readonly digests?: { readonly sha256?: string; readonly md5?: string };
  /** When it was stored. */
  readonly modified?: Date;
  /** Where a person can look at it. */
  readonly url?: string;
}

export interface PluginRange {
  readonly start: number;
  readonly end: number;
}

/** Bytes on their way out of a store. */
export interface PluginBytes {
  /** How many there are: of the range, if one was asked for. */
  readonly bytes: number;
  /** A stream of Node's or of the web's, a list of chunks, … */
  readonly body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

/** Bytes on their way into a store. */
export interface PluginContent {
  readonly bytes: number;
  /** Lowercase hex. */
  readonly sha256: string;
  /** The bytes from the first on, anew with each call. Fails if they turn out not to be those of the digest. */
  stream(): Readable;
}

/** What a run is about to ask. */
export interface PluginNeed {
  readonly write: boolean;
  /** Bytes that will be written at the most, as far as known. */
  readonly bytes: number;
}
