import { ColdstoreError } from "../../model/errors.ts";
import type { Blob, BlobPiece } from "../../ports/repository.ts";
import { missingAdvice } from "./missing-contents.ts";
import { outputOf, startGit } from "./run-git.ts";
import { writeAll } from "./write-all.ts";

// Git would map all of a pack that it comes by, and hold a blob of 500 MB whole; over the threshold it streams.
const frugal = ["core.packedGitWindowSize=8m", "core.packedGitLimit=64m", "core.bigFileThreshold=1m"];

/** The blobs of these ids, in their order, as git gives them; rejects with `source` on the first that isn't a blob here. */
export async function* readBlobs(gitDir: string, oids: readonly string[], signal: AbortSignal): AsyncGenerator<Blob> {
  let parts: Uint8Array[] = [];
  for await (const pieces of readBlobPieces(gitDir, oids, signal)) {
    for (const { oid, data, last } of pieces) {
      parts.push(data);
      if (!last) continue;
      yield { oid, data: parts.length === 1 ? data : Buffer.concat(parts) };
      parts = [];
    }
  }
}

/** Likewise, in pieces as they are read. */
export async function* readBlobPieces(
  gitDir: string,
  oids: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<readonly BlobPiece[]> {
  if (oids.length === 0) return;
  const args = [
    ...frugal.flatMap((setting) => ["-c", setting]),
    `--git-dir=${gitDir}`,
    "cat-file",
    "--batch",
    "--buffer",
  ];
  const git = startGit({ args, signal });
  // Not awaited: git answers while it is still being asked, and stops reading when nobody takes the answers.
  void writeAll(git.stdin, idLines(oids));
  const answers = new Answers(oids);
  try {
    for await (const chunk of outputOf(git, args)) {
      yield answers.read(chunk);
      answers.throwIfWrong();
    }
    answers.end();
  } finally {
    git.stop();
  }
}

function* idLines(oids: readonly string[]): Generator<string> {
  for (let at = 0; at < oids.length; at += 1000) yield `${oids.slice(at, at + 1000).join("\n")}\n`;
}

const lineFeed = 0x0a;

/** Reads what git answers, one after the other: `<oid> blob <bytes>\n`, the bytes, a newline; or `<oid> missing\n`. */
class Answers {
  readonly #oids: readonly string[];
  #answered = 0;
  #header: Buffer = Buffer.alloc(0);
  /** Bytes of the blob that is being read, the newline behind it counted; 0 before its header. */
  #left = 0;
  #size = 0;
  #wrong: ColdstoreError | undefined;

  constructor(oids: readonly string[]) {
    this.#oids = oids;
  }

  /** The pieces in a part of git's output; up to the first wrong answer, if there is one. */
  read(chunk: Buffer): readonly BlobPiece[] {
    const pieces: BlobPiece[] = [];
    for (let at = 0; at < chunk.length && this.#wrong === undefined;)
      at += this.#left === 0 ? this.#readHeader(chunk.subarray(at)) : this.#readContent(chunk.subarray(at), pieces);
    return pieces;
  }

  throwIfWrong(): void {
    if (this.#wrong !== undefined) throw this.#wrong;
  }

  /** To be called when git has ended well. */
  end(): void {
    if (this.#answered < this.#oids.length)
      throw new ColdstoreError("source", "git cat-file stopped before it had given every object; try again");
  }

  #readHeader(bytes: Buffer): number {
    const end = bytes.indexOf(lineFeed);
    const part = end < 0 ? bytes : bytes.subarray(0, end);
    this.#header = this.#header.length === 0 ? part : Buffer.concat([this.#header, part]);
    if (end < 0) return bytes.length;
    const header = this.#header.toString("latin1");
    const [, type, size = ""] = header.split(" ");
    if (type === "missing") this.#wrong = missingObject(this.#oid);
    else if (type !== "blob") this.#wrong = notBlob(this.#oid, type ?? header);
    this.#header = Buffer.alloc(0);
    this.#size = Number(size);
    this.#left = this.#size + 1;
    return end + 1;
  }

  #readContent(bytes: Buffer, pieces: BlobPiece[]): number {
    const taken = Math.min(this.#left, bytes.length);
    const offset = this.#size + 1 - this.#left;
    const data = bytes.subarray(0, Math.min(taken, this.#size - offset));
    this.#left -= taken;
    const last = this.#left <= 1 && (data.length > 0 || this.#size === 0) && offset + data.length === this.#size;
    if (data.length > 0 || last) pieces.push({ oid: this.#oid, offset, data, last });
    if (this.#left === 0) this.#answered += 1;
    return taken;
  }

  get #oid(): string {
    return this.#oids[this.#answered] ?? "";
  }
}

/** What to say of an object that isn't there. */
export function missingObject(oid: string): ColdstoreError {
  return new ColdstoreError("source", `the object ${oid} isn't in this clone; ${missingAdvice}`);
}

function notBlob(oid: string, type: string): ColdstoreError {
  return new ColdstoreError("source", `the object ${oid} is no file's content but a ${type}`);
}
