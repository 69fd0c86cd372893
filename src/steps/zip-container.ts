import type { Digest } from "../model/manifest.ts";
import type { ArchiveContainer } from "./archive-container.ts";
import type { Output } from "./output-file.ts";
import { TarReader, type TarEvent, type TarMember } from "./tar-reader.ts";
import { refusedByZip, type Refused, zipRefusal } from "./zip-names.ts";
import { type ZipHead, ZipWriter } from "./zip-writer.ts";

// Larger files go through archiver as streams, which costs more an entry and less memory.
const smallBytes = 1024 * 1024;

/** Makes a zip of what a tar holds, its commit as the comment. Says which names a zip can't hold, all of them, at the end. */
export class ZipContainer implements ArchiveContainer {
  readonly #output: Output;
  readonly #level: number;
  readonly #reader = new TarReader();
  readonly #refused: Refused[] = [];
  #comment = "";
  #writer: ZipWriter | undefined;
  #member: TarMember | undefined;
  #parts: Uint8Array[] = [];

  constructor(output: Output, level: number) {
    this.#output = output;
    this.#level = level;
  }

  async add(block: Uint8Array): Promise<void> {
    for (const event of this.#reader.push(block)) await this.#take(event);
  }

  check(): void {
    if (this.#refused.length > 0) throw refusedByZip(this.#refused);
  }

  async finish(): Promise<Digest> {
    return this.#zip().finish();
  }

  async abandon(): Promise<void> {
    await this.#writer?.abandon();
  }

  async #take(event: TarEvent): Promise<void> {
    switch (event.kind) {
      case "comment":
        this.#comment = commitIn(event.comment);
        return;
      case "member":
        return this.#begin(event.member);
      case "data":
        if (this.#member === undefined) return;
        if (isSmall(this.#member)) this.#parts.push(event.data);
        else await this.#zip().write(event.data);
        return;
      case "end":
        if (this.#member !== undefined) await this.#end(this.#member);
        this.#member = undefined;
    }
  }

  #begin(member: TarMember): void {
    const why = zipRefusal(member);
    if (why !== undefined) this.#refused.push({ path: member.path, why });
    // There won't be a zip any more; what else it couldn't hold is still to be told.
    if (this.#refused.length > 0) return;
    this.#member = member;
    if (!isSmall(member)) this.#zip().begin(headOf(member));
  }

  async #end(member: TarMember): Promise<void> {
    if (!isSmall(member)) return this.#zip().end();
    const parts = this.#parts;
    this.#parts = [];
    const [first] = parts;
    await this.#zip().add(headOf(member), parts.length === 1 && first !== undefined ? first : Buffer.concat(parts));
  }

  /** Made late: the comment comes before the first member. */
  #zip(): ZipWriter {
    this.#writer ??= new ZipWriter({ output: this.#output, level: this.#level, comment: this.#comment });
    return this.#writer;
  }
}

function isSmall({ size }: TarMember): boolean {
  return size <= smallBytes;
}

function commitIn(comment: Uint8Array): string {
  const text = Buffer.from(comment).toString("latin1");
  return /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(text) ? text : "";
}

function headOf({ path, type, mode, mtime, link }: TarMember): ZipHead {
  const name = Buffer.from(path).toString();
  const slash = type === "dir" && !name.endsWith("/") ? "/" : "";
  return { name: name + slash, mode, mtime, ...(type === "symlink" && { link: Buffer.from(link).toString() }) };
}
