import type { BytePath, FetchedFiles, FolderDisk } from "../ports/folder.ts";
import type { FolderEntry } from "./folder-entry.ts";

/** A file on a disk whose content is wanted. */
export interface WantedFile {
  readonly disk: FolderDisk;
  readonly path: BytePath;
}

// More than a disk brings at once, so that it knows what comes next.
const foreseen = 2048;

/** Items in their order, in stretches: the contents of each are at hand until the next one is asked for. All at once where they always are. */
export async function* atHand<T>(
  items: readonly T[],
  fileOf: (item: T) => WantedFile | undefined,
  signal: AbortSignal,
): AsyncGenerator<readonly T[], void, undefined> {
  let held: FetchedFiles | undefined;
  try {
    for (let at = 0; at < items.length;) {
      const coming = foresee(items, at, fileOf);
      const fetched = await coming.disk?.fetch?.(coming.paths, signal);
      const before = held;
      held = fetched;
      await before?.[Symbol.asyncDispose]();
      const end = coming.places[fetched?.count ?? Infinity] ?? coming.end;
      yield at === 0 && end === items.length ? items : items.slice(at, end);
      at = end;
    }
  } finally {
    await held?.[Symbol.asyncDispose]();
  }
}

/** The file of an entry that is to be read from a disk. */
export function diskFileOf(entry: FolderEntry): WantedFile | undefined {
  return entry.type === "file" && entry.content.kind === "disk" ? entry.content : undefined;
}

interface Coming {
  /** The disk that they have to be fetched from; absent: none has. */
  readonly disk?: FolderDisk;
  readonly paths: readonly BytePath[];
  /** Of each path its item's place in the list. */
  readonly places: readonly number[];
  /** Place behind the last item that was looked at. */
  readonly end: number;
}

function foresee<T>(items: readonly T[], from: number, fileOf: (item: T) => WantedFile | undefined): Coming {
  const paths: BytePath[] = [];
  const places: number[] = [];
  let disk: FolderDisk | undefined;
  let end = from;
  for (; end < items.length && paths.length < foreseen; end += 1) {
    const item = items[end];
    const file = item === undefined ? undefined : fileOf(item);
    if (file?.disk.fetch === undefined) continue;
    if (disk !== undefined && file.disk !== disk) break;
    ({ disk } = file);
    paths.push(file.path);
    places.push(end);
  }
  return { ...(disk && { disk }), paths, places, end };
}
