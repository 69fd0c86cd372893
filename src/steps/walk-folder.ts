import { asColdstoreError, type ColdstoreError } from "../model/errors.ts";
import type { BytePath, DiskType, FolderDisk } from "../ports/folder.ts";

/** How a folder is gone through. State is what a folder hands on to what lies in it. */
export interface Walk<State> {
  readonly disk: FolderDisk;
  /** Of the top folder. */
  readonly state: State;
  /** Of a folder in one of this state; its path ends with a slash. undefined: nobody looks into it. */
  enter(folder: BytePath, state: State): State | undefined;
  /** Everything that isn't a folder; links aren't followed. */
  visit(path: BytePath, type: Exclude<DiskType, "dir">, state: State): void;
  /** A folder with nothing in it, but for the top one. */
  empty(folder: BytePath, state: State): void;
  /** A folder that can't be read, or can't be entered; the walk goes on. */
  unreadable(folder: BytePath, error: ColdstoreError): void;
}

/** Goes through a folder, each folder's names in byte order, however deep it is. */
export function walkFolder<State>(walk: Walk<State>, signal: AbortSignal): void {
  const waiting: { readonly folder: BytePath; readonly state: State }[] = [{ folder: "", state: walk.state }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    signal.throwIfAborted();
    const { folder, state } = next;
    try {
      waiting.push(...lookInto(walk, folder, state).toReversed());
    } catch (error) {
      walk.unreadable(folder, readError(error));
    }
  }
}

function lookInto<State>(walk: Walk<State>, folder: BytePath, state: State): { folder: BytePath; state: State }[] {
  const inner: { folder: BytePath; state: State }[] = [];
  const names = walk.disk.names(folder.slice(0, -1));
  if (names.length === 0 && folder !== "") walk.empty(folder, state);
  for (const { name, type } of names) {
    const path = folder + name;
    if (type === "dir") {
      const entered = walk.enter(`${path}/`, state);
      if (entered !== undefined) inner.push({ folder: `${path}/`, state: entered });
    } else walk.visit(path, type, state);
  }
  return inner;
}

/** The error of a disk that couldn't read; anything else is thrown on. */
export function readError(error: unknown): ColdstoreError {
  const known = asColdstoreError(error);
  if (known.failure !== "source") throw error;
  return known;
}
