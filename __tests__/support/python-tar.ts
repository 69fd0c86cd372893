import { execFileSync } from "node:child_process";

/** One member as Python's tarfile reads it; names and links are hexadecimal, a folder's without its slash. */
export interface PythonMember {
  readonly name: string;
  readonly type: string;
  readonly mode: number;
  readonly size: number;
  readonly mtime: number;
  readonly link: string;
  /** Numbers, then names, of the owner and the group. */
  readonly owner: string;
}

const script = `
import sys, tarfile, json
e = lambda text: text.encode("utf-8", "surrogateescape").hex()
with tarfile.open(fileobj=sys.stdin.buffer, mode="r|", encoding="utf-8", errors="surrogateescape") as tar:
    json.dump([dict(name=e(m.name), type=m.type.decode(), mode=m.mode, size=m.size, mtime=m.mtime, link=e(m.linkname),
        owner=f"{m.uid} {m.gid} {m.uname} {m.gname}") for m in tar], sys.stdout)
`;

/** The members of a tar, by Python. */
export function membersByPython(tar: Uint8Array): readonly PythonMember[] {
  const json = execFileSync("python3", ["-c", script], { input: tar, maxBuffer: 1 << 28 }).toString();
  return JSON.parse(json) as readonly PythonMember[];
}
