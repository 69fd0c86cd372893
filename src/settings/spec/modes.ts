import type { ModeSpec } from "../../model/setting-spec.ts";

/** Every mode that works, in the order of the help. */
export const modes = [
  {
    name: "snapshot",
    group: "make",
    summary: "freeze a commit as git archive does, with file list and checksums; store and prove it",
    positionals: ["[SOURCE]", "[STORE]"],
    examples: [
      { line: "coldstore snapshot . ./cold", says: "what is checked out, into a folder" },
      { line: "coldstore snapshot . /mnt/nas --ref v1.4.0 --freeze", says: "a tag, protected from replacement" },
      { line: "coldstore snapshot . ./cold --files 'dist/*.whl'", says: "with build outputs in the same set" },
      { line: "coldstore snapshot . release --ref v1.4.0", says: "into the tag's release on GitHub" },
      { line: "coldstore snapshot --dry-run", says: "what would be archived; nothing is written" },
    ],
  },
  {
    name: "archive",
    group: "make",
    summary: "freeze a folder as it is, without what .gitignore leaves out; store and prove it",
    positionals: ["[SOURCE]", "[STORE]"],
    examples: [
      { line: "coldstore archive . ./cold", says: "tracked files and new ones, as they are now" },
      { line: "coldstore archive ~/data ./cold --format tar.zst", says: "any folder, also outside of a repository" },
      {
        line: "coldstore archive . ./cold --ignore-profile latex --exclude '*.iso' --include report.pdf",
        says: "less, and one file that .gitignore leaves out",
      },
      { line: "coldstore archive . ./cold --split-size 1900MiB", says: "in parts that cat joins" },
      { line: "coldstore archive --dry-run", says: "what would go in, and what wouldn't; nothing is written" },
    ],
  },
  {
    name: "list",
    group: "look",
    summary: "show the sets of a store, one set with its entries, or how two sets differ",
    positionals: ["[STORE|FILE]"],
    examples: [
      { line: "coldstore list ./cold", says: "all sets: age, size, last proof" },
      { line: "coldstore list ./cold --set v1.4.0", says: "one set, and what is in it" },
      { line: "coldstore list ./cold --set v1.3.0 --set v1.4.0", says: "what changed between two sets" },
      { line: "coldstore list ./app-1.4.0.tar.gz", says: "an archive, by the manifest beside it" },
    ],
  },
  {
    name: "verify",
    group: "look",
    summary: "read sets back, compare them with their manifests and name whatever is wrong",
    positionals: ["[STORE|FILE]"],
    examples: [
      { line: "coldstore verify ./cold", says: "every set, each file's SHA-256" },
      { line: "coldstore verify ./cold --set v1.4.0 --level read", says: "one set, down to each entry" },
      { line: "coldstore verify release", says: "all releases that hold sets; no login for a public repository" },
      { line: "coldstore verify ./cold --level list", says: "names and sizes only: quick" },
      { line: "coldstore verify ./app-1.4.0.tar.gz", says: "one file, with whatever lies beside it" },
      { line: "coldstore verify ./cold --level drill", says: "every set restored, out of sight" },
    ],
  },
  {
    name: "restore",
    group: "get back",
    summary: "bring a set, or paths out of it, back into an empty folder; every byte compared, all or nothing",
    positionals: ["[STORE|FILE]"],
    examples: [
      { line: "coldstore restore ./cold --into ./restored", says: "the newest proven set" },
      {
        line: "coldstore restore ./cold --into ./old --set v1.4.0 --path src --path README.md",
        says: "a folder and a file of one set; only what they need is read",
      },
      {
        line: "coldstore restore ./app-1.4.0.tar.gz --into ./restored",
        says: "a download, compared with whatever lies beside it",
      },
      { line: "coldstore restore ./cold --dry-run", says: "read and compare everything, write nothing" },
    ],
  },
  {
    name: "replicate",
    group: "keep house",
    summary: "copy sets from one store to others, proven there, without a copy kept here",
    positionals: ["[STORE]"],
    examples: [
      { line: "coldstore replicate r2:backups --from ./cold", says: "all sets that the remote hasn't got yet" },
      { line: "coldstore replicate ./cold --from release", says: "all releases that hold sets, into a folder" },
      { line: "coldstore replicate r2:backups --from ./cold --since 30d", says: "the last month's" },
      {
        line: "coldstore replicate release:v1.4.0 --from ./cold --set acme/app/snapshot/v1.4.0",
        says: "one set, into a release",
      },
      { line: "coldstore replicate r2:backups --from ./cold --dry-run", says: "what would be copied" },
    ],
  },
] as const satisfies readonly ModeSpec[];

export const everyMode = ["snapshot", "archive", "list", "verify", "restore", "replicate"] as const;
export const makingModes = ["snapshot", "archive"] as const;
export const readingModes = ["list", "verify", "restore"] as const;
/** Those that put sets into stores. */
export const writingModes = ["snapshot", "archive", "replicate"] as const;
/** Those that choose sets among those of a store. */
export const choosingModes = ["list", "verify", "restore", "replicate"] as const;
