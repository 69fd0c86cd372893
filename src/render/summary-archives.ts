import type { Made } from "../model/details.ts";
import type { Digest, ManifestArtifact, ManifestSource } from "../model/manifest.ts";
import type { Report } from "../model/report.ts";
import { formatBytes, formatCount } from "../model/units.ts";
import { codeSpan, linkTo } from "./markdown-text.ts";
import { type MarkdownColumn, markdownTable } from "./markdown-table.ts";
import { countsText } from "./plan-lines.ts";
import { minuteOf } from "./times.ts";

/** What the set is of: the project, the commit and its time, and what is in it. */
export function originBlock({ set, manifest }: Made): string {
  const { source, tree } = manifest.content;
  const facts = [
    codeSpan(set.project),
    ...(source === undefined ? [] : [`commit ${commitLink(source, manifest.run.origin)}`]),
    ...(source?.tag === undefined ? [] : [`tag ${codeSpan(source.tag.name)}`]),
    ...(source === undefined ? [] : [`${minuteOf(source.committed)} UTC`]),
    countsText(tree),
  ];
  return facts.join(" · ");
}

/** The set's archives and build outputs: name, size, share of the tar, and whole digest. */
export function archivesBlock({ manifest }: Made): string {
  const { tar } = manifest.content;
  const archives = manifest.artifacts.filter(({ role }) => role === "archive");
  const files = manifest.artifacts.filter(({ role }) => role === "file");
  const rows: readonly Row[] = [
    ...archives.map((archive) => ({
      ...archive,
      words: nameText(archive),
      share: shareText(archive.bytes, tar.bytes),
    })),
    ...files.map((file) => ({ ...file, words: nameText(file), share: "" })),
    ...(archives.some(({ format }) => format === "tar") ? [] : [{ ...tar, ...wholeTar }]),
  ];
  return `### Archives\n\n${markdownTable(columns, rows)}`;
}

/** The same, as far as the outputs tell, of a set that wasn't read back: its files, with sizes and digests. */
export function outputFilesBlocks({ artifacts }: Report["outputs"]): readonly string[] {
  const files = Array.isArray(artifacts) ? artifacts.filter(isFile) : [];
  return files.length === 0 ? [] : [`### Files\n\n${markdownTable(fileColumns, files)}`];
}

interface OutputFile {
  readonly name: string;
  readonly size: number;
  readonly sha256: string;
}

function isFile(value: unknown): value is OutputFile {
  if (typeof value !== "object" || value === null) return false;
  const { name, size, sha256 } = value as Partial<OutputFile>;
  return typeof name === "string" && typeof size === "number" && typeof sha256 === "string";
}

const fileColumns: readonly MarkdownColumn<OutputFile>[] = [
  { title: "file", cell: ({ name }) => codeSpan(name) },
  { title: "size", align: "right", cell: ({ size }) => formatBytes(size) },
  { title: "SHA-256", cell: ({ sha256 }) => digestText(sha256) },
];

/** The row of the tar that all archives hold. */
export const wholeTar = { words: "the tar, uncompressed", share: "100 %" } as const;

/** An artifact's name, and in how many parts it is. */
export function nameText({ name, parts }: ManifestArtifact): string {
  return codeSpan(name) + (parts === undefined ? "" : ` in ${formatCount(parts.length, "part")}`);
}

/** A part of a whole as a person reads it: `24 %`, `0.4 %`. */
export function shareText(bytes: number, whole: number): string {
  const percent = whole === 0 ? 100 : (100 * bytes) / whole;
  return `${percent < 9.95 ? Number(percent.toFixed(1)) : Math.round(percent)} %`;
}

type Row = Digest & { readonly words: string; readonly share: string };

const columns: readonly MarkdownColumn<Row>[] = [
  { title: "file", cell: ({ words }) => words },
  { title: "size", align: "right", cell: ({ bytes }) => formatBytes(bytes) },
  { title: "of the tar", align: "right", cell: ({ share }) => share },
  { title: "SHA-256", cell: ({ sha256 }) => digestText(sha256) },
];

/** A whole digest, small: its 64 characters would leave little room for the rest of a row. */
export function digestText(sha256: string): string {
  return `<small>${codeSpan(sha256)}</small>`;
}

function commitLink({ commit }: ManifestSource, origin: string | undefined): string {
  const repository = /^https:\/\/github\.com\/[\w.-]+\/[\w.-]+?(?=(?:\.git)?\/?$)/u.exec(origin ?? "")?.[0];
  const words = codeSpan(commit.slice(0, 10));
  return repository === undefined ? words : linkTo(`${repository}/commit/${commit}`, words);
}
