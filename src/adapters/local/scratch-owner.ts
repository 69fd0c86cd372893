import { randomBytes } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/** The process that a scratch folder belongs to, as the folder's name tells: `<host>-<pid>-<start>-<random>`. */
export interface ScratchOwner {
  /** Host name, [A-Za-z0-9_.-] only. */
  readonly host: string;
  readonly pid: number;
  /** When the process started, in words that only mean something within `realm`. */
  readonly start: string;
  /** Where process ids can be compared: one boot and one pid namespace (two containers may share host name and ids). */
  readonly realm: string;
}

/** `alive` and `dead` are certain; `elsewhere` is a process that can't be looked up from here. */
export type OwnerState = "alive" | "dead" | "elsewhere";

/** This process. Linux tells start, boot and namespace in /proc (proc(5)); elsewhere pid and host have to do. */
export function ownProcess(): ScratchOwner {
  const host =
    hostname()
      .replace(/[^A-Za-z0-9_.-]/g, "_")
      .slice(0, 60) || "host";
  const ticks = startTicks(process.pid);
  const boot = readText("/proc/sys/kernel/random/boot_id")?.slice(0, 8);
  if (ticks === undefined || boot === undefined) return { host, pid: process.pid, start: "0", realm: "0" };
  return { host, pid: process.pid, start: ticks, realm: `${boot}n${pidNamespace()}` };
}

/** A new name for a folder of this owner. */
export function scratchName(owner: ScratchOwner): string {
  return `${owner.host}-${owner.pid}-${owner.start}x${owner.realm}-${randomBytes(6).toString("hex")}`;
}

/** The owner that a folder's name tells; undefined for a name that isn't ours. */
export function ownerOf(name: string): ScratchOwner | undefined {
  const match = /^(?<host>.+)-(?<pid>\d{1,10})-(?<start>\d+)x(?<realm>[0-9a-f]+(?:n\d+)?)-[0-9a-f]{12}$/.exec(name);
  if (match?.groups === undefined) return undefined;
  const { host = "", pid = "", start = "", realm = "" } = match.groups;
  return { host, pid: Number(pid), start, realm };
}

/** What is known about an owner from this process. */
export function stateOf(owner: ScratchOwner, here: ScratchOwner): OwnerState {
  if (owner.host !== here.host || owner.realm !== here.realm) return "elsewhere";
  if (!isRunning(owner.pid)) return "dead";
  const ticks = startTicks(owner.pid);
  return ticks === undefined || owner.start === "0" || ticks === owner.start ? "alive" : "dead";
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, for another user.
    return !(error instanceof Error && "code" in error && error.code === "ESRCH");
  }
}

/** Field 22 of /proc/PID/stat; counted behind the last bracket, for the command's name may have brackets and spaces. */
function startTicks(pid: number): string | undefined {
  const stat = readText(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
}

function pidNamespace(): string {
  try {
    return /\d+/.exec(readlinkSync("/proc/self/ns/pid"))?.[0] ?? "0";
  } catch {
    return "0";
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
