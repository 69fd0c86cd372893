/** A file or folder of a remote as rclone takes it in an argument; an empty path is the root itself. */
export function remotePath(root: string, path: string): string {
  return path === "" ? root : asFolder(root) + path;
}

/**
 * A folder of a remote as rclone takes it in an argument. The slash at its end keeps rclone from taking it for a file, and from
 * asking a bucket whether it is one, which costs a call and fails where a key may only list.
 */
export function remoteFolder(root: string, folder: string): string {
  return asFolder(remotePath(root, folder));
}

/** What a path is called in its folder. */
export function leafOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** The folder that a path is in; empty for the root. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

function asFolder(root: string): string {
  return root === "" || root.endsWith(":") || root.endsWith("/") ? root : `${root}/`;
}
