/**
 * What makes git ask a gitdir as it is. The work tree is named only so that git doesn't go to the one that the gitdir's
 * configuration names: of a submodule that isn't checked out it is missing, and git would fail.
 */
export function atGitDir(gitDir: string): readonly string[] {
  return [`--git-dir=${gitDir}`, `--work-tree=${gitDir}`];
}
