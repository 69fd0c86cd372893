import { createHash } from "node:crypto";
import type { ArchiveSet, ListedSet } from "../model/archive-set.ts";
import { ColdstoreError } from "../model/errors.ts";
import { manifestSuffix } from "../model/manifest.ts";
import { setText } from "../model/set-name.ts";
import type { Io, Store } from "../ports/store.ts";
import { readWhole } from "./read-back.ts";
import { serializeManifest } from "./seal-manifest.ts";
import { smallArtifact } from "./small-artifact.ts";

/** The right to replace one manifest, held by the run that created the copy of it. */
export interface Claim {
  /** File name of the copy, beside the set's files. */
  readonly name: string;
  /** What the names of all copies of this manifest begin with. */
  readonly stem: string;
  readonly number: number;
}

/**
 * Keeps the manifest of a set that is about to be replaced, byte for byte as `NAME.replaced-<16 digits of its SHA-256>.json`
 * beside it. All runs call it the same, so that one of them creates it; the others get undefined. A copy that `set` lists
 * already, as the run found it when it began, is of a run that broke: the next one is `…-2.json`, and so on.
 */
export async function keepOldManifest(store: Store, set: ArchiveSet, io: Io): Promise<Claim | undefined> {
  const [manifest = ""] = set.manifests;
  const bytes =
    set.state === "complete" ? serializeManifest(set.manifest) : await readWhole(store, set.prefix + manifest, io);
  const digest = createHash("sha256").update(bytes).digest("hex").slice(0, 16);
  const claim = nextClaim(set, `${manifest.slice(0, -manifestSuffix.length)}.replaced-${digest}`);
  const put = { key: set.prefix + claim.name, artifact: smallArtifact(claim.name, bytes) };
  for await (const end of store.put([put], io)) {
    if (end.outcome === "failed") throw end.error;
    if (end.outcome === "different") throw notTheOld(store, set, claim);
    if (end.outcome === "same") return undefined;
  }
  await store.settle(io);
  return claim;
}

/** Whether a file is called as kept manifests are. */
export function isKeptManifest(name: string): boolean {
  return /\.replaced-[0-9a-f]{16}(-\d+)?\.json$/.test(name);
}

/** Whether another run has taken this claim's holder for broken, and goes on in its place. */
export function isOvertaken({ stem, number }: Claim, { files }: ListedSet): boolean {
  return files.some(({ name }) => name.startsWith(`${stem}-`) && Number.parseInt(name.slice(stem.length + 1)) > number);
}

function nextClaim({ files }: ListedSet, stem: string): Claim {
  const taken = new Set(files.map(({ name }) => name));
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? `${stem}.json` : `${stem}-${number}.json`;
    if (!taken.has(name)) return { name, stem, number };
  }
}

function notTheOld(store: Store, { name }: ListedSet, claim: Claim): ColdstoreError {
  return new ColdstoreError(
    "conflict",
    `${setText(name)} in ${store.name} has other bytes as ${claim.name}, where its old manifest is to be kept; run again`,
  );
}
