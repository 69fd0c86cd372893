import type { Readable } from "node:stream";
import type { Artifact } from "../../model/artifact.ts";
import { asColdstoreError, type ColdstoreError } from "../../model/errors.ts";
import type { SetName } from "../../model/set-name.ts";
import type * as port from "../../ports/store.ts";
import { concurrently } from "../local/concurrently.ts";
import { contentTypeOf } from "./asset-names.ts";
import { checkComingSet } from "./check-coming-set.ts";
import { lookAgain, usualPatience } from "./look-again.ts";
import { ManifestSheets } from "./manifest-sheets.ts";
import { newDraft } from "./new-draft.ts";
import { OneAtATime } from "./one-at-a-time.ts";
import { callIo, PutSession, writableKey, type WriterOptions } from "./put-asset.ts";
import { openKey, type ReaderOptions, readKey } from "./read-assets.ts";
import type { CallIo } from "./release-api.ts";
import { immutableError, noReleaseError } from "./release-errors.ts";
import { idOfTag, ReleaseFinder } from "./release-finder.ts";
import { ReleaseLookup } from "./release-lookup.ts";
import type { ReleaseStoreOptions } from "./release-options.ts";
import { type KeyedFile, objectOf, ReleaseViewer } from "./release-view.ts";
import { replaceAsset } from "./replace-asset.ts";
import { showRelease } from "./show-release.ts";

/**
 * The releases of a GitHub repository as a store: a set's files are the assets of the release whose tag is its id, or all sets' of
 * the one release named. Releases that have to be made stay drafts until `show`.
 */
export function openReleaseStore(options: ReleaseStoreOptions): port.Store {
  return new ReleaseStore(options);
}

const readsAtOnce = 8;
const usualPauses = [250, 500, 1000, 2000];
const usualQuietMs = 300_000;

class ReleaseStore implements port.Store {
  readonly name: string;
  readonly traits: port.StoreTraits = {
    digests: ["sha256"],
    maxObjectBytes: 2 ** 31 - 1,
    flat: true,
    records: false,
    ranges: true,
    cold: false,
    preexisting: true,
  };
  readonly #options: ReleaseStoreOptions;
  readonly #writer: WriterOptions;
  readonly #sheets: ManifestSheets;
  readonly #lookup: ReleaseLookup;
  /** GitHub wants writes one after the other. */
  readonly #turns = new OneAtATime();
  readonly #stored = new Map<string, port.StoredObject>();
  #notesCut = false;

