import { readFile } from "node:fs/promises";
import { resolve } from "node:path";

/**
 * A folder of objects and all that it borrows from (objects/info/alternates), as absolute paths. Git follows relative
 * ones only from the repository that it was started in, so each is made absolute here.
 */
export async function objectFolders(first: string): Promise<readonly string[]> {
  const folders = new Set([first]);
  for (const folder of folders) {
    for (const borrowed of await alternatesOf(folder)) folders.add(resolve(folder, borrowed));
  }
  return [...folders];
}

/** The content of an alternates file that names these folders. */
export function alternatesFile(folders: readonly string[]): string {
  return folders.map((folder) => `${/[\n"]/.test(folder) ? quoted(folder) : folder}\n`).join("");
}

async function alternatesOf(folder: string): Promise<readonly string[]> {
  const text = await readFile(resolve(folder, "info/alternates"), "utf8").catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw error;
  });
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return lines.map((line) => (line.startsWith('"') ? unquoted(line) : line));
}

function quoted(path: string): string {
  return `"${path.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
}

/** Undoes git's C-style quoting, whose octal escapes stand for the bytes of UTF-8. */
function unquoted(line: string): string {
  const inner = Buffer.from(line.slice(1, line.lastIndexOf('"'))).toString("latin1");
  const letters: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", a: "\x07", b: "\b", f: "\f", v: "\v" };
  const bytes = inner.replace(/\\([0-7]{3}|.)/g, (_, escaped: string) =>
    escaped.length === 3 ? String.fromCharCode(Number.parseInt(escaped, 8)) : (letters[escaped] ?? escaped),
  );
  return Buffer.from(bytes, "latin1").toString("utf8");
}
