import { createHash } from "node:crypto";
import {
  copyFileSync,
  createReadStream,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  type ReadStream,
  readFileSync,
  rmdirSync,
  rmSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import type {
  Copied,
  CopyFault,
  HashName,
  Rclone,
  RemoteFeatures,
  RemoteFile,
} from "../../src/adapters/rclone/rclone.ts";
import { ColdstoreError } from "../../src/model/errors.ts";

export interface FolderRcloneOptions {
  /** Kinds of digest that it reports: md5, sha1, sha256, or others, of which it makes something of its own. */
  readonly hashes?: readonly HashName[];
  /** A digest costs reading the file. */
  readonly slowHash?: boolean;
  /** What it lists in place of the digest that a file has. */
  readonly lies?: Readonly<Record<string, string>>;
  /** Called before files are copied out or given by `cat`, with their paths. */
  readonly onFetch?: (paths: readonly string[], by: "copyOut" | "cat") => void | Promise<void>;
  /** Files that can't be fetched. */
  readonly fails?: (path: string, by: "copyOut" | "cat") => Error | undefined;
}

/** An rclone whose remote is a folder here, without a process. Calls are counted, and what they fetched. */
export interface FolderRclone extends Rclone {
  readonly calls: Record<string, number>;
  readonly fetched: string[];
  /** Files whose digests were asked for. */
  readonly hashed: string[];
  /** Bytes that `cat` has read. */
  bytesGiven(): number;
}

const plainFeatures: Omit<RemoteFeatures, "hashes" | "slowHash"> = {
  bucketBased: false,
  partialUploads: false,
  about: false,
  serverSideCopy: false,
  serverSideMove: false,
  folders: true,
  overlay: false,
  duplicateFiles: false,
  caseInsensitive: false,
  tiers: false,
  partsByOption: false,
};

export function folderRclone(root: string, options: FolderRcloneOptions = {}): FolderRclone {
  const { hashes: offered = ["md5", "sha256"], lies = {}, onFetch, fails, slowHash = false } = options;
  const calls: Record<string, number> = {};
  const fetched: string[] = [];
  const hashed: string[] = [];
  const streams: ReadStream[] = [];
  const count = (name: string): void => {
    calls[name] = (calls[name] ?? 0) + 1;
  };
  const full = (path: string): string => join(root, path);
  const fileAt = (path: string, hashes: readonly HashName[]): RemoteFile | undefined => {
    const stat = lstatSync(full(path), { throwIfNoEntry: false });
    if (stat?.isFile() !== true) return undefined;
    const kinds = hashes.filter((hash) => offered.includes(hash));
    if (kinds.length > 0) hashed.push(path);
    const made = kinds.map((hash) => [hash, lies[path] ?? digest(hash, readFileSync(full(path)))] as const);
    return { path, bytes: stat.size, modified: stat.mtime, hashes: Object.fromEntries(made) };
  };
  const copy = async (from: string, to: string, paths: readonly string[]): Promise<Copied> => {
    const faults: CopyFault[] = [];
    const copied = new Set<string>();
    for (const path of paths) {
      const error = fails?.(path, "copyOut");
      if (error !== undefined) faults.push({ path, error });
      // rclone says nothing of files on a list that aren't there.
      else if (existsSync(join(from, path))) {
        mkdirSync(dirname(join(to, path)), { recursive: true });
        copyFileSync(join(from, path), join(to, path));
        copied.add(path);
      }
    }
    return { faults, copied };
  };
  return {
    name: "fake:folder",
    calls,
    fetched,
    hashed,
    bytesGiven: () => streams.reduce((sum, stream) => sum + stream.bytesRead, 0),
    features: async () => ({ ...plainFeatures, slowHash, hashes: offered }),
    lookAt: async () => undefined,
    async list(folder, hashes, _io, notes) {
      count("list");
      if (!existsSync(full(folder))) throw new ColdstoreError("not-found", `there is no ${folder || "fake:folder"}`);
      const found = readdirSync(full(folder), { recursive: true, withFileTypes: true });
      return found.flatMap((entry) => {
        const path = join(entry.parentPath, entry.name).slice(root.length + 1);
        if (entry.isDirectory()) notes?.folder(path);
        else if (!entry.isFile()) notes?.passedOver(path, entry.isSymbolicLink() ? "link" : "no file");
        return fileAt(path, hashes) ?? [];
      });
    },
    async stat(path, hashes) {
      count("stat");
      return fileAt(path, hashes);
    },
    async find(paths, hashes) {
      count("find");
      return paths.flatMap((path) => fileAt(path, hashes) ?? []);
    },
    copyIn: async ({ folder, paths }) => copy(folder, root, paths),
    async copyOut({ folder, paths }, { signal }) {
      count("copyOut");
      await onFetch?.(paths, "copyOut");
      signal.throwIfAborted();
      fetched.push(...paths);
      return (await copy(root, folder, paths)).faults;
    },
    copyAcross: async ({ paths }) => ({
      faults: paths.map((path) => ({ path, error: new Error("no") })),
      copied: new Set(),
    }),
    async cat(path, range) {
      count("cat");
      await onFetch?.([path], "cat");
      const error = fails?.(path, "cat");
      if (error !== undefined) throw error;
      fetched.push(path);
      if (!existsSync(full(path))) throw new ColdstoreError("not-found", `there is no ${path} in fake:folder`);
      if (range?.start === range?.end && range !== undefined) return Readable.from([]);
      const stream = createReadStream(full(path), range && { start: range.start, end: range.end - 1 });
      streams.push(stream);
      return stream;
    },
    async remove(path) {
      const was = existsSync(full(path));
      rmSync(full(path), { force: true });
      return was ? "removed" : "absent";
    },
    async removeFolder(path) {
      rmdirSync(full(path));
      return true;
    },
    overwrite: async (path, file) => cpSync(file, full(path)),
    free: async () => undefined,
    async hashLocal(folder, paths, name) {
      count("hashLocal");
      return new Map(paths.map((path) => [path, digest(name, readFileSync(join(folder, path)))]));
    },
  };
}

function digest(name: HashName, data: Uint8Array): string {
  const own = ["md5", "sha1", "sha256"].includes(name);
  return own ? createHash(name).update(data).digest("hex") : `${name}-${data.length}`;
}
