import { ColdstoreError } from "../model/errors.ts";
import { gunzipped } from "./gunzip.ts";
import { parseCsv } from "./parse-csv.ts";

/** A row of the list of files that coldstore 1.x puts into its archives; what a row leaves empty is absent. */
export interface SidecarRow {
  readonly path: string;
  readonly type: "file" | "dir" | "symlink" | "other";
  readonly mode: number;
  readonly size?: number;
  /** Lowercase hex. */
  readonly sha256?: string;
  readonly link?: string;
}

const mostListChars = 256 * 1024 * 1024;
const types: readonly string[] = ["file", "dir", "symlink", "other"] satisfies SidecarRow["type"][];

/** Reads a FILELIST.csv.gz. Gives a sentence's end instead, where it can't. */
export async function readSidecarList(list: Uint8Array): Promise<readonly SidecarRow[] | string> {
  const text = await unpacked(list);
  if (typeof text !== "string") return text.problem;
  const rows = parseCsv(text);
  if (typeof rows === "string") return rows;
  const [head = [], ...body] = rows;
  const lacks = ["relpath", "type", "size_bytes", "mode_octal", "sha256", "link_target"].find((c) => !head.includes(c));
  if (lacks !== undefined) return `it has no column ${lacks}`;
  const found: SidecarRow[] = [];
  for (const [i, cells] of body.entries()) {
    const row =
      cells.length === head.length ? rowOf(new Map(head.map((name, at) => [name, cells[at] ?? ""]))) : undefined;
    if (row === undefined) return `line ${i + 2} isn't a row of it`;
    found.push(row);
  }
  return found;
}

async function unpacked(list: Uint8Array): Promise<string | { readonly problem: string }> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const parts: string[] = [];
  let chars = 0;
  try {
    for await (const chunk of gunzipped(once(list))) {
      const part = decoder.decode(chunk, { stream: true });
      chars += part.length;
      if (chars > mostListChars) return { problem: `it has more than ${mostListChars} characters` };
      parts.push(part);
    }
    return parts.join("") + decoder.decode();
  } catch (error) {
    if (error instanceof ColdstoreError && error.failure === "integrity") return { problem: error.message };
    if (error instanceof TypeError) return { problem: "it isn't UTF-8" };
    throw error;
  }
}

async function* once(data: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield data;
}

function rowOf(cells: ReadonlyMap<string, string>): SidecarRow | undefined {
  const cell = (name: string): string => cells.get(name) ?? "";
  const [path, type, mode, size, sha256, link] = [
    cell("relpath"),
    cell("type"),
    cell("mode_octal"),
    cell("size_bytes"),
    cell("sha256").toLowerCase(),
    cell("link_target"),
  ];
  const isRow =
    path !== "" &&
    isType(type) &&
    /^[0-7]{3,4}$/.test(mode) &&
    /^(\d{1,15})?$/.test(size) &&
    /^([0-9a-f]{64})?$/.test(sha256);
  if (!isRow) return undefined;
  return {
    path,
    type,
    mode: Number.parseInt(mode, 8),
    ...(size !== "" && { size: Number(size) }),
    ...(sha256 !== "" && { sha256 }),
    ...(link !== "" && { link }),
  };
}

function isType(type: string): type is SidecarRow["type"] {
  return types.includes(type);
}
