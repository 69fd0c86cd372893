import type { Report } from "../model/report.ts";

interface ArtifactOutput {
  readonly name: string;
  readonly path?: string;
  readonly sha256: string;
}

/**
 * The files of a set that a job may say it has made: those with a path here that the set's SHA256SUMS file lists, hence neither
 * that file nor the manifest. None for a mode that makes no set.
 */
export function artifactsToDeclare({ outputs }: Report): readonly { readonly path: string; readonly sha256: string }[] {
  const { artifacts, name } = outputs;
  if (!Array.isArray(artifacts)) return [];
  const own = [`${String(name)}.SHA256SUMS`, `${String(name)}.coldstore.json`];
  return (artifacts as readonly ArtifactOutput[]).flatMap((file) =>
    file.path === undefined || own.includes(file.name) ? [] : [{ path: file.path, sha256: file.sha256 }],
  );
}
