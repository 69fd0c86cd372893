import type { Asset } from "./release-api.ts";

/** The names that a file goes through while it's replaced: what will be, and what was. */
const newEnding = ".coldstore-new";
const oldEnding = ".coldstore-old";

/** A file of a release as a reader is to see it. */
export interface ReleaseFile {
  readonly name: string;
  readonly asset: Asset;
  /** What a replace left beside it that broke, in the order in which it can be removed. */
  readonly leftovers: readonly Asset[];
}

export function newName(name: string): string {
  return name + newEnding;
}

export function oldName(name: string): string {
  return name + oldEnding;
}

/**
 * The whole files among a release's assets. Of one that is being replaced it is the one under its name; between the two renames it
 * is the new one, whose bytes have been checked by then.
 */
export function filesAmong(assets: readonly Asset[]): readonly ReleaseFile[] {
  const byName = new Map(assets.map((asset) => [asset.name, asset]));
  const names = new Set(assets.map(({ name }) => plainName(name)));
  return [...names].flatMap((name) => fileCalled(name, byName) ?? []);
}

/** One file by its name; undefined when there is none, or none that is whole. */
export function fileCalled(name: string, assets: ReadonlyMap<string, Asset>): ReleaseFile | undefined {
  const [plain, fresh, old] = [name, newName(name), oldName(name)].map((each) => assets.get(each));
  const beside = [old, fresh].flatMap((asset) => asset ?? []);
  const hasOld = old !== undefined && isWhole(old);
  const asset = [plain, hasOld ? fresh : undefined, old].find((each) => each !== undefined && isWhole(each));
  return asset && { name, asset, leftovers: beside.filter((each) => each !== asset) };
}

export function isWhole({ state }: Asset): boolean {
  return state === "uploaded";
}

/** Whether a name is one that a file has in the middle of a replace alone. */
export function isReplaces(name: string): boolean {
  return plainName(name) !== name;
}

function plainName(name: string): string {
  for (const ending of [newEnding, oldEnding]) if (name.endsWith(ending)) return name.slice(0, -ending.length);
  return name;
}
