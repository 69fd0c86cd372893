import type { Entry } from "../model/entry.ts";
import type { ExpectedEntries } from "./expected-entries.ts";

/** One thing that is wrong with an archive; `path` names the entry that it is about, as the file list has it. */
export interface ArchiveFinding {
  readonly path?: string;
  readonly problem: "missing" | "extra" | "truncated" | "changed";
  readonly detail: string;
}

/** Damage that was met: what is missing right behind it is missing because of it. */
export interface Damage {
  readonly problem: "changed" | "truncated";
  readonly detail: string;
}

/** Compares entries that come from an archive, in its order, with those that its file list names. */
export class EntryComparison {
  readonly findings: ArchiveFinding[] = [];
  readonly #expected: ExpectedEntries;
  #damage: Damage | undefined;

  constructor(expected: ExpectedEntries) {
    this.#expected = expected;
  }

  /** Something is wrong at this place; by itself a finding, even if it hits no entry. */
  damaged(damage: Damage): void {
    // Entries are found missing only behind the last of several damages; what they are lost to is the first.
    this.#damage ??= damage;
    this.findings.push({ problem: damage.problem, detail: damage.detail });
  }

  /** Takes the next whole entry of the archive. The list has the places of contents in the tar; other archives are `unplaced`. */
  async found(actual: Entry, places: "placed" | "unplaced" = "placed"): Promise<void> {
    let isAhead = false;
    for (let expected = await this.#expected.peek(); expected !== undefined; expected = await this.#expected.peek()) {
      if (isSamePath(expected, actual)) {
        this.#expected.skip();
        this.#damage = undefined;
        const detail =
          differenceOf(expected, actual) ?? (places === "placed" ? misplaced(expected, actual) : undefined);
        if (detail !== undefined) this.findings.push({ path: expected.path, problem: "changed", detail });
        return;
      }
      if (!isAhead && Buffer.compare(orderKey(expected), orderKey(actual)) > 0) {
        isAhead = await this.#comesBehindSubmodule(expected, actual);
        if (!isAhead) break;
      }
      this.#lost(expected);
    }
    this.findings.push({ path: actual.path, problem: "extra", detail: "it isn't in the file list" });
  }

  /** Takes the next entry of the archive, which is damaged, and maybe even its name. */
  async broken(actual: Entry, detail: string): Promise<void> {
    const expected = await this.#expected.peek();
    if (expected === undefined || !isSamePath(expected, actual)) {
      this.damaged({ problem: "changed", detail: `${actual.path}: ${detail}` });
      return;
    }
    this.#expected.skip();
    this.#damage = undefined;
    this.findings.push({ path: expected.path, problem: "changed", detail });
  }

  /** Whatever the file list has left isn't in the archive. */
  async end(): Promise<void> {
    for (let left = await this.#expected.peek(); left !== undefined; left = await this.#expected.peek())
      this.#lost(left);
  }

  /** A submodule comes before what its name begins, unlike a folder: `lib`, `lib/a`, `lib.c`. The list doesn't tell which it is. */
  async #comesBehindSubmodule(expected: Entry, actual: Entry): Promise<boolean> {
    const [key, other] = [orderKey(expected), orderKey(actual)];
    const end = key.findIndex((byte, i) => byte !== other[i]);
    if (key[end] !== slash) return false;
    const name = Buffer.from(key.subarray(0, end));
    return this.#expected.hasAhead(
      (entry) => isSamePath(entry, actual),
      (entry) => name.equals(orderKey(entry).subarray(0, end)),
    );
  }

  #lost(expected: Entry): void {
    this.#expected.skip();
    const { problem, detail } = this.#damage ?? { problem: "missing" as const, detail: "it isn't in the archive" };
    this.findings.push({ path: expected.path, problem, detail });
  }
}

const slash = 0x2f;

function isSamePath(a: Entry, b: Entry): boolean {
  return a.path === b.path && isSameBytes(a.pathBytes, b.pathBytes);
}

function isSameBytes(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && Buffer.compare(a, b) === 0);
}

/** Archives are in the order of git's trees: by bytes, a folder as if its name ended with a slash. */
function orderKey(entry: Entry): Uint8Array {
  const path = entry.pathBytes ?? Buffer.from(entry.path);
  return entry.type === "dir" ? Buffer.concat([path, Buffer.from("/")]) : path;
}

/** In what two entries of one path differ, as a sentence's end; undefined where they don't. */
export function differenceOf(expected: Entry, actual: Entry): string | undefined {
  if (expected.type !== actual.type) return `it is a ${actual.type}, not a ${expected.type}`;
  if (expected.size !== actual.size) return `it has ${actual.size} bytes, not ${expected.size}`;
  if (expected.sha256 !== actual.sha256) return `its content has the digest ${actual.sha256}, not ${expected.sha256}`;
  if (expected.link !== actual.link || !isSameBytes(expected.linkBytes, actual.linkBytes))
    return `it points to ${actual.link}, not to ${expected.link}`;
  if (expected.mode !== actual.mode) return `its mode is ${actual.mode.toString(8)}, not ${expected.mode.toString(8)}`;
  return undefined;
}

function misplaced(expected: Entry, actual: Entry): string | undefined {
  if (expected.offset === actual.offset) return undefined;
  return `its content lies at byte ${actual.offset}, not ${expected.offset}`;
}
