import type { Readable } from "node:stream";
import { ColdstoreError } from "../../model/errors.ts";
import type { Blob } from "../../ports/repository.ts";
import { askObjects } from "./ask-objects.ts";
import { missingAdvice, outputOf, startGit } from "./run-git.ts";
import { streamGit } from "./stream-git.ts";
import { writeAll } from "./write-all.ts";

/** The blobs of these ids, in their order, as git gives them; rejects with `source` on the first that isn't a blob here. */
export async function* readBlobs(gitDir: string, oids: readonly string[], signal: AbortSignal): AsyncGenerator<Blob> {
  if (oids.length === 0) return;
  const args = [`--git-dir=${gitDir}`, "cat-file", "--batch", "--buffer"];
  const git = startGit({ args, signal });
  // Not awaited: git answers while it is still being asked, and stops reading when nobody takes the answers.
  void writeAll(git.stdin, idLines(oids));
  const output = new ByteQueue(outputOf(git, args));
  try {
    for (const oid of oids) yield { oid, data: await readBlob(output, oid) };
    await output.end();
  } finally {
    git.stop();
  }
}

/** One blob of any size; rejects with `source` if it isn't there, or is no blob. */
export async function openBlob(gitDir: string, oid: string, signal: AbortSignal): Promise<Readable> {
  const [found] = await askObjects(gitDir, [oid], signal);
  if (found?.oid !== oid) throw notHere(oid);
  if (found.type !== "blob") throw notBlob(oid, found.type);
  return streamGit({ args: [`--git-dir=${gitDir}`, "cat-file", "blob", oid], signal });
}

function* idLines(oids: readonly string[]): Generator<string> {
  for (let at = 0; at < oids.length; at += 1000) yield `${oids.slice(at, at + 1000).join("\n")}\n`;
}

/** One answer: `<oid> blob <bytes>\n`, the bytes, a newline; or `<oid> missing\n`. */
async function readBlob(output: ByteQueue, oid: string): Promise<Uint8Array> {
  const header = (await output.takeLine()).toString("latin1");
  const [, type, bytes = ""] = header.split(" ");
  if (type === "missing") throw notHere(oid);
  if (type !== "blob") throw notBlob(oid, type ?? header);
  const data = await output.take(Number(bytes));
  await output.take(1);
  return data;
}

function notHere(oid: string): ColdstoreError {
  return new ColdstoreError("source", `the object ${oid} isn't in this clone; ${missingAdvice}`);
}

function notBlob(oid: string, type: string): ColdstoreError {
  return new ColdstoreError("source", `the object ${oid} is no file's content but a ${type}`);
}

/** Takes exact counts of bytes, or lines, from chunks. */
class ByteQueue {
  readonly #chunks: AsyncGenerator<Buffer, void, undefined>;
  #held: Buffer = Buffer.alloc(0);

  constructor(chunks: AsyncGenerator<Buffer, void, undefined>) {
    this.#chunks = chunks;
  }

  async take(count: number): Promise<Buffer> {
    const parts = [this.#held];
    for (let have = this.#held.length; have < count;) {
      const chunk = await this.#next();
      parts.push(chunk);
      have += chunk.length;
    }
    const all = parts.length === 1 ? this.#held : Buffer.concat(parts);
    this.#held = all.subarray(count);
    return all.subarray(0, count);
  }

  async takeLine(): Promise<Buffer> {
    let end = this.#held.indexOf(10);
    while (end < 0) {
      this.#held = Buffer.concat([this.#held, await this.#next()]);
      end = this.#held.indexOf(10);
    }
    const line = await this.take(end + 1);
    return line.subarray(0, end);
  }

  /** Resolves when git ended well after its last byte. */
  async end(): Promise<void> {
    while (!(await this.#chunks.next()).done);
  }

  async #next(): Promise<Buffer> {
    const { done, value } = await this.#chunks.next();
    if (done) throw new ColdstoreError("source", "git cat-file stopped before it had given every object; try again");
    return value;
  }
}
