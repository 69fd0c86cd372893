import { link, mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Artifact } from "../../model/artifact.ts";
import { diskError } from "./disk-error.ts";
import { stageArtifact } from "./stage-artifact.ts";
import type { LocalWorkspace } from "./workspace.ts";

/** A workspace whose runs can leave finished files below a folder, which somebody else removes when the job ends. */
export function keepingWorkspace(inner: LocalWorkspace, root: string): LocalWorkspace {
  return {
    scratch: (among) => inner.scratch(among),
    freeBytes: () => inner.freeBytes(),
    removeScratchNow: () => inner.removeScratchNow(),
    keep: (files) => keepFiles(files, root),
  };
}

async function keepFiles(files: readonly Artifact[], root: string): Promise<string> {
  const folder = await newFolder(root);
  try {
    for (const file of files) await keepFile(file, join(folder, file.name));
    return folder;
  } catch (error) {
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
    throw error;
  }
}

async function newFolder(root: string): Promise<string> {
  try {
    await mkdir(root, { recursive: true });
    return await mkdtemp(join(root, "set-"));
  } catch (error) {
    throw diskError(error, "make a folder in", root, "temporary");
  }
}

/** What lies in scratch takes no room of its own, where the disk has links. */
async function keepFile(artifact: Artifact, path: string): Promise<void> {
  const { body } = artifact;
  if ("file" in body) {
    const linked = await link(body.file, path).then(
      () => true,
      () => false,
    );
    if (linked) return;
  }
  await stageArtifact(artifact, path, () => undefined);
}
