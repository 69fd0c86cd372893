import { createHash } from "node:crypto";
import { ColdstoreError } from "../../model/errors.ts";
import { safeName } from "../../model/set-id.ts";
import { pause } from "./pause.ts";
import type { CallIo, NewRelease, Release, ReleaseApi } from "./release-api.ts";

/** The id of the set whose release has this tag. */
export function idOfTag(tag: string): string {
  return safeName(tag, (text) => createHash("sha256").update(text).digest("hex"));
}

export interface FinderOptions {
  readonly api: ReleaseApi;
  /** As the person wrote the store. */
  readonly name: string;
  /** The only release that counts. */
  readonly tag?: string;
  readonly pauses: readonly number[];
  draftOf(tag: string): NewRelease;
}

/** Finds the release of a set, drafts too, and makes one where there is none; then goes by its number. */
export class ReleaseFinder {
  readonly #options: FinderOptions;
  readonly #found = new Map<string, Release>();
  readonly #tags = new Map<string, string>();
  /** What the last listing of all has shown: good to read from. */
  #seen: ReadonlyMap<string, Release> = new Map();

  constructor(options: FinderOptions) {
    this.#options = options;
  }

  /** Which tag a set id stands for, as the run knows it. */
  note(id: string, tag: string | undefined): void {
    if (tag !== undefined && idOfTag(tag) === id) this.#tags.set(id, tag);
  }

  /** Whether a release's tag is the one that a set of this id goes by. */
  fits({ tag }: Release, id: string): boolean {
    return this.#options.tag === undefined ? idOfTag(tag) === id : tag === this.#options.tag;
  }

  /** The release of a set, as it was when it was found; undefined when there is none. */
  async find(id: string, io: CallIo): Promise<Release | undefined> {
    const key = this.#keyOf(id);
    return this.#found.get(key) ?? this.#seen.get(key) ?? this.look(id, io);
  }

  /** Asks GitHub anew. */
  async look(id: string, io: CallIo): Promise<Release | undefined> {
    const tag = this.#options.tag ?? this.#tags.get(id) ?? (idOfTag(id) === id ? id : undefined);
    const published = tag === undefined ? undefined : await this.#options.api.byTag(tag, io);
    return this.#keep(id, published ?? first(await this.allOf(id, io)));
  }

  /** The release that was found, as it is now; looked for anew when it is gone. */
  async refresh(id: string, io: CallIo): Promise<Release | undefined> {
    const known = this.#found.get(this.#keyOf(id));
    const now = known && (await this.#options.api.byId(known.id, io));
    return now === undefined ? this.look(id, io) : this.#keep(id, now);
  }

  /** Finds it again at the next need. */
  forget(id: string): void {
    const key = this.#keyOf(id);
    this.#found.delete(key);
    this.#seen = new Map([...this.#seen].filter(([each]) => each !== key));
  }

  /** Every release that may hold sets, one a tag. */
  async all(io: CallIo): Promise<readonly Release[]> {
    const byTag = new Map<string, Release[]>();
    for await (const release of this.#options.api.releases(io)) {
      if (this.#options.tag !== undefined && release.tag !== this.#options.tag) continue;
      byTag.set(release.tag, [...(byTag.get(release.tag) ?? []), release]);
    }
    // One that was just made may not be listed yet.
    for (const release of this.#found.values()) if (!byTag.has(release.tag)) byTag.set(release.tag, [release]);
    const all = [...byTag.values()].flatMap((releases) => first(releases) ?? []);
    this.#seen = new Map(all.map((release) => [this.#keyOf(idOfTag(release.tag)), release]));
    return all;
  }

  /** All releases of a set's tag: several drafts may have the same. */
  async allOf(id: string, io: CallIo): Promise<readonly Release[]> {
    const { api, tag } = this.#options;
    const found: Release[] = [];
    for await (const release of api.releases(io))
      if (tag === undefined ? idOfTag(release.tag) === id : release.tag === tag) found.push(release);
    return found;
  }

  /** Finds the release of a set, or makes a draft. Of several runs that do so at once all come to use the same one. */
  async make(id: string, io: CallIo): Promise<Release> {
    const found = this.#found.get(this.#keyOf(id)) ?? (await this.look(id, io));
    if (found !== undefined) return found;
    const made = await this.#create(id, await this.#tagFor(id, io), io);
    return "adopted" in made ? made.adopted : this.#kept(id, await this.#settle(id, made, io));
  }

  async #create(id: string, tag: string, io: CallIo): Promise<Release | { readonly adopted: Release }> {
    try {
      return await this.#options.api.createDraft(this.#options.draftOf(tag), io);
    } catch (error) {
      io.signal.throwIfAborted();
      const adopted = await this.#adopt(id, error, io);
      if (adopted === undefined) throw error;
      return { adopted };
    }
  }

  /** What is there after a creation that failed, or whose outcome nobody knows. */
  async #adopt(id: string, error: unknown, io: CallIo): Promise<Release | undefined> {
    const isUnknown = error instanceof ColdstoreError && error.transient;
    for (const ms of isUnknown ? [0, ...this.#options.pauses] : [0]) {
      await pause(ms, io.signal);
      const found = await this.look(id, io);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** The one that all use, once the list shows our own; ours goes if that is another one and nothing is in it. */
  async #settle(id: string, made: Release, io: CallIo): Promise<Release> {
    for (const ms of [0, ...this.#options.pauses]) {
      await pause(ms, io.signal);
      const all = await this.allOf(id, io);
      const chosen = first([...all.filter((each) => each.id !== made.id), made]) ?? made;
      if (chosen.id !== made.id) {
        await this.#dropEmpty(made, io);
        return chosen;
      }
      if (all.some((each) => each.id === made.id)) return made;
    }
    return made;
  }

  async #dropEmpty({ id }: Release, io: CallIo): Promise<void> {
    const { api } = this.#options;
    const assets = await api.assets(id, io);
    if (assets.length === 0) await api.deleteRelease(id, io);
  }

  async #tagFor(id: string, io: CallIo): Promise<string> {
    const { api, tag, name } = this.#options;
    const known = tag ?? this.#tags.get(id);
    if (known !== undefined) return known;
    if (idOfTag(id) === id && (await api.tagCommit(id, io)) !== undefined) return id;
    // Of a tag that is no id only the beginning can be told from it.
    const [beginning = ""] = /-[0-9a-f]{8}$/.test(id) ? id.split("-") : [];
    const tags = beginning === "" ? [] : await api.tagsLike(beginning, io);
    const fitting = tags.find((each) => idOfTag(each) === id);
    if (fitting === undefined) throw needsTag(name, id);
    return fitting;
  }

  #keep(id: string, release: Release | undefined): Release | undefined {
    return release === undefined ? undefined : this.#kept(id, release);
  }

  #kept(id: string, release: Release): Release {
    this.#found.set(this.#keyOf(id), release);
    return release;
  }

  #keyOf(id: string): string {
    return this.#options.tag === undefined ? id : "";
  }
}

export function needsTag(store: string, id: string): ColdstoreError {
  return new ColdstoreError(
    "settings",
    `${id} can't be stored in ${store}: a release needs a tag; push one, or name the release that takes it, like store: release:TAG`,
  );
}

/** Of releases of one tag the published one, else the draft that was made first. */
function first(releases: readonly Release[]): Release | undefined {
  const published = releases.find(({ draft }) => !draft);
  return published ?? releases.toSorted((a, b) => a.id - b.id)[0];
}
