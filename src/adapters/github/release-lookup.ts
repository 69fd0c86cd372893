import { ColdstoreError } from "../../model/errors.ts";
import { concurrently } from "../local/concurrently.ts";
import type { CallIo, Release } from "./release-api.ts";
import type { ReleaseFinder } from "./release-finder.ts";
import { parseReleaseKey, reachOf, type ReleaseKey } from "./release-keys.ts";
import type { KeyedFile, ReleaseView, ReleaseViewer } from "./release-view.ts";

const atOnce = 4;
const goodMs = 60_000;

export interface LookupOptions {
  readonly finder: ReleaseFinder;
  readonly viewer: ReleaseViewer;
  /** The only one whose sets there are; absent: each manifest says its own. */
  readonly project?: string;
}

/** Finds files of releases by their keys. */
export class ReleaseLookup {
  readonly #options: LookupOptions;
  readonly #lately = new Map<string, { readonly until: number; readonly file: KeyedFile }>();
  /** By the ids of sets: what the last listing of all releases has shown. */
  #listing = new Map<string, ReadonlyMap<string, KeyedFile>>();
  #listingUntil = 0;

  constructor(options: LookupOptions) {
    this.#options = options;
  }

  /** All files whose keys begin so, in byte order; of several releases maybe those alone whose set can be told without reading. */
  async list(prefix: string, io: CallIo, want?: "manifests"): Promise<readonly KeyedFile[]> {
    const reach = reachOf(prefix);
    const { project } = this.#options;
    if (reach === undefined || (project !== undefined && reach.project !== undefined && reach.project !== project))
      return [];
    const found = reach.id === undefined ? await this.#everything(io, want) : await this.#inSet(reach.id, io);
    return found.filter(({ key }) => key.startsWith(prefix)).sort(byKey);
  }

  /** The file of a key, asked anew; undefined when there is none. Throws a `bug` for what can't be a key. */
  async find(key: string, io: CallIo): Promise<KeyedFile | undefined> {
    const place = parseReleaseKey(key);
    const found = place && (await this.#inSet(place.id, io)).find((file) => file.key === key);
    this.#remember(key, found);
    return found;
  }

  /**
   * Finds by many keys, and asks each set's release once. `listed`: what all releases were listed with within the last minute
   * counts, unless its set was looked at since. Throws as `find` does.
   */
  batch(io: CallIo, from?: "listed"): (key: string) => Promise<KeyedFile | undefined> {
    const sets = new Map<string, Promise<ReadonlyMap<string, KeyedFile>>>();
    return async (key) => {
      const place = parseReleaseKey(key);
      if (place === undefined) return undefined;
      const known = from === undefined ? undefined : this.#listed(key, place.id);
      if (known !== undefined) return known;
      const set =
        sets.get(place.id) ?? this.#inSet(place.id, io).then((files) => new Map(files.map((file) => [file.key, file])));
      sets.set(place.id, set);
      return (await set).get(key);
    };
  }

  /** As `find`, but what was found within the last minute counts: its bytes can't have changed, only gone. */
  async recall(key: string, io: CallIo): Promise<KeyedFile | undefined> {
    const place = parseReleaseKey(key);
    const known = this.#lately.get(key);
    if (known !== undefined && known.until > Date.now()) return known.file;
    return (place && this.#listed(key, place.id)) ?? this.find(key, io);
  }

  forget(key: string): void {
    this.#lately.delete(key);
    const place = parseReleaseKey(key);
    if (place !== undefined) this.#listing.delete(place.id);
  }

  #listed(key: string, id: string): KeyedFile | undefined {
    return this.#listingUntil > Date.now() ? this.#listing.get(id)?.get(key) : undefined;
  }

  #remember(key: string, file: KeyedFile | undefined): void {
    if (this.#lately.size > 10_000) this.#lately.clear();
    if (file === undefined) this.#lately.delete(key);
    else this.#lately.set(key, { until: Date.now() + goodMs, file });
  }

  async #everything(io: CallIo, want: "manifests" | undefined): Promise<readonly KeyedFile[]> {
    const { finder, viewer } = this.#options;
    const found: KeyedFile[][] = [];
    const look = async (release: Release) => absentAsNone(viewer.glance(release, io, want));
    const releases = await finder.all(io);
    for await (const view of concurrently(releases, { limit: atOnce, signal: io.signal }, look))
      found.push(view === undefined ? [] : [...viewer.keyed(view)]);
    const files = found.flat();
    this.#listing = byIdAndKey(files);
    this.#listingUntil = Date.now() + goodMs;
    return files;
  }

  async #inSet(id: ReleaseKey["id"], io: CallIo): Promise<readonly KeyedFile[]> {
    const { finder, viewer } = this.#options;
    this.#listing.delete(id);
    const release = await finder.find(id, io);
    const view = release && (await absentAsNone(viewer.look(release, io)));
    if (view !== undefined) return viewer.keyed(view);
    if (release === undefined) return [];
    finder.forget(id);
    const other = await finder.find(id, io);
    return other === undefined ? [] : viewer.keyed(await viewer.look(other, io));
  }
}

/** A release may go away between being listed and being looked into. */
async function absentAsNone(view: Promise<ReleaseView>): Promise<ReleaseView | undefined> {
  try {
    return await view;
  } catch (error) {
    if (error instanceof ColdstoreError && error.failure === "not-found") return undefined;
    throw error;
  }
}

function byIdAndKey(files: readonly KeyedFile[]): Map<string, ReadonlyMap<string, KeyedFile>> {
  const sets = Map.groupBy(files, ({ key }) => parseReleaseKey(key)?.id ?? "");
  return new Map([...sets].map(([id, own]) => [id, new Map(own.map((file) => [file.key, file]))]));
}

function byKey(a: KeyedFile, b: KeyedFile): number {
  return Buffer.compare(Buffer.from(a.key), Buffer.from(b.key));
}
