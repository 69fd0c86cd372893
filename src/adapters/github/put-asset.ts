import { asColdstoreError, ColdstoreError } from "../../model/errors.ts";
import { setText } from "../../model/set-name.ts";
import { visibleText } from "../../model/visible-text.ts";
import type { Io, Put, PutOutcome } from "../../ports/store.ts";
import { AlreadyThere } from "./already-there.ts";
import { hasBytesOf } from "./asset-bytes.ts";
import { contentTypeOf, hasStem } from "./asset-names.ts";
import { wrongState } from "./asset-list.ts";
import { pause } from "./pause.ts";
import { immutableError } from "./release-errors.ts";
import type { Asset, CallIo, Release } from "./release-api.ts";
import { fileCalled, isWhole, type ReleaseFile } from "./release-files.ts";
import { idOfTag, type ReleaseFinder } from "./release-finder.ts";
import { needReleaseKey, type ReleaseKey } from "./release-keys.ts";
import { objectOf, type ReleaseView } from "./release-view.ts";
import type { SetPlace } from "./set-places.ts";
import { takeOver, type TakeOverOptions } from "./take-over.ts";
import { uploadWhole } from "./upload-whole.ts";

export interface WriterOptions extends TakeOverOptions {
  readonly finder: ReleaseFinder;
  /** As the person wrote the store. */
  readonly name: string;
  readonly project: string;
  readonly pauses: readonly number[];
}

/** A release as it was looked at, kept up with what is put there. */
interface Desk {
  readonly release: Release;
  readonly assets: Map<string, Asset>;
  readonly places: readonly SetPlace[];
}

const rounds = 4;
const uploadsTakeMs = 600_000;

