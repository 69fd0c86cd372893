import type { Made } from "../model/details.ts";
import { type Manifest, type ManifestArtifact, type ManifestSource } from "../model/manifest.ts";
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
  const rows = [
    ...archives.map((archive) => rowOf(archive, shareText(archive.bytes, tar.bytes))),
    ...files.map((file) => rowOf(file, "")),
    ...(archives.some(({ format }) => format === "tar") ? [] : [tarRow(manifest)]),
  ];
  return `### Archives\n\n${markdownTable(columns, rows)}`;
}

/** A part of a whole as a person reads it: `24 %`, `0.4 %`. */
export function shareText(bytes: number, whole: number): string {
  const percent = whole === 0 ? 100 : (100 * bytes) / whole;
  return `${percent < 9.95 ? Number(percent.toFixed(1)) : Math.round(percent)} %`;
}

const columns: readonly MarkdownColumn[] = [
  { title: "file" },
  { title: "size", align: "right" },
  { title: "of the tar", align: "right" },
  { title: "SHA-256" },
];

function rowOf({ name, bytes, sha256, parts }: ManifestArtifact, share: string): readonly string[] {
  const inParts = parts === undefined ? "" : ` in ${formatCount(parts.length, "part")}`;
  return [codeSpan(name) + inParts, formatBytes(bytes), share, digestText(sha256)];
}

function tarRow({ content: { tar } }: Manifest): readonly string[] {
  return ["the tar, uncompressed", formatBytes(tar.bytes), "100 %", digestText(tar.sha256)];
}

/** A whole digest, small: its 64 characters would leave little room for the rest of a row. */
export function digestText(sha256: string): string {
  return `<small>${codeSpan(sha256)}</small>`;
}

function commitLink({ commit }: ManifestSource, origin: string | undefined): string {
  const repository = /^https:\/\/github\.com\/[\w.-]+\/[\w.-]+?(?=(?:\.git)?\/?$)/u.exec(origin ?? "")?.[0];
  const words = codeSpan(commit.slice(0, 10));
  return repository === undefined ? words : linkTo(`${repository}/commit/${commit}`, words);
}
