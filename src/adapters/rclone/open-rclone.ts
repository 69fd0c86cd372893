import { randomBytes } from "node:crypto";
import type { Readable } from "node:stream";
import type { ByteRange, Io } from "../../ports/store.ts";
import { runCopy } from "./copy-watch.ts";
import { onePartBytes } from "./proof-hash.ts";
import { parseFeatures, parseFree } from "./parse-rclone.ts";
import type {
  Copied,
  CopyFault,
  CopyIn,
  HashName,
  ListingNotes,
  Rclone,
  RemoteFeatures,
  RemoteFile,
} from "./rclone.ts";
import { findFiles, listFiles, lookAtRoot } from "./rclone-listing.ts";
import type { RcloneCommand, RcloneProcess, Remote } from "./rclone-process.ts";
import { remoteFolder, remotePath } from "./remote-path.ts";
import { storageClassFlags } from "./storage-class.ts";

/** rclone's commands on the folder that a remote names. */
export function openRclone(process: RcloneProcess, remote: Remote): Rclone {
  return new RcloneCommands(process, remote);
}

/** Whether one rclone reaches both: they have one configuration. */
export function shareConfig(one: Rclone, other: Rclone): boolean {
  if (!(one instanceof RcloneCommands && other instanceof RcloneCommands)) return false;
  return one.configKey === other.configKey;
}

// An upload needn't ask for a bucket that preflight has seen, which keys that may only write can't.
const noBucketChecks = [
  "--s3-no-check-bucket",
  "--gcs-no-check-bucket",
  "--oos-no-check-bucket",
  "--azureblob-no-check-container",
];

/** What goes up by one request has a digest that the server itself made. */
const byOneRequest = ["s3", "oos", "b2"].map((kind) => `--${kind}-upload-cutoff=${onePartBytes}B`);

/** Each file alone is looked for at the far end, and has the time of its coming there. */
const exactly = ["--no-traverse", "--no-update-dir-modtime", "--local-no-set-modtime", "--sftp-set-modtime=false"];

// Without --checksum a difference in time alone would be one in content.
const neverOver = ["--immutable", "--checksum"];

class RcloneCommands implements Rclone {
  readonly name: string;
  readonly configKey: string;
  readonly root: string;
  readonly #process: RcloneProcess;
  #features: Promise<RemoteFeatures> | undefined;

  constructor(process: RcloneProcess, remote: Remote) {
    this.name = remote.name;
    this.root = remote.root;
    this.configKey = JSON.stringify([remote.config, remote.args]);
    this.#process = process;
  }

  async features(io: Io): Promise<RemoteFeatures> {
    this.#features ??= this.#askFeatures(io);
    try {
      return await this.#features;
    } catch (error) {
      this.#features = undefined;
      throw error;
    }
  }

