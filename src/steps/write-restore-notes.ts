import type { ArchiveFormat, ManifestContent } from "../model/manifest.ts";
import type { SetFile } from "../model/set-file.ts";
import { smallArtifact } from "./small-artifact.ts";

/** `NAME.RESTORE.md`: what the set is, how to check and unpack it with stock tools, and what is not in it. */
export function writeRestoreNotes(name: string, content: ManifestContent, archives: readonly SetFile[]): SetFile {
  const text = [
    heading(name, content),
    checks(name, content, archives),
    unpacking(archives),
    rebuilding(content),
    limits(content),
  ];
  return { role: "restore-notes", artifact: smallArtifact(`${name}.RESTORE.md`, text.join("\n")) };
}

function heading(name: string, { source, tree, prefix }: ManifestContent): string {
  const tag = source.tag === undefined ? "" : `, tag \`${source.tag.name.replaceAll("`", "'")}\``;
  const folder = prefix === "" ? "at the top of the archive" : `below \`${prefix}\``;
  return `# ${name}

A snapshot of commit \`${source.commit}\`${tag}, committed ${source.committed}:
${tree.files} files, ${tree.symlinks} symbolic links, ${tree.bytes} bytes of content, ${folder}.
Made by Coldstore, and readable without it.
`;
}

function checks(name: string, { tar }: ManifestContent, archives: readonly SetFile[]): string {
  const tars = archives.map((archive) => `${unpacked(archive)} | sha256sum`);
  return `## Check it

In the folder that holds these files:

\`\`\`sh
sha256sum -c ${name}.SHA256SUMS
${tars.join("\n")}
\`\`\`

The first command says \`OK\` for every file. Every other one prints the digest of the uncompressed tar:

    ${tar.sha256}
`;
}

function unpacked({ artifact, format }: SetFile): string {
  return `${readers[format ?? "tar"]} ${artifact.name}`;
}

const readers: Readonly<Record<ArchiveFormat, string>> = { "tar.gz": "gzip -dc", tar: "cat" };

function unpacking(archives: readonly SetFile[]): string {
  const lines = archives.slice(0, 1).map((archive) => `mkdir restored\n${unpacked(archive)} | tar -xf - -C restored`);
  return `## Unpack it

\`\`\`sh
${lines.join("\n")}
\`\`\`
`;
}

function rebuilding({ source, prefix, tar, export_subst }: ManifestContent): string {
  const subst =
    export_subst === "stable"
      ? "The digest is the same unless the tree has `export-subst` lines with `%h %p %t %d %D %(describe)`: here they\nstand for full ids and for the archived tag alone."
      : `It was made with export-subst: ${export_subst}.`;
  return `## Make it again from the repository

In any clone that has the commit, with git's default configuration:

\`\`\`sh
git archive --format=tar${prefix === "" ? "" : ` --prefix=${shellWord(prefix)}`} ${source.commit} | sha256sum
\`\`\`

This prints \`${tar.sha256}\` too.
${subst}
`;
}

function shellWord(text: string): string {
  return /^[A-Za-z0-9._/-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function limits({ source }: ManifestContent): string {
  return `## What is not in it

- History: only the files of one commit are here, no other commit, branch or tag.
- What the tree marks as \`export-ignore\` in .gitattributes.
- Uncommitted changes and untracked files of the checkout that it was made from.
- Issues, pull requests, releases, wiki and settings of the forge.
- Owners, access times and extended attributes: git doesn't record them; every file has the time of the commit (${source.committed}).
`;
}
