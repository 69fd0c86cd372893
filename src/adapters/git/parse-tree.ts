import { isUtf8 } from "node:buffer";
import type { TreeEntry } from "../../ports/repository.ts";
import { type Lacking, missingContents } from "./missing-contents.ts";

/**
 * Entries from the output of `ls-tree -r -t -l -z`, a batch for each chunk; no attributes yet. Rejects with `source`, naming
 * them, when the clone hasn't got the contents of some.
 */
export async function* parseTree(output: AsyncIterable<Buffer>, lacking: Lacking): AsyncGenerator<TreeEntry[]> {
  const missing: string[] = [];
  let rest = "";
  for await (const chunk of output) {
    // Names are bytes; as latin1 each of them is one character, and slicing is cheap.
    const records = (rest + chunk.toString("latin1")).split("\0");
    rest = records.pop() ?? "";
    const entries = records.map((record) => parseRecord(record, missing));
    // Once something lacks, what is left of the output is only read for what else does.
    if (records.length > 0 && missing.length === 0) yield entries;
  }
  if (missing.length > 0) throw missingContents(missing, lacking);
}

const types: Readonly<Record<string, TreeEntry["type"]>> = {
  "120000": "symlink",
  "160000": "submodule",
  "040000": "dir",
};

/** One record: `<mode> <type> <oid> <size, padded>\t<path>`. */
function parseRecord(record: string, missing: string[]): TreeEntry {
  const oidStart = record.indexOf(" ", 7) + 1;
  const oidEnd = record.indexOf(" ", oidStart);
  const tab = record.indexOf("\t", oidEnd);
  const mode = record.slice(0, 6);
  const oid = record.slice(oidStart, oidEnd);
  const name = decodeName(record.slice(tab + 1));
  const bytes = parseSize(record.slice(oidEnd + 1, tab).trimStart());
  if (bytes === undefined) missing.push(name.path);
  return {
    ...name,
    type: types[mode] ?? "file",
    executable: mode === "100755",
    oid,
    bytes: bytes ?? 0,
    exportIgnored: false,
    exportSubst: false,
  };
}

/** Git says BAD of a blob that it hasn't got. */
function parseSize(text: string): number | undefined {
  if (text === "-") return 0;
  const bytes = Number(text);
  return text !== "" && Number.isInteger(bytes) ? bytes : undefined;
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
