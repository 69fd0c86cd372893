import * as fc from "fast-check";

/** Files of a tree with .gitignore files, by path; a link is `{ link }`. */
export type IgnoringTree = ReadonlyMap<string, string | { readonly link: string }>;

const names = [
  "a",
  "b",
  "ab",
  "A",
  "a.log",
  "b.log",
  "[a]",
  "a b",
  "#a",
  "!a",
  "a ",
  "a\\",
  "*",
  "\u00fc",
  "build",
  ".a",
];
const name = fc.constantFrom(...names);
const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/"));

/** A piece of a pattern, with all that has a meaning of its own there. */
const piece = fc.oneof(
  { weight: 6, arbitrary: name },
  {
    weight: 6,
    arbitrary: fc.constantFrom(
      ...String.raw`* ** ? *.log a* *b [ab] [!a] [^a] [a-c]* [[:alpha:]] []a] [a a** **b [\a] [[:upper:]] ???`.split(
        " ",
      ),
      ...String.raw`\a \* \#a \!a \[a\] a\\ .* ü*`.split(" "),
      "a\\ ",
      "\\",
    ),
  },
);

const pattern = fc
  .record({
    negated: fc.nat(3).map((n) => (n === 0 ? "!" : "")),
    start: fc.constantFrom("", "", "", "/", "**/", "*/"),
    pieces: fc.array(piece, { minLength: 1, maxLength: 3 }),
    end: fc.constantFrom("", "", "", "", "/", "/**", "/*", " ", "  ", "\\ ", "\t", "//"),
  })
  .map(({ negated, start, pieces, end }) => `${negated}${start}${pieces.join("/")}${end}`);

const line = fc.oneof(
  { weight: 12, arbitrary: pattern },
  { weight: 1, arbitrary: fc.constantFrom("", "# a", "#a", "!", "/", "*", "!*/", "**", " ", "!a/", "/*", "!/a") },
);

const rules = fc
  .record({
    mark: fc.nat(9).map((n) => (n === 0 ? "\ufeff" : "")),
    lines: fc.array(line, { minLength: 1, maxLength: 5 }),
    ending: fc.constantFrom("\n", "\n", "\n", "\r\n"),
    last: fc.boolean(),
  })
  .map(({ mark, lines, ending, last }) => `${mark}${lines.join(ending)}${last ? ending : ""}`);

const ignoreFile = fc.oneof(
  { weight: 15, arbitrary: rules },
  { weight: 1, arbitrary: fc.constantFrom({ link: "a" }, { link: "../rules" }) },
);

/** Random trees whose .gitignore files use all that there is, and whose names provoke them. */
export const ignoringTree: fc.Arbitrary<IgnoringTree> = fc
  .record({
    paths: fc.uniqueArray(path, { minLength: 3, maxLength: 25 }),
    top: ignoreFile,
    deeper: fc.array(fc.tuple(fc.nat(), ignoreFile), { maxLength: 3 }),
  })
  .map(({ paths, top, deeper }) => {
    // A path that another one goes through can't be a file.
    const files = paths.filter((path) => !paths.some((other) => other.startsWith(`${path}/`)));
    const folders = [...new Set(files.flatMap(foldersOf))];
    const chosen = folders.length === 0 ? [] : deeper.map(([n, file]) => [folders[n % folders.length], file] as const);
    return new Map([
      ...files.map((path) => [path, "x\n"] as const),
      [".gitignore", top] as const,
      ...chosen.map(([folder, file]) => [`${folder}/.gitignore`, file] as const),
    ]);
  });

function foldersOf(path: string): readonly string[] {
  const parts = path.split("/").slice(0, -1);
  return parts.map((_, depth) => parts.slice(0, depth + 1).join("/"));
}
