import { asColdstoreError, ColdstoreError } from "../model/errors.ts";
import { manifestSuffix, storedFiles } from "../model/manifest.ts";
import type { Io, Store } from "../ports/store.ts";
import type { CompleteSet } from "./find-standing.ts";
import { readWhole } from "./read-back.ts";
import { parseManifest } from "./seal-manifest.ts";
import { mostSidecarBytes, parseSidecar, type Sidecar, sidecarSuffix } from "./sidecar.ts";

/** A digest that a checksum file has for a file. */
interface Checksum {
  readonly file: string;
  readonly sha256: string;
}

/** What says of a file without a manifest what it has to be: coldstore 1.x's sidecar, or a checksum. */
export type Vouched =
  | { readonly kind: "sidecar"; readonly file: string; readonly sidecar: Sidecar; readonly checksum?: Checksum }
  | ({ readonly kind: "checksum" } & Checksum);

/**
 * What lies beside a single file and vouches for it: its set's manifest, else the sidecar that coldstore 1.x made, else a line of
 * a checksum file, else nothing.
 */
export type Companions =
  | { readonly kind: "manifest"; readonly set: CompleteSet }
  | { readonly kind: "damaged"; readonly file: string; readonly error: ColdstoreError }
  | Vouched
  | { readonly kind: "none" };

/** Looks for what vouches for a file in its folder, which is opened as a store. */
export async function findCompanions(folder: Store, file: string, io: Io): Promise<Companions> {
  const names: { readonly name: string; readonly bytes: number }[] = [];
  for await (const { key, bytes } of folder.list("", io)) names.push({ name: key, bytes });
  const manifests = names.map(({ name }) => name).filter((name) => name.endsWith(manifestSuffix));
  const found = await manifestFor(folder, { file, manifests, names }, io);
  if (found !== undefined) return found;
  const checksum = await checksumFor(folder, { file, names }, io);
  const sidecar = await sidecarFor(folder, { file, names }, io);
  if (sidecar?.kind === "damaged") return sidecar;
  if (sidecar !== undefined) return { ...sidecar, ...(checksum && { checksum }) };
  return checksum === undefined ? { kind: "none" } : { kind: "checksum", ...checksum };
}

interface Beside {
  readonly file: string;
  readonly names: readonly { readonly name: string; readonly bytes: number }[];
}

interface Search extends Beside {
  readonly manifests: readonly string[];
}

async function manifestFor(folder: Store, search: Search, io: Io): Promise<Companions | undefined> {
  let damaged: Companions | undefined;
  for (const manifestName of search.manifests) {
    try {
      const manifest = parseManifest(await readWhole(folder, manifestName, io), manifestName);
      const named = new Set([manifestName, ...storedFiles(manifest).map(({ name }) => name)]);
      // The archive itself may lie beside its parts, joined.
      const isWhole = manifest.artifacts.some(({ name }) => name === search.file);
      if (!named.has(search.file) && !isWhole) continue;
      const { project, set: id } = manifest.run;
      const files = search.names.filter(({ name }) => named.has(name) || name === search.file);
      const listed = {
        name: { project, mode: manifest.content.mode, id },
        prefix: "",
        files,
        manifests: [manifestName],
      };
      return {
        kind: "manifest",
        set: { ...listed, proofs: [], frozen: false, state: "complete", manifest, manifestName },
      };
    } catch (error) {
      io.signal.throwIfAborted();
      if (isOwn(manifestName, search.file))
        damaged = { kind: "damaged", file: manifestName, error: asColdstoreError(error) };
    }
  }
  return damaged;
}

/** Whether a manifest is named as the one of this file's set would be. */
function isOwn(manifest: string, file: string): boolean {
  return manifest === file || file.startsWith(`${manifest.slice(0, -manifestSuffix.length)}.`);
}

async function sidecarFor(
  folder: Store,
  { file, names }: Beside,
  io: Io,
): Promise<Exclude<Companions, { readonly kind: "manifest" | "checksum" | "none" }> | undefined> {
  const found = names.find(({ name }) => name === file + sidecarSuffix);
  if (found === undefined) return undefined;
  try {
    if (found.bytes > mostSidecarBytes)
      throw new ColdstoreError("integrity", `${found.name} has ${found.bytes} bytes, too many for what it should be`);
    const sidecar = parseSidecar(await readWhole(folder, found.name, io), found.name);
    return sidecar && { kind: "sidecar", file: found.name, sidecar };
  } catch (error) {
    io.signal.throwIfAborted();
    return { kind: "damaged", file: found.name, error: asColdstoreError(error) };
  }
}

const mostChecksumBytes = 64 * 1024 * 1024;

/** The file's own `.sha256` comes before lists of many. */
async function checksumFor(folder: Store, { file, names }: Beside, io: Io): Promise<Checksum | undefined> {
  const own = `${file}.sha256`;
  const lists = names.filter(({ name, bytes }) => name.endsWith("SHA256SUMS") && bytes < mostChecksumBytes);
  const small = names.filter(({ name, bytes }) => name === own && bytes < mostChecksumBytes);
  for (const { name } of [...small, ...lists]) {
    const text = Buffer.from(await readWhole(folder, name, io)).toString();
    const sha256 = checksumIn(text, file) ?? (name === own ? bareChecksum(text) : undefined);
    if (sha256 !== undefined) return { file: name, sha256 };
  }
  return undefined;
}

/** The digest alone, as many releases have it. */
function bareChecksum(text: string): string | undefined {
  return /^\s*([0-9a-fA-F]{64})\s*$/.exec(text)?.[1]?.toLowerCase();
}

/** The digest that a coreutils checksum file has for a name. */
function checksumIn(text: string, file: string): string | undefined {
  for (const line of text.split(/\r?\n/)) {
    const [, sha256, name] = /^([0-9a-fA-F]{64}) [ *](.+)$/.exec(line) ?? [];
    if (name === file || name === `./${file}`) return sha256?.toLowerCase();
  }
  return undefined;
}
