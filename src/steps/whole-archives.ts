import { ColdstoreError } from "../model/errors.ts";
import { filesOf, type ArchiveFormat, type ManifestArtifact, type NamedDigest } from "../model/manifest.ts";
import type { Io } from "../ports/store.ts";
import { nameSome } from "./name-some.ts";
import type { RestoreSource } from "./restore-source.ts";

/** A set's files as a store lists them. */
export interface ListedArchives {
  /** Archives whose files are all there with their sizes, the one that is restored fastest first. */
  readonly whole: readonly ManifestArtifact[];
  /** What is wrong with the others. */
  readonly damaged: readonly ColdstoreError[];
}

const fastestFirst: readonly ArchiveFormat[] = ["tar.zst", "tar.gz", "tar", "zip"];

/** Looks which archives of a set can be restored. Rejects with `integrity` when something else of it is lost that a restore needs. */
export async function findWholeArchives({ store, prefix, artifacts }: RestoreSource, io: Io): Promise<ListedArchives> {
  const sizes = new Map<string, number>();
  for await (const { key, bytes } of store.list(prefix, io)) sizes.set(key.slice(prefix.length), bytes);
  const lossOf = (artifact: ManifestArtifact): ColdstoreError | undefined =>
    asError(
      artifact,
      filesOf(artifact).flatMap((file) => lossIn(file, sizes.get(file.name)) ?? []),
    );
  for (const needed of artifacts.filter(({ role }) => role === "file-list" || role === "file")) {
    const loss = lossOf(needed);
    if (loss !== undefined) throw loss;
  }
  const archives = artifacts.filter(({ role }) => role === "archive").sort((a, b) => rank(a) - rank(b));
  return {
    whole: archives.filter((archive) => lossOf(archive) === undefined),
    damaged: archives.flatMap((archive) => lossOf(archive) ?? []),
  };
}

function rank({ format = "tar" }: ManifestArtifact): number {
  return fastestFirst.indexOf(format);
}

function lossIn({ name, bytes }: NamedDigest, found: number | undefined): string | undefined {
  if (found === bytes) return undefined;
  return found === undefined ? `${name} is missing` : `${name} has ${found} bytes, not ${bytes}`;
}

function asError({ name }: ManifestArtifact, losses: readonly string[]): ColdstoreError | undefined {
  if (losses.length === 0) return undefined;
  return new ColdstoreError(
    "integrity",
    `${name} can't be restored: ${nameSome(losses)}. Use another copy of the set.`,
  );
}
