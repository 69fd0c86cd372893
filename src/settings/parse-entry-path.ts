import { fine, type Parsed, wrong } from "./parsed.ts";

/** The path of something in an archive, from the archive's root. What a shell adds is taken off: `./` before it, a slash behind. */
export function parseEntryPath(text: string): Parsed<string> {
  if (text === "") return wrong("; give a path such as src/app.ts");
  if (text.startsWith("/"))
    return wrong("; paths count from the repository's root, write it without the slash before it");
  if (text.includes("\0")) return wrong("; no name in an archive has a zero byte");
  const path = text.replace(/^(\.\/+)+/, "").replace(/\/+$/, "");
  if (path === "" || path === ".") return wrong("; leave path out to restore everything");
  const parts = path.split("/");
  return parts.some((part) => part === "" || part === "." || part === "..")
    ? wrong("; paths count from the repository's root and have no . or .. and no empty part")
    : fine(path);
}
