import type { Readable } from "node:stream";
import type { Revision } from "../../model/revision.ts";
import type { ArchiveRecipe } from "../../ports/repository.ts";
import type { FoundRepository } from "./find-repository.ts";
import { makeGitDir } from "./hermetic-gitdir.ts";
import { streamGit } from "./stream-git.ts";

/** An archive to be made in a throw-away gitdir at `gitDir`, which doesn't exist yet. */
export interface ArchiveQuestion {
  readonly gitDir: string;
  readonly revision: Revision;
  readonly recipe: ArchiveRecipe;
  readonly signal: AbortSignal;
}

/** The tar of a hermetic `git archive`; it ends only after git has ended well, and fails otherwise. */
export async function streamArchive(found: FoundRepository, question: ArchiveQuestion): Promise<Readable> {
  const { gitDir, revision, recipe, signal } = question;
  await makeGitDir(
    found,
    {
      path: gitDir,
      refs: recipe.exportSubst === "git" ? "all" : { tagOf: revision },
      ...(recipe.exportSubst === "off" && { attributes: "* -export-subst\n" }),
    },
    signal,
  );
  const pinned = [...pinnedSettings(recipe), ...frugal].flatMap((setting) => ["-c", setting]);
  const what = ["archive", "--format=tar", `--prefix=${recipe.prefix}`, revision.commit];
  const args = [...pinned, `--git-dir=${gitDir}`, ...what];
  return streamGit({ args, signal, set: pinnedNow(revision, recipe) });
}

// Git would map all of a pack that it comes by. (core.bigFileThreshold would save more, and change bytes: above it git
// leaves line endings as they are.)
const frugal = ["core.packedGitWindowSize=8m", "core.packedGitLimit=64m"];

/** Git's defaults, said aloud, and for `stable` ids that don't grow with the repository. */
function pinnedSettings({ exportSubst }: ArchiveRecipe): readonly string[] {
  const settings = ["tar.umask=0002", "core.attributesFile=", "core.autocrlf=false", "core.eol=lf"];
  if (exportSubst === "git") return settings;
  // 40 would cut the ids of a SHA-256 repository. %G? would ask the machine's keyring; git calls that "no signature".
  const signatures = ["gpg.program", "gpg.x509.program", "gpg.ssh.program"].map((program) => `${program}=false`);
  return [...settings, "core.abbrev=no", ...signatures];
}

/** Relative dates (%ar, %cr) count from the commit instead of from today. */
function pinnedNow({ committed }: Revision, { exportSubst }: ArchiveRecipe): Readonly<Record<string, string>> {
  return exportSubst === "git" ? {} : { GIT_TEST_DATE_NOW: String(committed) };
}
