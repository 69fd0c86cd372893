import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openFolderDisk } from "../../src/adapters/local/folder-disk.ts";
import type { FolderUnderTest } from "../contracts/folder-contract.ts";

export interface LocalFolder extends FolderUnderTest, Disposable {
  readonly path: string;
}

/** An empty folder in the system's temporary one. */
export function localFolder(): LocalFolder {
  const path = realpathSync(mkdtempSync(join(tmpdir(), "coldstore-folder-")));
  const at = (inner: string): Buffer => Buffer.from(`${path}/${inner}`, "latin1");
  const folder = (inner: string): void => void mkdirSync(at(inner), { recursive: true });
  const makeWay = (inner: string): void => folder(inner.split("/").slice(0, -1).join("/"));
  const remove = (inner: string): void => rmSync(at(inner), { recursive: true, force: true });
  const dispose = (): void => rmSync(path, { recursive: true, force: true });
  return {
    path,
    root: path,
    disk: openFolderDisk(path),
    write: (inner, content, as = {}) => {
      makeWay(inner);
      writeFileSync(at(inner), content);
      chmodSync(at(inner), as.executable === true ? 0o755 : 0o644);
      // A number below zero would mean now.
      const time = new Date((as.mtime ?? 0) * 1000);
      if (as.mtime !== undefined) utimesSync(at(inner), time, time);
    },
    link: (inner, target) => {
      makeWay(inner);
      remove(inner);
      symlinkSync(Buffer.from(target, "latin1"), at(inner));
    },
    folder,
    remove,
    move: (from, to) => renameSync(at(from), at(to)),
    [Symbol.dispose]: dispose,
    [Symbol.asyncDispose]: async () => dispose(),
  };
}
