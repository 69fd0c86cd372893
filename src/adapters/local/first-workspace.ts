import type { LocalWorkspace } from "./workspace.ts";

/** The first of these workspaces in which scratch can be made; when it can be made in none, the first one says why. */
export function firstWorkspace(first: LocalWorkspace, others: readonly LocalWorkspace[]): LocalWorkspace {
  return {
    async scratch() {
      try {
        return await first.scratch();
      } catch (error) {
        for (const other of others) {
          const made = await other.scratch().catch(() => undefined);
          if (made !== undefined) return made;
        }
        throw error;
      }
    },
    freeBytes: () => first.freeBytes(),
    removeScratchNow: () => [first, ...others].forEach((each) => each.removeScratchNow()),
  };
}
