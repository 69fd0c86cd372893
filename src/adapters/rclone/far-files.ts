import type { BytePath } from "../../ports/folder.ts";
import type { HashName, Rclone } from "./rclone.ts";
import type { RemoteTree } from "./remote-tree.ts";

/** The files of a remote's folder, and how they are told from others. */
export interface FarFiles {
  readonly rclone: Rclone;
  readonly tree: RemoteTree;
  /** Kinds of digest that the remote is asked for. */
  readonly hashes: readonly HashName[];
  /** A digest costs reading the file there: it is asked for when the file is fetched, and the listing has none. */
  readonly late: boolean;
  /** By which kind of digest each file was checked that was fetched; `size`: by that alone. */
  readonly checked: Map<BytePath, string>;
}
