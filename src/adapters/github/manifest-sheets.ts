import { ColdstoreError } from "../../model/errors.ts";
import type { Asset, CallIo, ReleaseApi } from "./release-api.ts";
import { keyText, parseReleaseKey } from "./release-keys.ts";

/** What a manifest says of the place of its set's files; whether it can be trusted is for its reader to find out. */
export interface ManifestSheet {
  readonly project: string;
  readonly mode: string;
  readonly id: string;
  /** Files that are the set's, or of an earlier state of it. */
  readonly files: ReadonlySet<string>;
  /** Those of them that lie beside what the manifest describes. */
  readonly superseded?: ReadonlySet<string>;
}

const mostBytes = 64 * 1024 * 1024;
const keptBytes = 8 * 1024 * 1024;
const keptSheets = 5000;

/** Reads manifests among assets, each one once: the bytes of an asset never change. */
export class ManifestSheets {
  readonly #api: ReleaseApi;
  readonly #sheets = new Map<number, ManifestSheet | undefined>();
  readonly #bytes = new Map<number, Buffer>();
  #kept = 0;

  constructor(api: ReleaseApi) {
    this.#api = api;
  }

  /** Undefined for what is no manifest, or went away meanwhile. */
  async sheetOf(asset: Asset, io: CallIo): Promise<ManifestSheet | undefined> {
    if (this.#sheets.has(asset.id) || asset.bytes > mostBytes) return this.#sheets.get(asset.id);
    try {
      const bytes = await this.#download(asset, io);
      const sheet = parseSheet(bytes);
      if (this.#sheets.size >= keptSheets) this.#sheets.clear();
      this.#sheets.set(asset.id, sheet);
      this.#keep(asset.id, bytes);
      return sheet;
    } catch (error) {
      if (error instanceof ColdstoreError && error.failure === "not-found") return undefined;
      throw error;
    }
  }

  /** The bytes of an asset that was read as a manifest a while ago, if they're still kept. */
  bytesOf(asset: number): Buffer | undefined {
    return this.#bytes.get(asset);
  }

  async #download(asset: Asset, io: CallIo): Promise<Buffer> {
    const stream = await this.#api.download(asset.id, undefined, { signal: io.signal });
    return Buffer.concat((await Array.fromAsync(stream)) as Uint8Array[]);
  }

  #keep(id: number, bytes: Buffer): void {
    if (bytes.length > keptBytes) return;
    this.#bytes.set(id, bytes);
    this.#kept += bytes.length;
    for (const [oldest, { length }] of this.#bytes) {
      if (this.#kept <= keptBytes) return;
      this.#bytes.delete(oldest);
      this.#kept -= length;
    }
  }
}

/** Reads of a manifest what must be known to find its files; undefined when it doesn't say so, or names what no key can. */
export function parseSheet(bytes: Uint8Array): ManifestSheet | undefined {
  try {
    const { content, run, artifacts } = JSON.parse(new TextDecoder().decode(bytes)) as Loose;
    const names = [artifacts ?? []].flat().flatMap(namesOf);
    const texts = [run?.project, content?.mode, run?.set].filter((each) => typeof each === "string");
    const [project, mode, id] = texts;
    if (project === undefined || mode === undefined || id === undefined) return undefined;
    if (parseReleaseKey(keyText({ project, mode, id, file: "any" })) === undefined) return undefined;
    const superseded = new Set(textsAmong(run?.superseded));
    return { project, mode, id, files: new Set([...names, ...superseded]), superseded };
  } catch {
    return undefined;
  }
}

interface Loose {
  readonly content?: { readonly mode?: unknown };
  readonly run?: { readonly project?: unknown; readonly set?: unknown; readonly superseded?: unknown };
  readonly artifacts?: unknown;
}

function namesOf(artifact: unknown): readonly string[] {
  if (typeof artifact !== "object" || artifact === null) return [];
  const { name, parts } = artifact as { readonly name?: unknown; readonly parts?: unknown };
  return parts === undefined ? textsAmong([name]) : [parts].flat().flatMap(namesOf);
}

function textsAmong(values: unknown): readonly string[] {
  return [values].flat().filter((each) => typeof each === "string");
}
