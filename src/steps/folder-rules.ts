import type { BytePath, FolderDisk } from "../ports/folder.ts";
import { PatternList } from "./pattern-list.ts";

/** The patterns of one .gitignore; the paths that it is asked about lose `cut` characters and get `before` in front. */
interface Level {
  readonly cut: number;
  readonly before: BytePath;
  readonly list: PatternList;
}

// Git skips larger ones. Source: git's dir.c, PATTERN_MAX_FILE_SIZE.
const mostBytes = 100 * 1024 * 1024;

/** What the .gitignore files on the way to a folder say of what lies directly in it. */
export class FolderRules {
  /** Innermost first: the one nearest to a path that says anything decides. */
  readonly #levels: readonly Level[];

  private constructor(levels: readonly Level[]) {
    this.#levels = levels;
  }

  /** For the top folder of a disk; `above` are the folders around it that count too, the outermost first. */
  static top(
    disk: FolderDisk,
    above: readonly { readonly disk: FolderDisk; readonly way: BytePath }[] = [],
  ): FolderRules {
    const outer = above.flatMap(({ disk: one, way }): Level[] => {
      const list = readRules(one, "");
      return list === undefined ? [] : [{ cut: 0, before: way, list }];
    });
    return new FolderRules([...levelOf(disk, ""), ...outer.toReversed()]);
  }

  /** Whether a path in this folder is ignored; a folder's ends with a slash. */
  ignores(path: BytePath): boolean {
    for (const { cut, before, list } of this.#levels) {
      const verdict = list.decide(before + path.slice(cut));
      if (verdict !== undefined) return verdict === "leave";
    }
    return false;
  }

  /** The rules for what lies in a folder of this one, which isn't ignored (`folder` ends with a slash). */
  inside(disk: FolderDisk, folder: BytePath): FolderRules {
    const outer = this.#levels.map((level): Level => {
      const path = level.before + folder.slice(level.cut);
      return level.list.decide(path) === "leave" ? { ...level, list: level.list.within(path) } : level;
    });
    const own = levelOf(disk, folder);
    return own.length === 0 && outer.every((level, i) => level === this.#levels[i])
      ? this
      : new FolderRules([...own, ...outer]);
  }
}

function levelOf(disk: FolderDisk, folder: BytePath): Level[] {
  const list = readRules(disk, folder);
  return list === undefined ? [] : [{ cut: folder.length, before: "", list }];
}

/** A .gitignore that is a link isn't followed. Source: git's gitignore(5), "NOTES". */
function readRules(disk: FolderDisk, folder: BytePath): PatternList | undefined {
  const path = `${folder}.gitignore`;
  const looked = disk.look(path);
  if (looked?.type !== "file" || looked.bytes > mostBytes) return undefined;
  const data = disk.read(path, looked);
  return data === undefined ? undefined : PatternList.ofFile(data);
}