  async lookAt(io: Io): Promise<void> {
    await lookAtRoot(this.#process, this, io);
  }

  async list(
    folder: string,
    hashes: readonly HashName[],
    io: Io,
    notes?: ListingNotes,
  ): Promise<readonly RemoteFile[]> {
    return listFiles(this.#process, { name: this.name, root: this.root, folder, hashes, notes }, io);
  }

  async stat(path: string, hashes: readonly HashName[], io: Io): Promise<RemoteFile | undefined> {
    return (await this.find([path], hashes, io))[0];
  }

  async find(paths: readonly string[], hashes: readonly HashName[], io: Io): Promise<readonly RemoteFile[]> {
    if (paths.length === 0) return [];
    return findFiles(this.#process, { name: this.name, root: this.root, paths, hashes }, io);
  }

  async copyIn({ folder, paths, storageClass }: CopyIn, io: Io): Promise<Copied> {
    const flags = [...exactly, ...neverOver, ...noBucketChecks, ...byOneRequest, ...storageClassFlags(storageClass)];
    const args = ["copy", ...flags, "--copy-links", folder, remoteFolder(this.root, "")];
    return runCopy(this.#process, { args, files: paths, ifKilled: await this.#whatKillsLeave() }, io);
  }

  async copyOut(
    { folder, paths }: { readonly folder: string; readonly paths: readonly string[] },
    io: Io,
  ): Promise<readonly CopyFault[]> {
    const args = ["copy", ...exactly, remoteFolder(this.root, ""), folder];
    return (await runCopy(this.#process, { args, files: paths }, io)).faults;
  }

  async copyAcross({ rclone, paths, storageClass }: Parameters<Rclone["copyAcross"]>[0], io: Io): Promise<Copied> {
    if (!(rclone instanceof RcloneCommands)) throw new TypeError("a remote that another rclone reaches");
    const between = [remoteFolder(rclone.root, ""), remoteFolder(this.root, "")];
    const safe = [...exactly, ...neverOver, ...noBucketChecks, ...byOneRequest];
    const flags = ["--server-side-across-configs", ...safe, ...storageClassFlags(storageClass)];
    const command = { args: ["copy", ...flags, ...between], files: paths, ifKilled: await this.#whatKillsLeave() };
    return runCopy(this.#process, command, io);
  }

  async cat(path: string, range: ByteRange | undefined, io: Io): Promise<Readable> {
    const part = range && [`--offset=${range.start}`, `--count=${range.end - range.start}`];
    // By its name alone: of a folder `cat` would give all that is in it.
    // A file on this machine that was replaced meanwhile is read on as it was.
    const args = ["cat", "--no-traverse", "--local-no-check-updated", ...(part ?? []), remoteFolder(this.root, "")];
    return this.#process.stream({ args, files: [path] }, io);
  }

  async remove(path: string, io: Io): Promise<"removed" | "absent"> {
    const command = { args: ["deletefile", remotePath(this.root, path)], accept: [3, 4] };
    return (await this.#process.run(command, io)).code === 0 ? "removed" : "absent";
  }

  async removeFolder(path: string, io: Io): Promise<boolean> {
    const command = { args: ["rmdir", remoteFolder(this.root, path)], accept: [1, 3, 5, 6] };
    return (await this.#process.run(command, io)).code === 0;
  }

  async overwrite(path: string, file: string, io: Io): Promise<void> {
    const { bucketBased, partialUploads, serverSideMove } = await this.features(io);
    if (bucketBased || partialUploads || !serverSideMove) return this.#upload(file, path, io);
    const beside = `${path}.${randomBytes(4).toString("hex")}.partial`;
    try {
      await this.#upload(file, beside, io);
      await this.#run(["moveto", ...exactly, remotePath(this.root, beside), remotePath(this.root, path)], io);
    } catch (error) {
      if (!io.signal.aborted) await this.remove(beside, io).catch(() => undefined);
      throw error;
    }
  }

  async free(io: Io): Promise<number | undefined> {
    if (!(await this.features(io)).about) return undefined;
    return parseFree(this.name, await this.#run(["about", "--json", remoteFolder(this.root, "")], io));
  }

  async hashLocal(
    folder: string,
    paths: readonly string[],
    name: HashName,
    io: Io,
  ): Promise<ReadonlyMap<string, string>> {
    const args = ["hashsum", name, "--no-traverse", "--copy-links", folder];
    const { stdout } = await this.#process.run({ args, files: paths, quiet: true }, io);
    const lines = stdout.toString("utf8").split("\n");
    return new Map(
      lines.flatMap((line): [string, string][] => {
        const [, digest, path] = /^([0-9A-Za-z+/=_-]+) {2}(.+)$/u.exec(line) ?? [];
        return digest === undefined || path === undefined ? [] : [[path, digest.toLowerCase()]];
      }),
    );
  }

  /** Where files get their names only when they are whole, as far as is known by now. */
  async #whatKillsLeave(): Promise<string | undefined> {
    const features = await this.#features?.catch(() => undefined);
    if (features === undefined || features.bucketBased || !features.partialUploads) return undefined;
    return (
      `rclone took too long to end and was killed, and may have left a file that ends in .partial in ${this.name}: no run ` +
      "takes it for a stored one, and one that stores beside it when it's a day old removes it"
    );
  }

  async #upload(file: string, path: string, io: Io): Promise<void> {
    // Equal sizes and times mustn't make it a copy already made.
    const flags = [...exactly, ...noBucketChecks, ...byOneRequest, "--ignore-times", "--copy-links"];
    await this.#run(["copyto", ...flags, file, remotePath(this.root, path)], io);
  }

  async #askFeatures(io: Io): Promise<RemoteFeatures> {
    return parseFeatures(this.name, await this.#run(["backend", "features", remoteFolder(this.root, "")], io));
  }

  async #run(args: RcloneCommand["args"], io: Io): Promise<Buffer> {
    return (await this.#process.run({ args }, io)).stdout;
  }
}
