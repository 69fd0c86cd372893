import type { TreeCounts } from "../model/entry.ts";
import { ColdstoreError } from "../model/errors.ts";
import type { BytePath } from "../ports/folder.ts";
import type { RestoreTarget } from "../ports/restore-target.ts";
import { shownPath } from "./shown-path.ts";

/** A target that takes some paths, and all below them, and lets the others go by; `seen` tells which of them came. */
export interface ChosenPaths {
  readonly target: RestoreTarget;
  /** Whether a path is one of them, or below one. */
  takes(path: BytePath): boolean;
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
  let wentBy: BytePath = "";
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
          if (data === lost) throw secondName(path, wentBy);
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
    // What is read back is copied to a second name, which may go by too.
    read(path, range) {
      if (takes(path)) return inner.read(path, range);
      wentBy = path;
      return lost;
    },
    publish: async () => inner.publish(),
    [Symbol.asyncDispose]: async () => inner[Symbol.asyncDispose](),
  };
  return {
    target,
    takes,
    counts: () => ({ ...counts }),
    missed: () => [...wanted].flatMap(([bytes, path]) => (came.has(bytes) ? [] : [path])),
  };
}

/** The content of a file that went by. */
const lost: Uint8Array = new Uint8Array();

function secondName(path: BytePath, first: BytePath): ColdstoreError {
  return new ColdstoreError(
    "settings",
    `${shownPath(path)} is a hard link in the archive to ${shownPath(first)}, which was left out; give the path of that one too, or none`,
  );
}

const nowhere = { write: () => undefined, close: () => undefined };

/** As a BytePath has it; `.` is all. */
function bytesOf(path: string): BytePath {
  const plain = path.replace(/\/+$/u, "");
  return plain === "." ? "" : Buffer.from(plain).toString("latin1");
}
