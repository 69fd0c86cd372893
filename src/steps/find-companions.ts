import { asColdstoreError, type ColdstoreError } from "../model/errors.ts";
import { manifestSuffix, storedFiles } from "../model/manifest.ts";
import type { Io, Store } from "../ports/store.ts";
import type { CompleteSet } from "./find-standing.ts";
import { readWhole } from "./read-back.ts";
import { parseManifest } from "./seal-manifest.ts";

/** What lies beside a single file and vouches for it: its set's manifest, else a line of a checksum file, else nothing. */
export type Companions =
  | { readonly kind: "manifest"; readonly set: CompleteSet }
  | { readonly kind: "damaged"; readonly file: string; readonly error: ColdstoreError }
  | { readonly kind: "checksum"; readonly file: string; readonly sha256: string }
  | { readonly kind: "none" };

/** Looks for what vouches for a file in its folder, which is opened as a store. */
export async function findCompanions(folder: Store, file: string, io: Io): Promise<Companions> {
  const names: { readonly name: string; readonly bytes: number }[] = [];
  for await (const { key, bytes } of folder.list("", io)) names.push({ name: key, bytes });
  const manifests = names.map(({ name }) => name).filter((name) => name.endsWith(manifestSuffix));
  const found = await manifestFor(folder, { file, manifests, names }, io);
  if (found !== undefined) return found;
  for (const { name } of names.filter((each) => each.name.endsWith("SHA256SUMS") && each.bytes < 64 << 20)) {
    const sha256 = checksumIn(Buffer.from(await readWhole(folder, name, io)).toString(), file);
    if (sha256 !== undefined) return { kind: "checksum", file: name, sha256 };
  }
  return { kind: "none" };
}

interface Search {
  readonly file: string;
  readonly manifests: readonly string[];
  readonly names: readonly { readonly name: string; readonly bytes: number }[];
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

/** The digest that a coreutils checksum file has for a name. */
function checksumIn(text: string, file: string): string | undefined {
  for (const line of text.split(/\r?\n/)) {
    const [, sha256, name] = /^([0-9a-fA-F]{64}) [ *](.+)$/.exec(line) ?? [];
    if (name === file || name === `./${file}`) return sha256?.toLowerCase();
  }
  return undefined;
}
