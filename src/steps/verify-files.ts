import { asColdstoreError, type ColdstoreError } from "../model/errors.ts";
import type { ListedFile } from "../model/archive-set.ts";
import { blockIndexOf, filesOf, type ManifestArtifact, type NamedDigest, storedFiles } from "../model/manifest.ts";
import type { Evidence } from "../model/report.ts";
import type { Io, Store } from "../ports/store.ts";
import { checkStoredArchive } from "./check-stored-archive.ts";
import type { ArchiveFinding } from "./compare-entries.ts";
import type { CompleteSet } from "./find-standing.ts";
import type { FilePart } from "./joined-file.ts";
import { readBack } from "./read-back.ts";

/** One thing that isn't as the manifest says, or, of kind `manifest`, why there is none to go by. `file` counts from the set's folder, `entry` from the repository's root. */
export interface Fault {
  readonly kind: "missing" | "extra" | "truncated" | "changed" | "manifest" | "unreadable";
  readonly file?: string;
  readonly entry?: string;
  readonly detail: string;
  /** Set when it couldn't be told whether anything is wrong. */
  readonly error?: ColdstoreError;
}

/** An artifact of a set, and how deep to look; `listIsSound`: its entries can be compared with the file list. */
export interface Examined {
  readonly set: CompleteSet;
  readonly artifact: ManifestArtifact;
  readonly level: "digest" | "read";
  readonly listIsSound: boolean;
}

/** Compares the bytes of an artifact, or of those of its parts that are there, with the manifest. */
export async function verifyFiles(store: Store, examined: Examined, io: Io): Promise<readonly Fault[]> {
  const { artifact, level, listIsSound } = examined;
  try {
    const canRead = artifact.role === "archive" && listIsSound;
    if (level === "read" && canRead) return await readFaults(store, examined, io);
    const changed = await digestFaults(store, examined, io);
    const isWhole = changed.length === 0 && partsOf(examined).every(({ isLost, isShort }) => !isLost && !isShort);
    if (isWhole || !canRead || changed.some(({ error }) => error !== undefined)) return changed;
    return [...changed, ...(await readFaults(store, examined, io)).filter(({ entry }) => entry !== undefined)];
  } catch (error) {
    io.signal.throwIfAborted();
    return [unreadable(artifact.name, error)];
  }
}

function unreadable(file: string, thrown: unknown): Fault {
  const error = asColdstoreError(thrown);
  return { kind: "unreadable", file, detail: error.message, error };
}

/** Each file that is there, by its digest: the store's own if that is deep enough, else that of its bytes. */
async function digestFaults(store: Store, { set, artifact, level }: Examined, io: Io): Promise<readonly Fault[]> {
  const faults: Fault[] = [];
  for (const file of filesOf(artifact)) {
    const listed = set.files.find(({ name }) => name === file.name);
    if (listed === undefined) continue;
    try {
      const sha256 = reportedDigest(listed, level) ?? (await readBack(store, set.prefix + file.name, io)).sha256;
      faults.push(...digestFault(file, sha256));
    } catch (error) {
      io.signal.throwIfAborted();
      faults.push(unreadable(file.name, error));
    }
  }
  return faults;
}

/** The digest that a file is judged by without being read. */
function reportedDigest({ sha256 }: Pick<ListedFile, "sha256">, level: Examined["level"]): string | undefined {
  return level === "digest" ? sha256 : undefined;
}

/** What the proof of a set that was found sound at level `digest` rests on; the manifest, which is read always, aside. */
export function evidenceOfSound({ files, manifest }: CompleteSet): readonly Evidence[] {
  const names = new Set(storedFiles(manifest).map(({ name }) => name));
  const checked = files.filter(({ name }) => names.has(name));
  const reported = checked.filter((file) => reportedDigest(file, "digest") !== undefined).length;
  const all = [
    { by: "read", files: checked.length - reported },
    { by: "sha256", files: reported },
  ];
  return all.filter((each) => each.files > 0);
}

function digestFault({ name, sha256 }: NamedDigest, found: string): readonly Fault[] {
  if (found === sha256) return [];
  return [{ kind: "changed", file: name, detail: `has the digest ${found}, not ${sha256}` }];
}

interface ListedPart extends FilePart {
  readonly file: NamedDigest;
  readonly isLost: boolean;
  readonly isShort: boolean;
}

function partsOf({ set, artifact }: Examined): readonly ListedPart[] {
  return filesOf(artifact).map((file) => {
    const listed = set.files.find(({ name }) => name === file.name);
    const isShort = listed !== undefined && listed.bytes !== file.bytes;
    return { key: set.prefix + file.name, bytes: file.bytes, file, isLost: listed === undefined, isShort };
  });
}

/** Every byte, each entry compared with the file list. What is wrong with a part is said of it, and not of the whole again. */
async function readFaults(store: Store, examined: Examined, io: Io): Promise<readonly Fault[]> {
  const { set, artifact } = examined;
  const { content, artifacts } = set.manifest;
  const list = artifacts.find(({ role }) => role === "file-list");
  const parts = partsOf(examined);
  const digests = new Map<FilePart, string>();
  const findings = await checkStoredArchive(
    store,
    {
      file: parts,
      partRead: (part, sha256) => void digests.set(part, sha256),
      listKey: set.prefix + (list?.name ?? ""),
      format: artifact.format ?? "tar",
      blocks: blockIndexOf(artifact),
      artifact,
      tar: content.tar,
      prefix: content.prefix,
    },
    io,
  );
  const changed = parts.flatMap((part) => {
    const found = digests.get(part);
    return found === undefined || part.isLost ? [] : digestFault(part.file, found);
  });
  const all = findings.map((finding) => faultOf(artifact.name, finding));
  const isSaid = changed.length > 0 || (parts.length > 1 && parts.some(({ isLost, isShort }) => isLost || isShort));
  return [...changed, ...all.filter(({ entry }) => entry !== undefined || !isSaid)];
}

function faultOf(file: string, { path, problem, detail }: ArchiveFinding): Fault {
  return { kind: problem, file, ...(path !== undefined && { entry: path }), detail };
}
