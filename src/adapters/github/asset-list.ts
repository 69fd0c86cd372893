import type { Asset, CallIo, ReleaseApi } from "./release-api.ts";

/** How long GitHub's list may lag behind what it has confirmed; measured by users: up to half a minute. */
const longestLagMs = 120_000;

/** What GitHub takes for whole and isn't. */
export const wrongState = "wrong";

type Change = { readonly until: number; readonly asset: Asset; readonly was?: string } | { readonly until: number };

/**
 * The assets of one release, as GitHub lists them and as it has confirmed what was done through this very list: a change counts at
 * once, until the list shows it.
 */
export class AssetList {
  readonly #api: ReleaseApi;
  readonly #release: number;
  readonly #changes = new Map<number, Change>();
  readonly #wrong = new Set<number>();

  constructor(api: ReleaseApi, release: number) {
    this.#api = api;
    this.#release = release;
  }

  /** Asks GitHub. */
  async look(io: CallIo): Promise<readonly Asset[]> {
    return this.over(await this.#api.assets(this.#release, io));
  }

  /** A list that GitHub gave, with what it lacks of our own changes. */
  over(listed: readonly Asset[]): readonly Asset[] {
    const now = Date.now();
    const byId = new Map(listed.map((asset) => [asset.id, asset]));
    for (const [id, change] of this.#changes) {
      const shown = byId.get(id);
      if (change.until < now || isShown(change, shown)) this.#changes.delete(id);
      else if ("asset" in change) byId.set(id, change.asset);
      else byId.delete(id);
    }
    return [...byId.values()].map((asset) => (this.#wrong.has(asset.id) ? { ...asset, state: wrongState } : asset));
  }

  added(asset: Asset): void {
    this.#changes.set(asset.id, { until: Date.now() + longestLagMs, asset });
  }

  renamed(asset: Asset, was: string): void {
    this.#changes.set(asset.id, { until: Date.now() + longestLagMs, asset, was });
  }

  /** It isn't what was sent: from now on it counts as broken, until it's removed. */
  wrong(id: number): void {
    this.#wrong.add(id);
  }

  removed(id: number): void {
    this.#changes.set(id, { until: Date.now() + longestLagMs });
  }

  /** GitHub has no such asset any more. */
  lost(id: number): void {
    this.#changes.delete(id);
  }
}

/** Whether GitHub's list has come to a change, or beyond it. */
function isShown(change: Change, shown: Asset | undefined): boolean {
  if (!("asset" in change)) return shown === undefined;
  return shown !== undefined && shown.name !== change.was && shown.state === change.asset.state;
}
