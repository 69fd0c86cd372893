import type { ArchiveFormat, SnapshotContent } from "./manifest.ts";

/** An archive as a person has it: `file` is what a shell is given for it, a pattern where it is in parts. */
export interface WholeArchive {
  readonly name: string;
  readonly file: string;
  readonly format: ArchiveFormat | undefined;
  readonly split: boolean;
}

/** An archive by its name, whole or in parts. */
export function wholeArchive(name: string, format: ArchiveFormat | undefined, split: boolean): WholeArchive {
  return { name, file: split ? `${name}.part-*` : name, format, split };
}

const readers = { "tar.gz": "gzip -dc", "tar.zst": "zstd -dc", tar: "cat" } as const;

/** A line of shell that gives an archive's uncompressed tar. */
export function tarCommand({ file, format = "tar", split }: WholeArchive): string {
  const reader = format === "zip" ? "cat" : readers[format];
  if (!split || reader === "cat") return `${reader} ${file}`;
  return `cat ${file} | ${reader}`;
}

/** The lines of shell that compare each file in a zip with its CRC-32. */
export function zipTestCommands(zip: WholeArchive): readonly string[] {
  return [...joinCommands(zip), `unzip -tq ${zip.name}`];
}

/** The line of shell that joins an archive's parts, for programs that need the whole file; none where there are no parts. */
export function joinCommands({ name, file, split }: WholeArchive): readonly string[] {
  return split ? [`cat ${file} > ${name}`] : [];
}

/** A line of shell that gives the tar of a commit, in any clone that has it. */
export function gitArchiveCommand({ source, prefix }: SnapshotContent): string {
  return `git archive --format=tar${prefix === "" ? "" : ` --prefix=${shellWord(prefix)}`} ${source.commit}`;
}

/** The text as one word of a POSIX shell. */
export function shellWord(text: string): string {
  return /^[A-Za-z0-9._/-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
