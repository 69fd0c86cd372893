import { ColdstoreError } from "../model/errors.ts";
import { filesOf, type ManifestArtifact } from "../model/manifest.ts";
import type { BytePath } from "../ports/folder.ts";
import type { RestoreTarget } from "../ports/restore-target.ts";
import type { Io } from "../ports/store.ts";
import { bytesOf } from "./byte-text.ts";
import { DigestedFile } from "./digested-file.ts";
import { openJoined } from "./joined-file.ts";
import type { ListedEntry } from "./restore-list.ts";
import type { RestoreSource } from "./restore-source.ts";

/** Where the build outputs of a set go when it is restored. */
export const outputsFolder = "coldstore-files";

/** Where a build output of a set goes; counts from the target. */
export function outputPath({ name }: ManifestArtifact): BytePath {
  return `${outputsFolder}/${bytesOf(name)}`;
}

/** The build outputs of a set. */
export function outputsOf({ artifacts }: RestoreSource): readonly ManifestArtifact[] {
  return artifacts.filter(({ role }) => role === "file");
}

/** Throws `unsafe` when what the archive has and the build outputs want one place. */
export function checkOutputPlaces(outputs: readonly ManifestArtifact[], listed: readonly ListedEntry[]): void {
  if (outputs.length === 0) return;
  const places = new Set([outputsFolder, ...outputs.map(outputPath)]);
  const taken = listed.find(({ path, entry }) => places.has(path) && (path !== outputsFolder || entry.type !== "dir"));
  if (taken === undefined) return;
  throw new ColdstoreError(
    "unsafe",
    `the archive has ${taken.entry.path} of its own, where the set's build outputs go; restore what is needed of it by path`,
  );
}

/** Brings a set's build outputs into the target, each compared with its digest as it is written. */
export async function restoreOutputs(source: RestoreSource, target: RestoreTarget, io: Io): Promise<void> {
  for (const output of outputsOf(source)) {
    const file = filesOf(output).map(({ name, bytes }) => ({ key: source.prefix + name, bytes }));
    const digested = new DigestedFile(output);
    const sink = target.file(outputPath(output), { mode: 0o644 });
    const opened = await openJoined(source.store, { file }, io);
    for await (const chunk of digested.through(opened)) sink.write(chunk);
    digested.end();
    sink.close();
  }
}
