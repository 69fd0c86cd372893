import type { StoredObject } from "../../ports/store.ts";
import { AssetList } from "./asset-list.ts";
import { isMarked } from "./draft-marker.ts";
import type { ManifestSheets } from "./manifest-sheets.ts";
import type { Asset, CallIo, Release, ReleaseApi } from "./release-api.ts";
import { filesAmong, type ReleaseFile } from "./release-files.ts";
import { idOfTag } from "./release-finder.ts";
import { keyText, parseReleaseKey } from "./release-keys.ts";
import { ownersOf, placesIn, type SetPlace } from "./set-places.ts";

/** A release with all that is in it, at one time. */
export interface ReleaseView {
  readonly release: Release;
  /** By their names, broken ones too. */
  readonly assets: Map<string, Asset>;
  readonly files: readonly ReleaseFile[];
  readonly places: readonly SetPlace[];
}

/** A file of a release under one of the keys that it has. */
export interface KeyedFile {
  readonly key: string;
  readonly file: ReleaseFile;
  readonly release: Release;
  /** It's of a set that can't be told. */
  readonly leftover?: true;
}

export interface ViewerOptions {
  readonly api: ReleaseApi;
  readonly sheets: ManifestSheets;
  /** `owner/repo`. */
  readonly project: string;
  /** Sets of several ids lie in the one release there is. */
  readonly shared: boolean;
}

/** Looks into releases, and remembers what this run has put there. */
export class ReleaseViewer {
  readonly #options: ViewerOptions;
  readonly #lists = new Map<number, AssetList>();
  readonly #ownKeys = new Map<number, Set<string>>();

  constructor(options: ViewerOptions) {
    this.#options = options;
  }

  listOf({ id }: Release): AssetList {
    const list = this.#lists.get(id) ?? new AssetList(this.#options.api, id);
    this.#lists.set(id, list);
    return list;
  }

  /** From now on the file is listed under its key, whatever manifests say. */
  own({ id }: Release, key: string): void {
    this.#ownKeys.set(id, (this.#ownKeys.get(id) ?? new Set()).add(key));
  }

  /** Whether this run has put a file there, or found it just as it would have. */
  isOwn({ id }: Release, name: string): boolean {
    return [...(this.#ownKeys.get(id) ?? [])].some((key) => parseReleaseKey(key)?.file === name);
  }

  /** Asks GitHub what is in a release. */
  async look(release: Release, io: CallIo): Promise<ReleaseView> {
    return this.#viewOf(release, await this.listOf(release).look(io), io);
  }

  /** The same from what a listing of releases has brought along, where it has. */
  async glance(release: Release, io: CallIo, want?: "manifests"): Promise<ReleaseView> {
    if (release.assets === undefined) return this.look(release, io);
    return this.#viewOf(release, this.listOf(release).over(release.assets), io, want);
  }

  /** Every file of a view under its keys, in no order. */
  keyed({ release, files, places }: ReleaseView): readonly KeyedFile[] {
    const own = Map.groupBy(this.#ownKeys.get(release.id) ?? [], (key) => parseReleaseKey(key)?.file);
    return files.flatMap((file) => {
      const owners = ownersOf(file.name, places).map((place) => ({
        key: keyText({ ...place, file: file.name }),
        place,
      }));
      const owned = owners.map(({ key, place }) => ({ key, file, release, ...(place.leftover && { leftover: true }) }));
      const known = new Set(owned.map(({ key }) => key));
      const others = (own.get(file.name) ?? []).filter((key) => !known.has(key));
      return [...owned, ...others.map((key) => ({ key, file, release }))];
    });
  }

  async #viewOf(release: Release, assets: readonly Asset[], io: CallIo, want?: "manifests"): Promise<ReleaseView> {
    const { project, shared, sheets } = this.#options;
    const files = filesAmong(assets);
    const home = { project, id: idOfTag(release.tag) };
    const places = await placesIn({
      files,
      home,
      shared,
      ...(want && { want }),
      sheetOf: async ({ asset }) => sheets.sheetOf(asset, io),
    });
    return { release, assets: new Map(assets.map((asset) => [asset.name, asset])), files, places };
  }
}

/** A file as a store lists it. */
export function objectOf({ key, file: { asset }, release, leftover }: KeyedFile): StoredObject {
  return {
    key,
    bytes: asset.bytes,
    digests: asset.sha256 === undefined ? {} : { sha256: asset.sha256 },
    ...(!Number.isNaN(Date.parse(asset.created)) && { modified: new Date(asset.created) }),
    ...(asset.url !== "" && { url: asset.url }),
    ...(release.immutable && !release.draft && { locked: true }),
    ...(release.draft && { hidden: isMarked(release.body) ? "until-shown" : "by-others" }),
    ...(leftover && { leftover }),
  };
}
