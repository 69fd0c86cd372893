import type { Artifact } from "../model/artifact.ts";
import { ColdstoreError } from "../model/errors.ts";
import type { ManifestContent } from "../model/manifest.ts";
import type { Evidence } from "../model/report.ts";
import type { SetFile } from "../model/set-file.ts";
import { setPrefix, type SetName } from "../model/set-name.ts";
import type { RestoreTarget } from "../ports/restore-target.ts";
import type { Io, Store, StoredObject } from "../ports/store.ts";
import { checkStoredArchive, type StoredArchive } from "./check-stored-archive.ts";
import { describeFiles } from "./describe-files.ts";
import { drillSet } from "./drill-set.ts";
import { evidenceOf, type FileProof, isReadBack, notAsMade, proveFile, stillFrozen, unprovenBy } from "./prove-file.ts";
import { readWhole } from "./read-back.ts";

/** A file of a set and the object that a store has of it. */
export interface StoredFile {
  readonly file: SetFile;
  readonly object: StoredObject;
}

export interface ProofRequest {
  readonly store: Store;
  readonly set: SetName;
  readonly files: readonly StoredFile[];
  readonly content: ManifestContent;
  readonly prove: "digest" | "read" | "drill" | "none";
  /** Where a drill restores to. */
  openDrill(): Promise<RestoreTarget>;
  /** Told how many bytes are about to be read where they lie. */
  reading?(bytes: number): void;
}

/** What came of proving files. */
export interface FilesProof {
  /** Everything that doesn't fit. */
  readonly doubts: readonly ColdstoreError[];
  /** What the proof rests on; each kind once, in byte order. */
  readonly evidence: readonly Evidence[];
  /** Why not all of it can be proven now, although nothing speaks against it. */
  readonly unread?: ColdstoreError;
}

/** Confirms what a store has against what was made. */
export async function proveFiles(request: ProofRequest, io: Io): Promise<FilesProof> {
  const { store, prove, files } = request;
  if (prove === "none") return { doubts: [], evidence: [] };
  const doubts: ColdstoreError[] = [];
  request.reading?.(bytesToRead(request));
  const proofs: FileProof[] = [];
  const frozen: StoredObject[] = [];
  for (const { file, object } of files) {
    const found = await proveFile(store, { artifact: file.artifact, object, byReport: prove === "digest" }, io);
    proofs.push(found);
    if (found.kind === "doubted") doubts.push(found.error);
    // At deeper levels an archive is read, whatever is known of it already.
    if (found.kind === "frozen" || (prove !== "digest" && object.frozen)) frozen.push(object);
  }
  const proof = { doubts, evidence: evidenceOf(proofs) };
  if (doubts.length > 0) return proof;
  if (frozen.length > 0) return { ...proof, unread: stillFrozen(request, frozen) };
  if (prove === "read") return { ...proof, doubts: await proveEntries(request, io) };
  return prove === "drill" ? { ...proof, doubts: await proveByDrill(request, io) } : proof;
}

function bytesToRead({ prove, files }: ProofRequest): number {
  const byReport = prove === "digest";
  return files.reduce((sum, { file, object }) => {
    const once = isReadBack(object, byReport) ? object.bytes : 0;
    const again = prove === "read" && file.role === "archive" && !object.frozen ? object.bytes : 0;
    return sum + once + again;
  }, 0);
}

/** Brings the set back from the store before anybody is told that it is there. */
async function proveByDrill(request: ProofRequest, io: Io): Promise<readonly ColdstoreError[]> {
  const { store, set, files, content } = request;
  const artifacts = describeFiles(files.map(({ file }) => file));
  const { signal } = io;
  const source = { store, prefix: setPrefix(set), content, artifacts };
  return (await drillSet(source, { openDrill: async () => request.openDrill() }, { signal, progress: () => undefined }))
    .errors;
}

/** Confirms a manifest by its bytes. */
export async function proveManifest(
  store: Store,
  { key, artifact }: { readonly key: string; readonly artifact: Artifact },
  io: Io,
): Promise<ColdstoreError | undefined> {
  const expected = "data" in artifact.body ? artifact.body.data : undefined;
  try {
    const bytes = await readWhole(store, key, io);
    return expected !== undefined && Buffer.from(bytes).equals(expected) ? undefined : notAsMade(store, key);
  } catch (error) {
    return unprovenBy(error, { store, key }, io);
  }
}

async function proveEntries(request: ProofRequest, io: Io): Promise<readonly ColdstoreError[]> {
  const { store, files, content } = request;
  const listKey = files.find(({ file }) => file.role === "file-list")?.object.key;
  if (listKey === undefined) return [];
  const doubts: ColdstoreError[] = [];
  for (const { name, ...archive } of archivesOf(files)) {
    const { tar, prefix } = content;
    const findings = await checkStoredArchive(store, { ...archive, listKey, tar, prefix }, io);
    for (const { path, detail } of findings.slice(0, 20))
      doubts.push(new ColdstoreError("integrity", `${path ?? name} in ${store.name}: ${detail}`));
  }
  return doubts;
}

interface ProvenArchive extends Pick<StoredArchive, "file" | "format" | "blocks" | "artifact"> {
  readonly name: string;
}

/** The archives among the files; parts come in order, and the last one knows the whole. */
function archivesOf(files: readonly StoredFile[]): readonly ProvenArchive[] {
  const archives = files.filter(({ file }) => file.role === "archive");
  return [...Map.groupBy(archives, ({ file }) => file.part?.of ?? file.artifact.name)].flatMap(([name, parts]) => {
    const last = parts.at(-1)?.file;
    const whole = last?.part === undefined ? last?.artifact : last.part.whole;
    if (last === undefined || whole === undefined) return [];
    const blocks = last.part?.whole?.blocks ?? last.blocks;
    const file = parts.map(({ file: { artifact }, object: { key } }) => ({ key, bytes: artifact.bytes }));
    return [{ name, file, format: last.format ?? "tar", blocks, artifact: whole }];
  });
}
