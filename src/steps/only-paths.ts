import type { TreeCounts } from "../model/entry.ts";
import type { BytePath } from "../ports/folder.ts";
import type { RestoreTarget } from "../ports/restore-target.ts";

/** A target that takes some paths, and all below them, and lets the others go by; `seen` tells which of them came. */
export interface ChosenPaths {
  readonly target: RestoreTarget;
  /** Paths that nothing came for, as they were given. */
  missed(): readonly string[];
  /** What came for them. */
  counts(): TreeCounts;
}

/** Takes of what is restored these paths alone: for an archive that has to be read whole to know what is in it. */
export function onlyPaths(inner: RestoreTarget, paths: readonly string[]): ChosenPaths {
  const wanted = new Map(paths.map((path) => [bytesOf(path), path]));
  const came = new Set<string>();
  const takes = (path: BytePath): boolean => {
    const found = [...wanted.keys()].filter((each) => each === "" || path === each || path.startsWith(`${each}/`));
    for (const each of found) came.add(each);
    return found.length > 0;
  };
  const counts = { files: 0, dirs: 0, symlinks: 0, bytes: 0 };
  const target: RestoreTarget = {
    traits: inner.traits,
    folder(path, made) {
      if (!takes(path)) return;
      inner.folder(path, made);
      counts.dirs += 1;
    },
    file(path, made) {
      if (!takes(path)) return nowhere;
      const sink = inner.file(path, made);
      counts.files += 1;
      return {
        write(data) {
          sink.write(data);
          counts.bytes += data.length;
        },
        close: () => sink.close(),
      };
    },
    link(path, link) {
      if (!takes(path)) return;
      inner.link(path, link);
      counts.symlinks += 1;
    },
    read: (path, range) => inner.read(path, range),
    publish: async () => inner.publish(),
    [Symbol.asyncDispose]: async () => inner[Symbol.asyncDispose](),
  };
  return {
    target,
    counts: () => ({ ...counts }),
    missed: () => [...wanted].flatMap(([bytes, path]) => (came.has(bytes) ? [] : [path])),
  };
}

const nowhere = { write: () => undefined, close: () => undefined };

/** As a BytePath has it; `.` is all. */
function bytesOf(path: string): BytePath {
  const plain = path.replace(/\/+$/u, "");
  return plain === "." ? "" : Buffer.from(plain).toString("latin1");
}
