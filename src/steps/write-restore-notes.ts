import { type ManifestContent, manifestSuffix } from "../model/manifest.ts";
import type { SetFile } from "../model/set-file.ts";
import { joinCommands, tarCommand, wholeArchive, type WholeArchive, zipTestCommands } from "../model/stock-commands.ts";
import { nameSome } from "./name-some.ts";
import { remakingNotes } from "./remaking-notes.ts";
import { smallArtifact } from "./small-artifact.ts";

/** `NAME.RESTORE.md`: what the set is, how to check and unpack it with stock tools, and what is not in it. */
export function writeRestoreNotes(name: string, content: ManifestContent, archives: readonly SetFile[]): SetFile {
  const wholes = wholesOf(archives);
  const text = [
    heading(name, content),
    checks(name, content, wholes),
    unpacking(name, wholes),
    ...remakingNotes(content),
    limits(content, wholes),
  ];
  return { role: "restore-notes", artifact: smallArtifact(`${name}.RESTORE.md`, text.join("\n")) };
}

function wholesOf(files: readonly SetFile[]): readonly WholeArchive[] {
  const named = Map.groupBy(files, ({ part, artifact }) => part?.of ?? artifact.name);
  return [...named].map(([name, [first]]) => wholeArchive(name, first?.format, first?.part !== undefined));
}

function heading(name: string, content: ManifestContent): string {
  const { tree, prefix } = content;
  const folder = prefix === "" ? "at the top of the archive" : `below \`${code(prefix)}\``;
  return `# ${name}

${origin(content)}
${tree.files} files, ${tree.symlinks} symbolic links, ${tree.bytes} bytes of content, ${folder}.
Made by Coldstore, and readable without it.
`;
}

function origin(content: ManifestContent): string {
  const { source } = content;
  const tag = source?.tag === undefined ? "" : `, tag \`${code(source.tag.name)}\``;
  const commit = source && `commit \`${source.commit}\`${tag}, committed ${source.committed}`;
  if (content.mode === "snapshot") return `A snapshot of ${commit}:`;
  const folder = content.folder === undefined ? "a folder" : `the folder \`${code(content.folder)}\``;
  if (commit === undefined) return `An archive of ${folder} as it was, outside of any repository:`;
  return `An archive of ${folder} as it was, in a checkout of ${commit}:`;
}

function code(text: string): string {
  return text.replaceAll("`", "'").replaceAll("\n", " ");
}

function checks(name: string, { tar }: ManifestContent, archives: readonly WholeArchive[]): string {
  const tars = archives.filter(({ format }) => format !== "zip").map((archive) => `${tarCommand(archive)} | sha256sum`);
  const zips = archives.filter(({ format }) => format === "zip").flatMap(zipTestCommands);
  const ofTars =
    tars.length === 0 ? "" : ` Every line with \`sha256sum\` at its end prints the\ndigest of the uncompressed tar:`;
  const ofZips = zips.length === 0 ? "" : `\n${zipWords(tars.length > 0)}\n`;
  return `## Check it

In the folder that holds these files:

\`\`\`sh
sha256sum -c ${name}.SHA256SUMS
${[...tars, ...zips].join("\n")}
\`\`\`

The first command says \`OK\` for every file.${ofTars}
${tars.length === 0 ? "" : `\n    ${tar.sha256}\n`}${ofZips}`;
}

function zipWords(besideTar: boolean): string {
  return `\`unzip -t\` compares each file in the zip with its CRC-32. A zip holds no tar, so that there is no digest of one to
compare; the SHA-256 of each file is in the list that ends with .files.jsonl.gz.${besideTar ? "" : " The manifest's digest of a tar is\nthat of the tar which these files make together."}`;
}

function unpacking(name: string, [first]: readonly WholeArchive[]): string {
  if (first === undefined) return "";
  const lines =
    first.format === "zip"
      ? [...joinCommands(first), `TZ=UTC LC_ALL=C.UTF-8 unzip -q ${first.name} -d restored`]
      : ["mkdir restored", `${tarCommand(first)} | tar -xf - -C restored`];
  return `## Unpack it

\`\`\`sh
${lines.join("\n")}
\`\`\`

Or with Coldstore instead, which compares every byte as it's written, and gives all of it or nothing:

    npx coldstore restore ./${name}${manifestSuffix} --into ./restored
`;
}

function limits(content: ManifestContent, archives: readonly WholeArchive[]): string {
  const hasZip = archives.some(({ format }) => format === "zip");
  const lines = content.mode === "snapshot" ? notInSnapshot(content.source.committed) : notInArchive(content, hasZip);
  return `## What is not in it

${[...lines, ...(hasZip ? [zipTimes] : []), ...leftOut(content)].map((line) => `- ${line}\n`).join("")}`;
}

const zipTimes = `In the zip: times before 1980 and after 2043, which became the nearest that it can have, and odd seconds. Its times are
  UTC, and most programs take them for local time, so give them \`TZ=UTC\`.`;

function notInSnapshot(committed: string): readonly string[] {
  return [
    "History: only the files of one commit are here, no other commit, branch or tag.",
    "What the tree marks as `export-ignore` in .gitattributes.",
    "Uncommitted changes and untracked files of the checkout that it was made from.",
    "Issues, pull requests, releases, wiki and settings of the forge.",
    `Owners, access times and extended attributes: git doesn't record them; every file has the time of the commit (${committed}).`,
  ];
}

function notInArchive(
  { symlinks, mtime, filters }: Extract<ManifestContent, { mode: "archive" }>,
  hasZip: boolean,
): readonly string[] {
  const chosen = filters.profiles.flatMap(({ name }) => name);
  const times = {
    commit: "every file has the time of the commit",
    keep: `files have their own times, in whole seconds${hasZip ? ", as far as a zip has them" : ""}`,
  };
  return [
    "History, and the folders in which version control systems keep it (.git and the like).",
    "What .gitignore leaves out, unless it is tracked or `include` names it.",
    ...(filters.exclude.length === 0 ? [] : [`By \`exclude\`: ${listed(filters.exclude)}.`]),
    ...(chosen.length === 0 ? [] : [`By \`ignore-profile\`: ${listed(chosen)}; the manifest has their patterns.`]),
    "Untracked files that look like credentials, unless `include` names them.",
    "Empty folders, FIFOs, sockets and devices.",
    ...(symlinks === "skip" ? ["Symbolic links."] : []),
    ...(symlinks === "follow" ? ["Symbolic links: what they led to is in their place."] : []),
    `Owners, access times, extended attributes and permissions but for the executable bit; ${
      typeof mtime === "number" ? `every file has the time ${mtime} (seconds since 1970)` : times[mtime]
    }.`,
  ];
}

function listed(words: readonly string[]): string {
  return nameSome(words.map((word) => `\`${code(word)}\``));
}

function leftOut({ submodules, lfs }: ManifestContent): readonly string[] {
  return [
    ...(submodules === "exclude" ? ["The contents of submodules."] : []),
    ...(lfs === "pointers" ? ["The contents that Git LFS keeps: their pointers are here in their place."] : []),
  ];
}