/** Puts assets for one call of a store, one after the other; looks into each release once, unless something comes in between. */
export class PutSession {
  readonly #options: WriterOptions;
  readonly #desks = new Map<string, Desk>();
  #barrier: ColdstoreError | undefined;

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  /** Rejects for an abort alone. */
  async put(item: Put, io: Io): Promise<PutOutcome> {
    try {
      io.signal.throwIfAborted();
      if (this.#barrier !== undefined) throw this.#barrier;
      return await this.#put(item, io);
    } catch (thrown) {
      io.signal.throwIfAborted();
      const error = asColdstoreError(thrown);
      // What the token may not it may not for any file.
      if (error.remedy?.permissions !== undefined) this.#barrier = error;
      return { key: item.key, outcome: "failed", error };
    }
  }

  async #put(item: Put, io: Io): Promise<PutOutcome> {
    const { pauses, name } = this.#options;
    const place = writableKey(item.key, this.#options);
    for (let round = 0; round < rounds; round += 1) {
      if (round > 1) await pause(pauses[round - 2] ?? 0, io.signal);
      const desk = await this.#deskFor(place, io);
      const there = fileCalled(place.file, desk.assets);
      if (there !== undefined) {
        const compared = await this.#compare({ ...item, place, desk, there }, io);
        if (compared.outcome !== "different") return compared;
        if (!(await takeOver(this.#options, { place, release: desk.release }, { signal: io.signal }))) return compared;
      } else if (await this.#upload({ ...item, place, desk }, io)) return this.#created(item.key, place, desk);
      this.#desks.delete(place.id);
    }
    throw new ColdstoreError(
      "store",
      `GitHub says that ${place.file} is there and doesn't show it in ${name}; run again a little later`,
      { transient: true },
    );
  }

  async #deskFor({ id }: ReleaseKey, io: Io): Promise<Desk> {
    const known = this.#desks.get(id);
    if (known !== undefined) return known;
    const { files: _, ...desk } = await this.#look(id, { signal: io.signal });
    this.#desks.set(id, desk);
    return desk;
  }

  /** A release that somebody has deleted meanwhile is made again. */
  async #look(id: string, io: CallIo): Promise<ReleaseView> {
    const { finder, viewer } = this.#options;
    try {
      return await viewer.look(await finder.make(id, io), io);
    } catch (error) {
      if (!(error instanceof ColdstoreError) || error.failure !== "not-found") throw error;
      finder.forget(id);
      return viewer.look(await finder.make(id, io), io);
    }
  }

  async #compare(
    { key, artifact, place, desk, there }: Put & { place: ReleaseKey; desk: Desk; there: ReleaseFile },
    io: Io,
  ): Promise<PutOutcome> {
    const { api, viewer } = this.#options;
    const object = objectOf({ key, file: there, release: desk.release });
    if (await hasBytesOf(api, there.asset, artifact, { signal: io.signal })) {
      viewer.own(desk.release, key);
      return { key, outcome: "same", object };
    }
    const rival = desk.places.find((other) => other.files?.has(place.file) && !isOf(place, other));
    if (rival !== undefined) throw taken(place, rival, desk.release);
    return { key, outcome: "different", object };
  }

  /** False when the name was taken meanwhile, or what had it has just gone. */
  async #upload({ key, artifact, place, desk }: Put & { place: ReleaseKey; desk: Desk }, io: Io): Promise<boolean> {
    const { release } = desk;
    if (release.immutable) throw immutableError(release.tag);
    const rival = desk.places.find(({ stem, manifest }) => manifest !== undefined && hasStem(place.file, stem));
    if (rival !== undefined && !isOf(place, rival)) throw taken(place, rival, release);
    const { api, viewer } = this.#options;
    const list = viewer.listOf(release);
    const broken = desk.assets.get(place.file);
    if (broken !== undefined && !(await this.#clear(broken, desk, io))) return false;
    const contentType = contentTypeOf(place.file, idOfTag(release.tag) === place.id ? place.mode : undefined);
    try {
      const upload = { api, release, list, name: place.file, contentType, artifact };
      desk.assets.set(place.file, await uploadWhole(upload, callIo(io, key)));
      return true;
    } catch (error) {
      if (error instanceof AlreadyThere) return false;
      throw error;
    }
  }

  /** Waits for an upload that may still be under way elsewhere, then removes it; false when it has become whole. */
  async #clear(broken: Asset, { release, assets }: Desk, io: Io): Promise<boolean> {
    const { api, viewer, pauses } = this.#options;
    const list = viewer.listOf(release);
    const isYoung = Date.now() - Date.parse(broken.created) < uploadsTakeMs;
    for (const ms of isYoung && broken.state !== wrongState ? pauses : []) {
      await pause(ms, io.signal);
      const now = (await list.look({ signal: io.signal })).find(({ name }) => name === broken.name);
      if (now === undefined || isWhole(now)) return false;
    }
    await api.deleteAsset(broken.id, { signal: io.signal });
    list.removed(broken.id);
    assets.delete(broken.name);
    return true;
  }

  #created(key: string, { file: name }: ReleaseKey, { release, assets }: Desk): PutOutcome {
    const file = fileCalled(name, assets);
    if (file === undefined) throw new ColdstoreError("bug", `${key} was stored and isn't known`);
    this.#options.viewer.own(release, key);
    return { key, outcome: "created", object: objectOf({ key, file, release }) };
  }
}

/** A key that the store can write; throws for all others. */
export function writableKey(key: string, { name, project }: Pick<WriterOptions, "name" | "project">): ReleaseKey {
  const place = needReleaseKey(key);
  if (place.project === project) return place;
  throw new ColdstoreError("bug", `${key} can't be stored in ${name}, whose sets are all of ${project}`);
}

export function callIo(io: Io, key: string): CallIo {
  return { signal: io.signal, progress: (bytes) => io.progress({ key, bytes }) };
}

function isOf(key: ReleaseKey, { project, mode, id }: SetPlace): boolean {
  return key.project === project && key.mode === mode && key.id === id;
}

function taken({ file }: ReleaseKey, rival: SetPlace, { tag }: Release): ColdstoreError {
  const way = hasStem(file, rival.stem)
    ? "set name to something else, so that both can lie in one release"
    : "rename your own, or store in another release (store: release:OTHER-TAG)";
  return new ColdstoreError("conflict", `${file} in the release ${visibleText(tag)} is ${setText(rival)}'s; ${way}`);
}
