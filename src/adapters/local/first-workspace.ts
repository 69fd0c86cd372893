import type { LocalWorkspace } from "./workspace.ts";

/** Scratch that lies in a store's folder. */
export interface StoreWorkspace {
  /** The store's name. */
  readonly store: string;
  readonly workspace: LocalWorkspace;
}

/** The first of these workspaces in which scratch is allowed and can be made; when it can be made in none, the first one says why. */
export function firstWorkspace(places: readonly [StoreWorkspace, ...StoreWorkspace[]]): LocalWorkspace {
  const [{ workspace: first }] = places;
  return {
    async scratch(among) {
      const allowed = places.filter(({ store }) => among?.includes(store) ?? true);
      const [tried = first, ...others] = allowed.map(({ workspace }) => workspace);
      try {
        return await tried.scratch();
      } catch (error) {
        for (const other of others) {
          const made = await other.scratch().catch(() => undefined);
          if (made !== undefined) return made;
        }
        throw error;
      }
    },
    freeBytes: () => first.freeBytes(),
    removeScratchNow: () => places.forEach(({ workspace }) => workspace.removeScratchNow()),
  };
}
