import ignore, { type Ignore } from "ignore";
import type { BytePath } from "../ports/folder.ts";
import { bytesOf } from "./byte-text.ts";

/** What the last pattern that matches says; undefined: none does. A folder that is left out takes all in it along. */
export type Verdict = "leave" | "take" | undefined;

// The package keeps an answer for every path it was ever asked about.
const answersKept = 20_000;

/** One list of gitignore patterns. They match bytes, as git's do, and case counts on every system. */
export class PatternList {
  readonly #compiled: Ignore;
  #asked = 0;
  #answering: Ignore;

  private constructor(compiled: Ignore) {
    this.#compiled = compiled;
    this.#answering = fresh(compiled);
  }

  /** Of patterns that a person wrote. */
  static of(patterns: readonly string[]): PatternList {
    return new PatternList(newList().add(bytesOf(patterns.join("\n"))));
  }

  /** Of a .gitignore file's bytes. */
  static ofFile(data: Uint8Array): PatternList {
    return new PatternList(newList().add(fileText(data)));
  }

  /** `path` counts from where the list is anchored; a folder's ends with a slash. */
  decide(path: BytePath): Verdict {
    this.#asked += 1;
    if (this.#asked > answersKept) {
      this.#asked = 0;
      this.#answering = fresh(this.#compiled);
    }
    const { ignored, unignored } = this.#answering.test(path);
    return ignored ? "leave" : unignored ? "take" : undefined;
  }

  /** The list for what is in a folder that it leaves out and another list takes: there it decides by the paths alone. */
  within(folder: BytePath): PatternList {
    return new PatternList(
      fresh(this.#compiled).add([{ pattern: `!/${folder.replaceAll(/[\\*?[]/g, String.raw`\$&`)}` }]),
    );
  }
}

function newList(): Ignore {
  return ignore({ ignorecase: false });
}

function fresh(compiled: Ignore): Ignore {
  return newList().add(compiled);
}

/** A byte order mark is skipped, and a line ends at a zero byte. Source: git's dir.c, add_patterns_from_buffer. */
function fileText(data: Uint8Array): string {
  const text = Buffer.from(data).toString("latin1");
  return text.replace(/^\u00ef\u00bb\u00bf/, "").replaceAll(/\0[^\n]*/g, "");
}
