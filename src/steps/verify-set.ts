import { missingFiles, type ArchiveSet } from "../model/archive-set.ts";
import { asColdstoreError, type ColdstoreError } from "../model/errors.ts";
import { blockIndexOf, type ManifestArtifact } from "../model/manifest.ts";
import { setText } from "../model/set-name.ts";
import type { Io, Store } from "../ports/store.ts";
import { checkStoredArchive, type StoredArchive } from "./check-stored-archive.ts";
import type { ArchiveFinding } from "./compare-entries.ts";
import type { CompleteSet } from "./find-standing.ts";
import { readBack } from "./read-back.ts";
import { noManifest } from "./why-unsound.ts";

export type VerifyLevel = "list" | "digest" | "read";

/** One thing that isn't as the manifest says, or, of kind `manifest`, why there is none to go by. `file` counts from the set's folder, `entry` from the repository's root. */
export interface Fault {
  readonly kind: "missing" | "extra" | "truncated" | "changed" | "manifest" | "unreadable";
  readonly file?: string;
  readonly entry?: string;
  readonly detail: string;
  /** Set when it couldn't be told whether anything is wrong. */
  readonly error?: ColdstoreError;
}

/** Compares a set in a store with its manifest, as deep as the level says. No fault means that all of it is right. */
export async function verifySet(store: Store, set: ArchiveSet, level: VerifyLevel, io: Io): Promise<readonly Fault[]> {
  switch (set.state) {
    case "incomplete":
      return [{ kind: "missing", detail: noManifest(set.name) }];
    case "damaged":
      return [damagedFault(set)];
    case "complete":
      return verifyComplete(store, set, level, io);
  }
}

/** A manifest that couldn't be read says nothing about the set. Of two manifests none is the one that is wrong. */
function damagedFault({ name, manifests, error }: Extract<ArchiveSet, { state: "damaged" }>): Fault {
  const [file, second] = manifests;
  const detail = withoutPath(error.message, [`${setText(name)}/${file}`, setText(name)]);
  const fault = { ...(file !== undefined && second === undefined && { file }), detail };
  return error.failure === "integrity" ? { kind: "manifest", ...fault } : { kind: "unreadable", ...fault, error };
}

/** Where a fault is stands beside its detail. */
function withoutPath(message: string, paths: readonly string[]): string {
  const path = paths.find((each) => message.startsWith(`${each} `));
  return path === undefined ? message : message.slice(path.length + 1);
}

/** Compares one file of a set with its manifest, likewise; an archive entry by entry when the file list lies beside it. */
export async function verifyArtifact(
  store: Store,
  { set, name, level }: { readonly set: CompleteSet; readonly name: string; readonly level: VerifyLevel },
  io: Io,
): Promise<readonly Fault[]> {
  const one = set.manifest.artifacts.filter((artifact) => artifact.name === name);
  const listed = one.flatMap((artifact) => sizeFault(artifact, sizesOf(set).get(name)));
  const [artifact] = one;
  if (artifact === undefined || level === "list") return listed;
  const listIsSound = await provesFileList(store, set, set.manifest.artifacts, io);
  const found = await artifactFaults(store, { set, artifact, level, listIsSound }, io);
  return [...listed, ...found.filter(({ entry }) => entry !== undefined || listed.length === 0)];
}

async function verifyComplete(store: Store, set: CompleteSet, level: VerifyLevel, io: Io): Promise<readonly Fault[]> {
  const listed = listingFaults(set);
  if (level === "list") return listed;
  const absent = new Set(
    missingFiles(set, set.manifest).filter((name) => !set.files.some((file) => file.name === name)),
  );
  const faults = [...listed];
  const present = set.manifest.artifacts.filter(({ name }) => !absent.has(name));
  const listIsSound = await provesFileList(store, set, present, io);
  for (const artifact of present) {
    const found = await artifactFaults(store, { set, artifact, level, listIsSound }, io);
    faults.push(
      ...found.filter(({ entry }) => entry !== undefined || !listed.some(({ file }) => file === artifact.name)),
    );
  }
  return faults;
}

