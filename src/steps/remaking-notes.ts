import type { ArchiveContent, ManifestContent, SnapshotContent } from "../model/manifest.ts";

/** The section that says how the same tar can be made again; none where nothing but the set itself has the content. */
export function remakingNotes(content: ManifestContent): readonly string[] {
  if (content.mode === "archive") return remakingFolder(content);
  return content.recipe === "git-archive/1" ? [remakingByGit(content)] : [remakingWhole(content)];
}

function remakingByGit({ source, prefix, tar, export_subst }: SnapshotContent): string {
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

function remakingWhole({ source, prefix, submodules, lfs, tar }: SnapshotContent): string {
  const put = [
    ...(submodules === "include" ? ["the files of submodules, as the commit pins them"] : []),
    ...(lfs === "include" ? ["the contents that Git LFS pointers stand for"] : []),
  ].join(", and ");
  const flags = [
    ...(submodules === "include" ? ["--submodules include"] : []),
    ...(lfs === "include" ? ["--lfs include"] : []),
  ];
  return `## Make it again from the repository

The tar is what \`git archive\` gives of the commit, with ${put} put in. \`git archive\` of the
commit alone gives less, and another digest. In a clone that has all of these contents, Coldstore makes the same tar again:

    npx coldstore snapshot . ./again --ref ${source.commit} --prefix ${shellWord(prefix)} ${flags.join(" ")}

Its digest is \`${tar.sha256}\`.
`;
}

function remakingFolder({ source, folder, tar }: ArchiveContent): readonly string[] {
  if (source === undefined) return [];
  const where = folder === undefined ? "the work tree" : `\`${folder.replaceAll("`", "'")}\` in the work tree`;
  return [
    `## Make it again from the repository

Where ${where} of commit \`${source.commit}\` is as it was, untracked files too, Coldstore makes the same tar again
(recipe coldstore-tar/1) with the filters and settings that the manifest has under \`content\`:

    npx coldstore archive . ./again

The tar's digest is \`${tar.sha256}\`. Uncommitted changes and untracked files that went in are nowhere but in this set.
`,
  ];
}

function shellWord(text: string): string {
  return /^[A-Za-z0-9._/-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
