import { dirname } from "node:path";
import { type LocalStore, openFolderStore } from "./adapters/local/folder-store.ts";
import { openPluginStore } from "./adapters/plugin/open-plugin-store.ts";
import { StrayErrors } from "./adapters/plugin/stray-errors.ts";
import { unreachableStore } from "./adapters/wrappers/unreachable-store.ts";
import { openReleases, type Releases, type ReleaseSurroundings } from "./connect-releases.ts";
import type { Remotes, RemoteSurroundings } from "./connect-remotes.ts";
import { ColdstoreError } from "./model/errors.ts";
import type { PluginAddress, RemoteAddress, StoreAddress } from "./model/store-address.ts";
import type { SourceFolder } from "./ports/folder.ts";
import type { Store } from "./ports/store.ts";
import type { Scratch } from "./ports/workspace.ts";
import type { Settings } from "./settings/settings.ts";

/** What stores are opened with beside the settings. */
export interface StoreSurroundings extends ReleaseSurroundings, RemoteSurroundings {
  /** Says what went wrong without doing any harm. */
  readonly warn: (line: string) => void;
  /** Ends the run. */
  readonly fail: (error: ColdstoreError) => void;
  /** Told when code of others is about to be loaded, which may print. */
  readonly foreign: { begin(): void };
}

/** A run's stores in the order of the settings; `folders` are those of this machine. Disposing of them lets go of connections. */
export interface OpenStores extends AsyncDisposable {
  readonly stores: readonly Store[];
  readonly from?: Store;
  readonly folders: readonly LocalStore[];
  /** A source that isn't on this machine; it's to be disposed of before the scratch folder. */
  openSource(address: RemoteAddress, scratch: Scratch): Promise<SourceFolder & AsyncDisposable>;
}

/** Opens every store that the settings name, or the folder that the one file lies in. */
export async function openStores(settings: Settings, around: StoreSurroundings): Promise<OpenStores> {
  await using held = new AsyncDisposableStack();
  const reach = held.use(new Reach(settings, around));
  const stores: Store[] = [];
  if ("file" in settings && settings.file !== undefined) stores.push(reach.folder(dirname(settings.file)));
  for (const address of settings.stores) stores.push(await reach.open(address));
  const from = "from" in settings ? await reach.open(settings.from) : undefined;
  const kept = held.move();
  return {
    stores,
    ...(from && { from }),
    folders: reach.folders,
    openSource: async (address, scratch) => (await reach.remotes()).openFolder(address, scratch),
    [Symbol.asyncDispose]: async () => kept.disposeAsync(),
  };
}

/** Where stores of a run can be; GitHub and rclone are only looked for when one is there. */
class Reach implements AsyncDisposable {
  readonly folders: LocalStore[] = [];
  readonly #settings: Settings;
  readonly #around: StoreSurroundings;
  readonly #held = new AsyncDisposableStack();
  #releases: Releases | undefined;
  #remotes: Remotes | undefined;
  #strays: StrayErrors | undefined;

  constructor(settings: Settings, around: StoreSurroundings) {
    this.#settings = settings;
    this.#around = around;
  }

  async open(address: StoreAddress): Promise<Store> {
    switch (address.kind) {
      case "folder":
        return this.#folder({ path: address.path, name: address.text });
      case "release":
        this.#releases ??= this.#held.use(await openReleases(this.#settings, this.#around));
        return this.#releases.openStore(address);
      case "rclone":
      case "ssh":
        return this.#orUnreachable(address, async () => (await this.remotes()).openStore(address));
      case "plugin":
        return this.#orUnreachable(address, async () => this.#plugin(address));
    }
  }

  /** A folder whose files lie in it as they are. */
  folder(path: string): Store {
    return this.#folder({ path, name: path, flat: true });
  }

  async remotes(): Promise<Remotes> {
    // Loaded here alone, as runs without a remote have no use for it. `eager` keeps it in the one file that is bundled.
    const { openRemotes } = await import(/* webpackMode: "eager" */ "./connect-remotes.ts");
    return (this.#remotes ??= this.#held.use(openRemotes(this.#settings, this.#around)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#held.disposeAsync();
  }

  #folder(place: Parameters<typeof openFolderStore>[0]): Store {
    const store = openFolderStore(place);
    this.folders.push(store);
    return store;
  }

  async #plugin(address: PluginAddress): Promise<Store> {
    this.#strays ??= this.#held.use(new StrayErrors({ process, fail: this.#around.fail }));
    this.#around.foreign.begin();
    this.#strays.watch(address.text);
    const store = await openPluginStore(address, this.#around);
    this.#held.defer(async () => store[Symbol.asyncDispose]?.());
    return store;
  }

  /** A store that is down keeps nothing from the others. */
  async #orUnreachable({ text }: RemoteAddress | PluginAddress, open: () => Promise<Store>): Promise<Store> {
    try {
      return await open();
    } catch (error) {
      this.#around.signal.throwIfAborted();
      if (error instanceof ColdstoreError && error.failure === "store") return unreachableStore(text, error);
      throw error;
    }
  }
}
