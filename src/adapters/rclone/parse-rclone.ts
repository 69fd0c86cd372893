import { ColdstoreError } from "../../model/errors.ts";
import type { HashName, RemoteFeatures, RemoteFile } from "./rclone.ts";

/** What a listing has: files, and paths of folders if they were asked for. */
export interface RemoteListing {
  readonly files: readonly RemoteFile[];
  readonly folders: readonly string[];
}

interface ListedItem {
  readonly Path: string;
  readonly Size: number;
  readonly ModTime?: string;
  readonly IsDir: boolean;
  readonly Tier?: string;
  readonly Hashes?: Readonly<Record<string, string>>;
}

/** Reads what `rclone lsjson` wrote; throws a `store` error, worth another try, for a list that breaks off. */
export function parseListing(name: string, output: Buffer): RemoteListing {
  const items = parse(name, output);
  if (!Array.isArray(items) || !items.every(isItem)) throw unreadable(name);
  return {
    files: items.filter((item) => !item.IsDir).map(fileOf),
    folders: items.filter((item) => item.IsDir).map((item) => item.Path),
  };
}

/** Reads what `rclone backend features` wrote. */
export function parseFeatures(name: string, output: Buffer): RemoteFeatures {
  const told = parse(name, output);
  if (!isRecord(told) || !isRecord(told["Features"])) throw unreadable(name);
  const features = told["Features"];
  const has = (feature: string): boolean => features[feature] === true;
  const hashes: readonly unknown[] = Array.isArray(told["Hashes"]) ? told["Hashes"] : [];
  return {
    hashes: hashes.filter((hash): hash is HashName => typeof hash === "string"),
    slowHash: has("SlowHash"),
    bucketBased: has("BucketBased"),
    partialUploads: has("PartialUploads"),
    about: has("About"),
    serverSideCopy: has("Copy"),
    serverSideMove: has("Move"),
    folders: has("CanHaveEmptyDirectories"),
    overlay: has("Overlay"),
    duplicateFiles: has("DuplicateFiles"),
    caseInsensitive: has("CaseInsensitive"),
    tiers: has("SetTier"),
    partsByOption: name.includes("upload_cutoff"),
  };
}

/** Bytes free by `rclone about --json`; undefined where it doesn't say. */
export function parseFree(name: string, output: Buffer): number | undefined {
  const told = parse(name, output);
  const free = isRecord(told) ? told["free"] : undefined;
  return typeof free === "number" && free >= 0 ? free : undefined;
}

function parse(name: string, output: Buffer): unknown {
  try {
    return JSON.parse(output.toString("utf8")) as unknown;
  } catch (cause) {
    throw unreadable(name, cause);
  }
}

function unreadable(name: string, cause?: unknown): ColdstoreError {
  return new ColdstoreError("store", `what rclone told of ${name} breaks off or isn't what it should be; run again`, {
    cause,
    transient: true,
  });
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isItem(value: unknown): value is ListedItem {
  return (
    isRecord(value) &&
    typeof value["Path"] === "string" &&
    typeof value["Size"] === "number" &&
    typeof value["IsDir"] === "boolean"
  );
}

function fileOf({ Path, Size, ModTime, Tier, Hashes }: ListedItem): RemoteFile {
  const modified = ModTime ? new Date(ModTime) : undefined;
  const hashes = Object.entries(Hashes ?? {}).filter(([, value]) => value !== "");
  return {
    path: Path,
    bytes: Size,
    ...(modified !== undefined && !Number.isNaN(modified.getTime()) && { modified }),
    ...(Tier && { tier: Tier }),
    hashes: Object.fromEntries(hashes.map(([kind, value]) => [kind, value.toLowerCase()])),
  };
}
