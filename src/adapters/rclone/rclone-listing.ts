import { ColdstoreError } from "../../model/errors.ts";
import type { Io } from "../../ports/store.ts";
import { parseListing } from "./parse-rclone.ts";
import type { HashName, ListingNotes, RemoteFile } from "./rclone.ts";
import type { RcloneCommand, RcloneEvent, RcloneProcess } from "./rclone-process.ts";
import { leafOf, remoteFolder } from "./remote-path.ts";

interface Listed {
  readonly name: string;
  readonly root: string;
  readonly hashes: readonly HashName[];
}

/** All files under a folder. One listing of all a bucket's keys costs less than one a folder, and their times are the bucket's. */
export async function listFiles(
  process: RcloneProcess,
  asked: Listed & { readonly folder: string; readonly notes?: ListingNotes | undefined },
  io: Io,
): Promise<readonly RemoteFile[]> {
  const { name, root, folder, hashes, notes } = asked;
  const command: RcloneCommand = {
    args: [...listing(hashes), "--fast-list", ...(notes ? [] : ["--files-only"]), remoteFolder(root, folder)],
    accept: [1, 3],
    ...(notes && { onEvent: (event) => tellPassedOver(event, notes) }),
  };
  const end = await process.run(command, io);
  const isFolder = end.code !== 3 && !end.errors.some(({ message }) => /not a directory\b/iu.test(message));
  if (!isFolder) throw noFolder(folder === "" ? name : `${folder} in ${name}`, process.errorOf(command, end));
  if (end.code !== 0) throw process.errorOf(command, end);
  const { files, folders } = parseListing(name, end.stdout);
  for (const path of folders) notes?.folder(path);
  const found = (await isFile(process, asked, files, io)) ? [] : files;
  return folder === "" ? found : found.map((file) => ({ ...file, path: `${folder}/${file.path}` }));
}

/** Rejects when the root isn't there, or can't be listed. */
export async function lookAtRoot(
  process: RcloneProcess,
  { name, root }: Pick<Listed, "name" | "root">,
  io: Io,
): Promise<void> {
  const command = { args: ["lsjson", "--no-mimetype", "--no-modtime", remoteFolder(root, "")], accept: [3] };
  const end = await process.run(command, io);
  if (end.code !== 0) throw noFolder(name, process.errorOf(command, end));
}

function noFolder(where: string, cause: Error): ColdstoreError {
  return new ColdstoreError("not-found", `there is no ${where}. Look at its name, and whether it was made.`, { cause });
}

/** Those of the files that are there. */
export async function findFiles(
  process: RcloneProcess,
  { name, root, paths, hashes }: Listed & { readonly paths: readonly string[] },
  io: Io,
): Promise<readonly RemoteFile[]> {
  const errors: RcloneEvent[] = [];
  const command: RcloneCommand = {
    args: [...listing(hashes), "--files-only", "--no-traverse", remoteFolder(root, "")],
    files: paths,
    accept: [1, 3, 5, 6],
    onEvent: (event) => (event.level === "error" || event.level === "critical" ? errors.push(event) : undefined),
  };
  const end = await process.run(command, io);
  // What rclone reports of single paths leaves the others as told.
  const unknown = errors.filter((error) => !saysNoFile(error));
  if (end.code !== 0 && (errors.length === 0 || unknown.length > 0))
    throw process.errorOf(command, { ...end, errors: unknown });
  return parseListing(name, end.stdout).files;
}

/** Some remotes list a file that is named as a folder: itself. */
async function isFile(
  process: RcloneProcess,
  asked: Listed & { readonly folder: string },
  files: readonly RemoteFile[],
  io: Io,
): Promise<boolean> {
  const [only, second] = files;
  if (asked.folder === "" || second !== undefined || only?.path !== leafOf(asked.folder)) return false;
  const inside = `${asked.folder}/${only.path}`;
  const found = await findFiles(process, { ...asked, paths: [asked.folder, inside], hashes: [] }, io);
  return !found.some(({ path }) => path === inside);
}

function listing(hashes: readonly HashName[]): readonly string[] {
  const wanted = hashes.length > 0 ? ["--hash", ...hashes.map((hash) => `--hash-type=${hash}`)] : [];
  return ["lsjson", "-R", "--no-mimetype", "--use-server-modtime", ...wanted];
}

/** That a folder has the name, a file is where its folder should be, or no file could have it, means that there is no such file. */
function saysNoFile({ object, message }: RcloneEvent): boolean {
  return object !== undefined && /is a directory not a file|not a directory|file name too long/u.test(message);
}

function tellPassedOver({ object, level, message }: RcloneEvent, notes: ListingNotes): void {
  if (object !== undefined && level !== "debug" && /symlink|non-regular|Can't transfer|Can't follow/iu.test(message))
    notes.passedOver(object, /symlink/iu.test(message) ? "link" : "no file");
}
