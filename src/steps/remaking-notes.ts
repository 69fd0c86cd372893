import type { ArchiveContent, ManifestContent, SnapshotContent } from "../model/manifest.ts";
import { gitArchiveCommand, shellWord } from "../model/stock-commands.ts";

/** The section that says how the same tar can be made again; none where nothing but the set itself has the content. */
export function remakingNotes(content: ManifestContent): readonly string[] {
  if (content.mode === "archive") return remakingFolder(content);
  return content.recipe === "git-archive/1" ? [remakingByGit(content)] : [remakingWhole(content)];
}

function remakingByGit(content: SnapshotContent): string {
  const { tar, export_subst } = content;
  const subst =
    export_subst === "stable"
      ? "The digest is the same unless the tree has `export-subst` lines with `%h %p %t %d %D %(describe)`: here they\nstand for full ids and for the archived tag alone."
      : `It was made with export-subst: ${export_subst}.`;
  return `## Make it again from the repository

In any clone that has the commit, with git's default configuration:

\`\`\`sh
${gitArchiveCommand(content)} | sha256sum
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

function remakingFolder(content: ArchiveContent): readonly string[] {
  const { source, folder, mtime, tar } = content;
  if (source === undefined) return [];
  const where = folder === undefined ? "the work tree" : `\`${folder.replaceAll("`", "'")}\` in the work tree`;
  const times = mtime === "keep" ? " and the times of all files" : "";
  const path = folder === undefined ? "." : shellWord(`./${folder}`);
  return [
    `## Make it again from the repository

Where ${where} of commit \`${source.commit}\` is as it was, untracked files${times} too, Coldstore makes the same tar again
(recipe coldstore-tar/1), whenever that is. At the top of the work tree:

    npx coldstore archive ${path} ./again ${flagsOf(content).join(" ")}

The tar's digest is \`${tar.sha256}\`. Uncommitted changes and untracked files that went in are nowhere but in this set.
`,
  ];
}

/** All that decides the content, but for the folder's. */
function flagsOf({ prefix, mtime, symlinks, submodules, lfs, filters }: ArchiveContent): readonly string[] {
  return [
    `--prefix=${shellWord(prefix)}`,
    `--mtime=${mtime}`,
    ...(symlinks === "keep" ? [] : [`--symlinks=${symlinks}`]),
    ...(submodules === "fail" ? [] : [`--submodules=${submodules}`]),
    ...(lfs === "fail" ? [] : [`--lfs=${lfs}`]),
    ...filters.include.map((pattern) => `--include=${shellWord(pattern)}`),
    ...filters.exclude.map((pattern) => `--exclude=${shellWord(pattern)}`),
    ...filters.profiles.map(({ name }) => `--ignore-profile=${shellWord(name)}`),
  ];
}
