import { isUtf8 } from "node:buffer";
import { ColdstoreError } from "../../model/errors.ts";
import type { TreeEntry } from "../../ports/repository.ts";
import { missingAdvice } from "./run-git.ts";

/** Entries from the output of `ls-tree -r -t -l -z`, a batch for each chunk; no attributes yet. */
export async function* parseTree(output: AsyncIterable<Buffer>): AsyncGenerator<TreeEntry[]> {
  let rest = "";
  for await (const chunk of output) {
    // Names are bytes; as latin1 each of them is one character, and slicing is cheap.
    const records = (rest + chunk.toString("latin1")).split("\0");
    rest = records.pop() ?? "";
    if (records.length > 0) yield records.map(parseRecord);
  }
}

const types: Readonly<Record<string, TreeEntry["type"]>> = {
  "120000": "symlink",
  "160000": "submodule",
  "040000": "dir",
};

/** One record: `<mode> <type> <oid> <size, padded>\t<path>`. */
function parseRecord(record: string): TreeEntry {
  const oidStart = record.indexOf(" ", 7) + 1;
  const oidEnd = record.indexOf(" ", oidStart);
  const tab = record.indexOf("\t", oidEnd);
  const mode = record.slice(0, 6);
  const oid = record.slice(oidStart, oidEnd);
  const name = decodeName(record.slice(tab + 1));
  return {
    ...name,
    type: types[mode] ?? "file",
    executable: mode === "100755",
    oid,
    bytes: parseSize(record.slice(oidEnd + 1, tab).trimStart(), name.path),
    exportIgnored: false,
    exportSubst: false,
  };
}

function parseSize(text: string, path: string): number {
  if (text === "-") return 0;
  const bytes = Number(text);
  if (text !== "" && Number.isInteger(bytes)) return bytes;
  throw new ColdstoreError("source", `the content of ${path} isn't in this clone; ${missingAdvice}`);
}

// oxlint-disable-next-line no-control-regex -- exactly ASCII
const ascii = /^[\0-\x7f]*$/;

/** A path, and its bytes if they aren't UTF-8, from one character a byte. */
function decodeName(name: string): { path: string; pathBytes?: Uint8Array } {
  if (ascii.test(name)) return { path: name };
  const bytes = Buffer.from(name, "latin1");
  const path = bytes.toString("utf8");
  return isUtf8(bytes) ? { path } : { path, pathBytes: Uint8Array.from(bytes) };
}
