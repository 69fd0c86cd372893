import { ColdstoreError } from "../model/errors.ts";
import { formatCount } from "../model/units.ts";
import type { BytePath } from "../ports/folder.ts";
import { textOf } from "./byte-text.ts";
import { nameSome } from "./name-some.ts";

/** What can't be read, and by what it can be left out: git goes into every folder that no .gitignore names. */
export interface Unreadable {
  readonly path: BytePath;
  readonly kind: "folder" | "file";
  readonly leftOutBy: "gitignore" | "exclude";
  readonly error: ColdstoreError;
}

const ways = { gitignore: "a line in .gitignore", exclude: "exclude: PATTERN" } as const;

/** One error for all folders that can't be read, and one for all files; what lies in such a folder is not told of again. */
export function unreadableErrors(found: readonly Unreadable[]): ColdstoreError[] {
  const folders = new Set(found.flatMap(({ kind, path }) => (kind === "folder" ? path : [])));
  const apart = found.filter(({ path }) => !lieIn(path, folders));
  const groups = Map.groupBy(apart, ({ kind, leftOutBy }) => `${kind} ${leftOutBy}`);
  return [...groups.values()].map(errorOf);
}

function errorOf(found: readonly Unreadable[]): ColdstoreError {
  const [first] = found;
  const paths = [...new Set(found.map(({ path }) => path))].sort();
  const names = nameSome(paths.map((path) => textOf(path) || "the folder itself"));
  const reasons = [...new Set(found.map(({ error }) => reasonOf(error)))].sort();
  const them = paths.length === 1 ? "it" : "them";
  const out = paths.includes("") ? "" : `, or leave ${them} out with ${ways[first?.leftOutBy ?? "exclude"]}`;
  const count = formatCount(paths.length, first?.kind ?? "file");
  return new ColdstoreError(
    "source",
    `${count} can't be read (${reasons.join("; ")}): ${names}; make ${them} readable${out}`,
    {
      cause: first?.error,
    },
  );
}

/** What the system said: `EACCES: permission denied`. Ours names one path, and one way out. */
function reasonOf({ cause, message }: ColdstoreError): string {
  return (cause instanceof Error ? cause.message.split(", ")[0] : undefined) ?? message;
}

function lieIn(path: BytePath, folders: ReadonlySet<BytePath>): boolean {
  for (let slash = path.lastIndexOf("/"); slash > 0; slash = path.lastIndexOf("/", slash - 1))
    if (folders.has(path.slice(0, slash))) return true;
  return false;
}
