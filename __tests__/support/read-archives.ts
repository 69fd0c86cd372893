import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { lstatSync, mkdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { pathsBelow } from "./rich-tree.ts";

/** What a program makes of one entry. Permissions are octal; `content` is what a link leads to, or a file's SHA-256. */
export interface Seen {
  /** A folder's has a slash behind it. */
  readonly name: string;
  readonly mode: string;
  readonly size: number;
  readonly mtime: number;
  readonly content: string;
}

const environment = { PATH: process.env["PATH"], TZ: "UTC", LC_ALL: "C.UTF-8" };

/** Runs a line of bash; `$1`, `$2`, … are the arguments. Gives what it says on standard output. */
export function bash(line: string, ...args: readonly string[]): string {
  return execFileSync("bash", ["-euo", "pipefail", "-c", `umask 0; ${line}`, "bash", ...args], {
    env: environment,
    maxBuffer: 1 << 28,
    stdio: ["ignore", "pipe", "pipe"],
  }).toString();
}

/** Unpacks with a line of bash, in which `$1` is the archive, into the new folder `into`; gives what lies there then. */
export function unpacked(line: string, archive: string, into: string): Seen[] {
  mkdirSync(into);
  bash(`cd "$2"; ${line}`, archive, into);
  return seenBelow(into);
}

/** Everything in a folder. */
export function seenBelow(folder: string): Seen[] {
  return pathsBelow(folder).map((name) => {
    const path = join(folder, name.replace(/\/$/, ""));
    const stat = lstatSync(path);
    const link = stat.isSymbolicLink() ? readlinkSync(path) : undefined;
    return {
      name,
      mode: (stat.mode & 0o7777).toString(8),
      size: stat.isFile() ? stat.size : 0,
      mtime: Math.floor(stat.mtimeMs / 1000),
      content: link ?? (stat.isFile() ? sha256(readFileSync(path)) : ""),
    };
  });
}

function sha256(data: Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

const tarScript = `
import sys, tarfile, json, hashlib
with tarfile.open(sys.argv[1], encoding="utf-8", errors="strict") as tar:
    print(json.dumps([dict(name=m.name + "/" * m.isdir(), mode="%o" % m.mode, size=m.size, mtime=int(m.mtime),
        content=m.linkname or (hashlib.sha256(tar.extractfile(m).read()).hexdigest() if m.isfile() else "")) for m in tar]))
`;

const zipScript = `
import sys, zipfile, json, hashlib, calendar, stat
with zipfile.ZipFile(sys.argv[1]) as z:
    assert z.testzip() is None
    def seen(i):
        mode, data = i.external_attr >> 16, z.read(i)
        link = stat.S_ISLNK(mode)
        assert link or (stat.S_ISDIR(mode) if i.is_dir() else stat.S_ISREG(mode))
        return dict(name=i.filename, mode="%o" % stat.S_IMODE(mode), size=0 if link else i.file_size,
            mtime=calendar.timegm(i.date_time + (0, 0, 0)),
            content=data.decode() if link else "" if i.is_dir() else hashlib.sha256(data).hexdigest())
    print(json.dumps([seen(i) for i in z.infolist()]))
`;

/** The entries of a tar, also a compressed one, or of a zip, as Python reads them; sorted. */
export function seenByPython(kind: "tar" | "zip", archive: string): Seen[] {
  const script = kind === "tar" ? tarScript : zipScript;
  const seen = JSON.parse(bash('python3 -c "$1" "$2"', script, archive)) as Seen[];
  return seen.sort(byName);
}

/** The entries of a zip as zipinfo lists them, without what links lead to and without digests; sorted. */
export function seenByZipinfo(archive: string): Omit<Seen, "content">[] {
  const lines = bash('zipinfo -lT -h -t "$1" | sed -n "/^[-dl]/p"', archive).trimEnd().split("\n");
  return lines.map(entryOfLine).sort(byName);
}

const line = /^([-dl])([rwx-]{9}) +\S+ \S+ +(\d+) \S+ +\d+ \S+ (\d{4})(\d\d)(\d\d)\.(\d\d)(\d\d)(\d\d) (.*)$/;

function entryOfLine(text: string): Omit<Seen, "content"> {
  const [, type, letters = "", size, year, month, day, hour, minute, second, name = ""] = line.exec(text) ?? [];
  const bits = letters.replaceAll("-", "0").replaceAll(/[^0]/g, "1");
  return {
    name,
    mode: Number.parseInt(bits, 2).toString(8),
    size: type === "-" ? Number(size) : 0,
    mtime: Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second)) / 1000,
  };
}

export function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : 1;
}