  constructor(options: ReleaseStoreOptions) {
    const { api, name, project, tag, policy, pauses = usualPauses, quietMs = usualQuietMs, wait } = options;
    this.name = name;
    if (tag === undefined) this.traits = { ...this.traits, tagged: true };
    this.#options = options;
    this.#sheets = new ManifestSheets(api);
    const draftOf = (of: string) => {
      const { draft, cut } = newDraft(of, policy);
      this.#notesCut = cut;
      return draft;
    };
    const finder = new ReleaseFinder({ api, name, pauses, draftOf, ...(tag !== undefined && { tag }) });
    const viewer = new ReleaseViewer({ api, sheets: this.#sheets, project, shared: tag !== undefined });
    this.#writer = { api, finder, viewer, name, project, pauses, quietMs, wait, began: Date.now() };
    this.#lookup = new ReleaseLookup({ finder, viewer, ...(tag === undefined && { project }) });
  }

  async preflight({ write, set, foreseen }: port.Need, io: port.Io): Promise<readonly ColdstoreError[]> {
    io.signal.throwIfAborted();
    const { api, tag } = this.#options;
    try {
      await api.look({ write }, { signal: io.signal });
      const isMaking = write || foreseen === true || set !== undefined;
      if (!isMaking && tag !== undefined && (await this.#writer.finder.look(tag, { signal: io.signal })) === undefined)
        return [noReleaseError(api.repository, tag)];
    } catch (error) {
      io.signal.throwIfAborted();
      return [asColdstoreError(error)];
    }
    return set === undefined ? [] : checkComingSet({ ...this.#options, ...this.#writer }, set, { signal: io.signal });
  }

  async locked({ id }: SetName, io: port.Io): Promise<ColdstoreError | undefined> {
    io.signal.throwIfAborted();
    const release = await this.#writer.finder.refresh(id, { signal: io.signal });
    if (release === undefined || release.draft || !release.immutable) return undefined;
    return immutableError(release.tag);
  }

  async show(set: port.ComingSet, io: port.Io): Promise<port.Shown> {
    io.signal.throwIfAborted();
    const { policy } = this.#options;
    this.#writer.finder.note(set.name.id, set.tag);
    const prefix = `${set.name.project}/${set.name.mode}/${set.name.id}/`;
    const stored = [...this.#stored.values()].filter(({ key }) => key.startsWith(prefix));
    const find = this.#lookup.batch({ signal: io.signal });
    const stat = async (key: string) => find(key).then((file) => file && objectOf(file));
    const warnings = this.#notesCut ? ["the release's notes are cut: GitHub takes 125,000 characters"] : [];
    return this.#turns.run(async () =>
      showRelease({ ...this.#writer, sheets: this.#sheets, policy, stored, stat, warnings }, set, {
        signal: io.signal,
      }),
    );
  }

  async lookAgain(seen: port.Seen, { signal }: port.Io): Promise<boolean> {
    return lookAgain(seen, this.#options.patience ?? usualPatience, signal);
  }

  async *list(prefix: string, io: port.Io, want?: "manifests"): AsyncGenerator<port.StoredObject> {
    io.signal.throwIfAborted();
    const files = await this.#lookup.list(prefix, { signal: io.signal }, want);
    for (const file of files) {
      io.signal.throwIfAborted();
      yield objectOf(file);
    }
  }

  async stat(key: string, io: port.Io): Promise<port.StoredObject | undefined> {
    io.signal.throwIfAborted();
    const file = await this.#lookup.find(key, { signal: io.signal });
    return file && objectOf(file);
  }

  async *put(items: AsyncIterable<port.Put> | Iterable<port.Put>, io: port.Io): AsyncGenerator<port.PutOutcome> {
    const session = new PutSession(this.#writer);
    const putOne = async (item: port.Put) => {
      const outcome = await this.#turns.run(async () => session.put(item, io));
      if (outcome.outcome === "created" || outcome.outcome === "same") this.#stored.set(outcome.key, outcome.object);
      return outcome;
    };
    yield* concurrently(items, { limit: 1, signal: io.signal }, putOne);
  }

  async settle(io: port.Io): Promise<void> {
    io.signal.throwIfAborted();
  }

  async open(key: string, range: port.ByteRange | undefined, io: port.Io): Promise<Readable> {
    io.signal.throwIfAborted();
    return openKey(this.#reader(), { key, range }, io);
  }

  async *read(keys: readonly string[], io: port.Io): AsyncGenerator<port.SmallObject> {
    const find = this.#lookup.batch({ signal: io.signal }, "listed");
    yield* concurrently(keys, { limit: readsAtOnce, signal: io.signal }, async (key) =>
      readKey(this.#reader(), { key, find }, io),
    );
  }

  async replace(key: string, artifact: Artifact, io: port.Io): Promise<port.StoredObject> {
    io.signal.throwIfAborted();
    return this.#turns.run(async () => this.#replace(key, artifact, io));
  }

  async *delete(keys: readonly string[], io: port.Io): AsyncGenerator<port.DeleteOutcome> {
    const find = this.#lookup.batch({ signal: io.signal });
    const deleteOne = async (key: string) => this.#turns.run(async () => this.#delete(key, find, io));
    yield* concurrently(keys, { limit: 1, signal: io.signal }, deleteOne);
  }

  async #replace(key: string, artifact: Artifact, io: port.Io): Promise<port.StoredObject> {
    const { api, finder, viewer } = this.#writer;
    const { file: name, mode, id } = writableKey(key, this.#writer);
    const call = callIo(io, key);
    const release = (await finder.refresh(id, call)) ?? (await finder.make(id, call));
    if (release.immutable) throw immutableError(release.tag);
    const contentType = contentTypeOf(name, idOfTag(release.tag) === id ? mode : undefined);
    const list = viewer.listOf(release);
    const file = await replaceAsset({ api, release, list, name, contentType, artifact }, call);
    viewer.own(release, key);
    this.#lookup.forget(key);
    const object = objectOf({ key, file, release });
    this.#stored.set(key, object);
    return object;
  }

  async #delete(
    key: string,
    find: (key: string) => Promise<KeyedFile | undefined>,
    io: port.Io,
  ): Promise<port.DeleteOutcome> {
    try {
      const found = await find(key);
      if (found !== undefined) await this.#remove(found, { signal: io.signal });
      this.#stored.delete(key);
      this.#lookup.forget(key);
      return { key, outcome: "removed" };
    } catch (error) {
      io.signal.throwIfAborted();
      return { key, outcome: "failed", error: asColdstoreError(error) };
    }
  }

  async #remove({ file, release }: KeyedFile, io: CallIo): Promise<void> {
    const { api, viewer } = this.#writer;
    if (release.immutable) throw immutableError(release.tag);
    const list = viewer.listOf(release);
    // What would take its place goes first.
    for (const { id } of [...file.leftovers, file.asset]) {
      await api.deleteAsset(id, io);
      list.removed(id);
    }
  }

  #reader(): ReaderOptions {
    return { ...this.#writer, lookup: this.#lookup, sheets: this.#sheets };
  }
}
