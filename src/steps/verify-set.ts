import type { ArchiveSet } from "../model/archive-set.ts";
import { filesOf, manifestSuffix, type ManifestArtifact, type NamedDigest, storedFiles } from "../model/manifest.ts";
import { setText } from "../model/set-name.ts";
import type { Io, Store } from "../ports/store.ts";
import type { CompleteSet } from "./find-standing.ts";
import { isKeptManifest } from "./keep-old-manifest.ts";
import { nameSome } from "./name-some.ts";
import { readBack } from "./read-back.ts";
import { type Examined, type Fault, verifyFiles } from "./verify-files.ts";
import { noManifest } from "./why-unsound.ts";

export type VerifyLevel = "list" | "digest" | "read" | "drill";

/** What is looked at where a set lies; a drill brings it elsewhere. */
export type LookLevel = Exclude<VerifyLevel, "drill">;

/** Compares a set in a store with its manifest, as deep as the level says. No fault means that all of it is right. */
export async function verifySet(store: Store, set: ArchiveSet, level: LookLevel, io: Io): Promise<readonly Fault[]> {
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

/**
 * Compares one file of a set with its manifest, likewise; an archive entry by entry when the file list lies beside it. A part
 * of an archive is compared as it is; an archive that was joined again, under its own name, as if it had never been split.
 */
export async function verifyArtifact(
  store: Store,
  { set, name, level }: { readonly set: CompleteSet; readonly name: string; readonly level: LookLevel },
  io: Io,
): Promise<readonly Fault[]> {
  const artifact = set.manifest.artifacts.flatMap((each) => meantBy(each, name)).at(0);
  if (artifact === undefined) return [];
  const listed = sizeFault(artifact, sizesOf(set).get(name));
  if (level === "list") return listed;
  const listIsSound = await provesFileList(store, { set, level }, io);
  const found = await verifyFiles(store, { set, artifact, level, listIsSound }, io);
  return [...listed, ...unsaid(found, listed)];
}

function meantBy(artifact: ManifestArtifact, name: string): readonly ManifestArtifact[] {
  const { parts, ...whole } = artifact;
  if (artifact.name === name) return [whole];
  return (parts ?? []).filter((part) => part.name === name).map((part) => ({ ...part, role: "file" }));
}

async function verifyComplete(store: Store, set: CompleteSet, level: LookLevel, io: Io): Promise<readonly Fault[]> {
  const listed = listingFaults(set);
  if (level === "list") return listed;
  const sizes = sizesOf(set);
  const faults = [...listed];
  const listIsSound = await provesFileList(store, { set, level }, io);
  for (const artifact of set.manifest.artifacts) {
    if (!filesOf(artifact).some(({ name }) => sizes.has(name))) continue;
    const examined: Examined = { set, artifact, level, listIsSound };
    faults.push(...unsaid(await verifyFiles(store, examined, io), listed));
  }
  return faults;
}

/** Of a file that the listing tells something against, only the entries are news. */
function unsaid(found: readonly Fault[], listed: readonly Fault[]): readonly Fault[] {
  return found.filter(({ entry, file }) => entry !== undefined || !listed.some((each) => each.file === file));
}

/** What the listing alone tells: files that are missing, of another size, or not in the manifest. */
function listingFaults(set: CompleteSet): readonly Fault[] {
  const sizes = sizesOf(set);
  return [
    ...storedFiles(set.manifest).flatMap((file) => sizeFault(file, sizes.get(file.name))),
    ...extraFiles(set)
      .filter((name) => !isOfReplace(name, set))
      .map((name): Fault => ({ kind: "extra", file: name, detail: "isn't in the manifest" })),
  ];
}

function extraFiles({ files, manifest, manifestName }: CompleteSet): readonly string[] {
  const stored = storedFiles(manifest).map(({ name }) => name);
  const known = new Set([...stored, ...(manifest.run.superseded ?? []), manifestName]);
  return files.map(({ name }) => name).filter((name) => !known.has(name) && !isKeptManifest(name));
}

/** Whether a file is called as those are that a replace puts beside a set before it swaps the manifest. */
function isOfReplace(name: string, { manifest, manifestName }: CompleteSet): boolean {
  const base = manifestName.slice(0, -manifestSuffix.length);
  if (name.startsWith(`${base}-r`)) return /^-r\d+\./.test(name.slice(base.length));
  const plain = unmarked(name);
  return plain !== name && storedFiles(manifest).some((file) => unmarked(file.name) === plain);
}

function unmarked(name: string): string {
  return name.replace(/^([^.]*)-r\d+(?=\.|$)/, "$1");
}

/** The sentence about a replace that was begun beside a whole set, and hasn't come to its manifest; undefined without one. */
export function unfinishedReplace(set: ArchiveSet): string | undefined {
  const names = set.state === "complete" ? extraFiles(set).filter((name) => isOfReplace(name, set)) : [];
  if (names.length === 0) return undefined;
  return `a replace of it is under way, or broke, and has left ${nameSome(names)} beside it: run it again, or remove that`;
}

function sizesOf({ files }: CompleteSet): ReadonlyMap<string, number> {
  return new Map(files.map((file) => [file.name, file.bytes]));
}

function sizeFault({ name, bytes }: NamedDigest, found: number | undefined): Fault[] {
  if (found === bytes) return [];
  if (found === undefined) return [{ kind: "missing", file: name, detail: "isn't there" }];
  const kind = found < bytes ? "truncated" : "changed";
  return [{ kind, file: name, detail: `has ${found} bytes, not ${bytes}` }];
}

/** Entries can be named only with a file list that is itself as it was. */
async function provesFileList(
  store: Store,
  { set, level }: { readonly set: CompleteSet; readonly level: LookLevel },
  io: Io,
): Promise<boolean> {
  const list = set.manifest.artifacts.find(({ role }) => role === "file-list");
  const listed = set.files.find(({ name }) => name === list?.name);
  if (list === undefined || listed === undefined) return false;
  if (level === "digest" && listed.sha256 !== undefined) return listed.sha256 === list.sha256;
  const found = await readBack(store, set.prefix + list.name, io).catch(() => undefined);
  io.signal.throwIfAborted();
  return found?.sha256 === list.sha256;
}
