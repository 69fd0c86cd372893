import type { Io } from "../../ports/store.ts";
import type { Rclone, RemoteFile } from "./rclone.ts";
import { isHalfMade } from "./remote-key.ts";
import { folderOf } from "./remote-path.ts";

const oldMs = 24 * 60 * 60 * 1000;
const mostAtOnce = 20;

/** Files without their names yet that were seen, and that nobody can still be sending. */
export class HalfMade {
  readonly #old = new Set<string>();

  /** `now`: epoch milliseconds. */
  note(files: readonly RemoteFile[], now: number): void {
    for (const { path, modified } of files)
      if (isHalfMade(path) && modified !== undefined && now - modified.getTime() > oldMs) this.#old.add(path);
  }

  /** Removes some of those that lie in these folders; what can't be removed harms nobody. */
  async removeFrom(folders: ReadonlySet<string>, rclone: Rclone, io: Io): Promise<void> {
    const ours = [...this.#old].filter((path) => folders.has(folderOf(path))).slice(0, mostAtOnce);
    for (const path of ours) {
      this.#old.delete(path);
      await rclone.remove(path, io).catch(() => io.signal.throwIfAborted());
    }
  }
}
