import { createHash } from "node:crypto";
import { canonicalJson, readableJson } from "../model/canonical-json.ts";
import { ColdstoreError } from "../model/errors.ts";
import { manifestSchema, type Manifest, type ManifestContent } from "../model/manifest.ts";
import { assertManifestShape } from "../model/manifest-shape.ts";

/** SHA-256 of a value's canonical form, lowercase hex. */
export function canonicalSha256(value: unknown): string {
  return createHash("sha256").update(canonicalJson(value)).digest("hex");
}

export interface ManifestParts {
  readonly content: ManifestContent;
  readonly artifacts: Manifest["artifacts"];
  readonly run: Manifest["run"];
}

/** A manifest around these parts, with its digests. */
export function sealManifest({ content, artifacts, run }: ManifestParts): Manifest {
  const body = { schema: manifestSchema, content, artifacts, run, content_sha256: canonicalSha256(content) } as const;
  return { ...body, seal: canonicalSha256(body) };
}

/** The bytes of a manifest's file. */
export function serializeManifest(manifest: Manifest): Uint8Array {
  return new TextEncoder().encode(readableJson(manifest));
}

/** A manifest of a schema that this version doesn't know yet. */
export class NewerManifest extends ColdstoreError {}

/**
 * Reads a manifest and proves it: the bytes are exactly as we write them, and both digests fit. Throws `integrity` for
 * anything else, for a newer schema a `NewerManifest`. `called` is how messages name it.
 */
export function parseManifest(bytes: Uint8Array, called: string): Manifest {
  const value = parseJson(bytes, called);
  assertSchema(value["schema"], called);
  if (!isOurText(value, bytes))
    throw new ColdstoreError("integrity", `${called} was changed: its bytes aren't as Coldstore wrote them`);
  const { seal, ...body } = value;
  if (seal !== canonicalSha256(body)) throw unsealed(called);
  assertManifestShape(value, called);
  if (value.content_sha256 !== canonicalSha256(value.content)) throw unsealed(called);
  return value;
}

function unsealed(called: string): ColdstoreError {
  return new ColdstoreError("integrity", `${called} was changed: its seal doesn't fit what it says`);
}

function parseJson(bytes: Uint8Array, called: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch (cause) {
    throw new ColdstoreError("integrity", `${called} isn't a manifest: it is damaged, or not JSON`, { cause });
  }
  throw new ColdstoreError("integrity", `${called} isn't a manifest: it holds no JSON object`);
}

/** False also for what we could never have written: numbers out of range, nesting without end. */
function isOurText(value: unknown, bytes: Uint8Array): boolean {
  try {
    return Buffer.from(readableJson(value)).equals(bytes);
  } catch {
    return false;
  }
}

function assertSchema(schema: unknown, called: string): void {
  if (schema === manifestSchema) return;
  const version = typeof schema === "string" ? /^coldstore\/manifest\/(\d+)$/.exec(schema)?.[1] : undefined;
  if (version !== undefined && Number(version) > 1)
    throw new NewerManifest(
      "integrity",
      `${called} was written by a newer Coldstore (${String(schema)}); update Coldstore to read it`,
    );
  throw new ColdstoreError(
    "integrity",
    `${called} isn't a Coldstore manifest: it has no "schema": "${manifestSchema}"`,
  );
}