/** What the listing alone tells: files that are missing, of another size, or not in the manifest. */
function listingFaults(set: CompleteSet): readonly Fault[] {
  const { files, manifest, manifestName } = set;
  const sizes = sizesOf(set);
  const known = new Set([
    ...manifest.artifacts.map(({ name }) => name),
    ...(manifest.run.superseded ?? []),
    manifestName,
  ]);
  const extra = files.filter(({ name }) => !known.has(name));
  return [
    ...manifest.artifacts.flatMap((artifact) => sizeFault(artifact, sizes.get(artifact.name))),
    ...extra.map(({ name }): Fault => ({ kind: "extra", file: name, detail: "isn't in the manifest" })),
  ];
}

function sizesOf({ files }: CompleteSet): ReadonlyMap<string, number> {
  return new Map(files.map((file) => [file.name, file.bytes]));
}

function sizeFault({ name, bytes }: ManifestArtifact, found: number | undefined): Fault[] {
  if (found === bytes) return [];
  if (found === undefined) return [{ kind: "missing", file: name, detail: "isn't there" }];
  const kind = found < bytes ? "truncated" : "changed";
  return [{ kind, file: name, detail: `has ${found} bytes, not ${bytes}` }];
}

/** Entries can be named only with a file list that is itself as it was. */
async function provesFileList(
  store: Store,
  set: CompleteSet,
  present: readonly ManifestArtifact[],
  io: Io,
): Promise<boolean> {
  const list = present.find(({ role }) => role === "file-list");
  if (list === undefined) return false;
  const found = await readBack(store, set.prefix + list.name, io).catch(() => undefined);
  io.signal.throwIfAborted();
  return found?.sha256 === list.sha256;
}

interface Examined {
  readonly set: CompleteSet;
  readonly artifact: ManifestArtifact;
  readonly level: Exclude<VerifyLevel, "list">;
  readonly listIsSound: boolean;
}

async function artifactFaults(store: Store, examined: Examined, io: Io): Promise<readonly Fault[]> {
  const { set, artifact, level, listIsSound } = examined;
  const key = set.prefix + artifact.name;
  try {
    const reads = artifact.role === "archive" && listIsSound;
    if (level === "read" && reads) return await entryFaults(store, set, artifact, io);
    const reported = set.files.find(({ name }) => name === artifact.name)?.sha256;
    const sha256 = reported ?? (await readBack(store, key, io)).sha256;
    if (sha256 === artifact.sha256) return [];
    const changed: Fault = {
      kind: "changed",
      file: artifact.name,
      detail: `has the digest ${sha256}, not ${artifact.sha256}`,
    };
    return reads
      ? [changed, ...(await entryFaults(store, set, artifact, io)).filter(({ entry }) => entry !== undefined)]
      : [changed];
  } catch (error) {
    io.signal.throwIfAborted();
    const reason = asColdstoreError(error);
    return [{ kind: "unreadable", file: artifact.name, detail: reason.message, error: reason }];
  }
}

async function entryFaults(
  store: Store,
  set: CompleteSet,
  artifact: ManifestArtifact,
  io: Io,
): Promise<readonly Fault[]> {
  const { manifest } = set;
  const list = manifest.artifacts.find(({ role }) => role === "file-list");
  const findings = await checkStoredArchive(store, storedArchive(set, artifact, list?.name ?? ""), io);
  return findings.map((finding) => faultOf(artifact.name, finding));
}

function storedArchive({ prefix, manifest }: CompleteSet, artifact: ManifestArtifact, list: string): StoredArchive {
  const { content } = manifest;
  return {
    key: prefix + artifact.name,
    listKey: prefix + list,
    format: artifact.format ?? "tar",
    blocks: blockIndexOf(artifact),
    artifact,
    tar: content.tar,
    prefix: content.prefix,
  };
}

function faultOf(file: string, { path, problem, detail }: ArchiveFinding): Fault {
  return { kind: problem, file, ...(path !== undefined && { entry: path }), detail };
}
