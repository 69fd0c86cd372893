import { readFile } from "node:fs/promises";
import { resolve, sep } from "node:path";
import { ColdstoreError } from "../../model/errors.ts";

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
  const paths = folders.map((folder) => folder.replaceAll(sep, "/"));
  return paths.map((path) => `${/[\n"]/.test(path) ? quoted(path) : path}\n`).join("");
}

async function alternatesOf(folder: string): Promise<readonly string[]> {
  const text = await readFile(resolve(folder, "info/alternates"), "utf8").catch((error: unknown) => {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    if (code === "ENOENT") return "";
    const advice = "give the user that runs Coldstore access to it, or use a clone of your own";
    throw new ColdstoreError("source", `the repository's ${folder} can't be read: ${code}; ${advice}`, {
      cause: error,
    });
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
