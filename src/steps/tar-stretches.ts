import { ColdstoreError } from "../model/errors.ts";
import type { ByteRange } from "../ports/store.ts";
import type { ListedEntry } from "./restore-list.ts";
import { padded } from "./tar-reader.ts";

/** Neighbouring entries of a tar, and the bytes that they are read from; these start at a header, and may end behind one. */
export interface TarStretch extends ByteRange {
  /** In the tar's order: what was asked for, and others whose headers lie between, or tell that it ends there. */
  readonly listed: readonly ListedEntry[];
  readonly asked: ReadonlySet<ListedEntry>;
}

/**
 * Finds where entries lie in a tar, headers and all, by its file list: that has the place of contents alone, and headers lie
 * between these.
 */
export class StretchBuilder {
  readonly stretches: TarStretch[] = [];
  readonly #tarBytes: number;
  /** Where the content ends that was the last one so far. */
  #at: number | undefined;
  /** What has come since, none of it asked for and none with content. */
  #since: ListedEntry[] = [];
  #open: { readonly start: number; readonly listed: ListedEntry[]; readonly asked: Set<ListedEntry> } | undefined;

  /** `tarBytes`: size of the tar. */
  constructor(tarBytes: number) {
    this.#tarBytes = tarBytes;
  }

  /** Before the entries of some part of the list, which is its start or begins with a file. */
  begin(part: "start" | "within"): void {
    this.#at = part === "start" ? 0 : undefined;
    this.#since = [];
  }

  /** Takes the next entry. Throws `integrity` when its content can't lie where the list says. */
  add(one: ListedEntry, isAsked: boolean): void {
    const end = this.#endOf(one);
    if (isAsked) this.#addAsked(one);
    else this.#addOther(one);
    if (end === undefined) return;
    this.#at = end;
    this.#since = [];
  }

  /** Ends the part: where the list ends, too, or behind what was asked for and a file. */
  end(): void {
    const last = this.#open?.listed.at(-1);
    if (last !== undefined) this.#close(last.entry.type === "file" ? (this.#at ?? 0) : this.#tarBytes);
  }

  #addAsked(one: ListedEntry): void {
    if (this.#open === undefined) {
      if (this.#at === undefined) throw new ColdstoreError("bug", `where ${one.entry.path} starts can't be told`);
      this.#open = { start: this.#at, listed: this.#since, asked: new Set() };
      this.#since = [];
    }
    this.#open.listed.push(one);
    this.#open.asked.add(one);
  }

  #addOther(one: ListedEntry): void {
    // Behind a content it is known where the tar goes on; behind a header it isn't until the next content.
    const last = this.#open?.listed.at(-1);
    if (last?.entry.type === "file") this.#close(this.#at ?? 0);
    if (this.#open === undefined) {
      this.#since.push(one);
      return;
    }
    this.#open.listed.push(one);
    if (one.entry.type === "file") this.#close(one.entry.offset ?? 0);
  }

  #close(end: number): void {
    if (this.#open !== undefined) this.stretches.push({ ...this.#open, end });
    this.#open = undefined;
    this.#since = [];
  }

  /** Where the content of a file ends, padding and all. */
  #endOf({ entry }: ListedEntry): number | undefined {
    if (entry.type !== "file") return undefined;
    const { path, offset = 0, size } = entry;
    const end = offset + padded(size);
    if (offset > (this.#at ?? 0) && offset % 512 === 0 && end <= this.#tarBytes) return end;
    throw new ColdstoreError(
      "integrity",
      `the file list has the content of ${path} where it can't be, at byte ${offset} of the tar. Use another copy of the set.`,
    );
  }
}
