import type { RcloneEvent, RcloneStats } from "./rclone-process.ts";
import type { Scrubber } from "./scrub-text.ts";

export interface LogReader {
  readonly scrub: Scrubber;
  readonly onEvent?: ((event: RcloneEvent) => void) | undefined;
  /** Something got on: a line that is no repeated statistics. */
  readonly onProgress: () => void;
}

/** What rclone logs, line by line, and what it complained of. */
export interface RcloneLog {
  write(chunk: Buffer): void;
  /** No more comes: a line without an end counts, too. */
  end(): void;
  /** Of level error and above, and how it says that it failed; the last 200. */
  readonly errors: readonly RcloneEvent[];
}

const longestLine = 64 * 1024;
const longestText = 4000;
const longestSecret = 8 * 1024;
const keptErrors = 200;

/** Reads rclone's standard error: JSON by lines, of which some are plain text, cut, or not UTF-8. */
export function openRcloneLog(reader: LogReader): RcloneLog {
  const errors: RcloneEvent[] = [];
  let parts: Buffer[] = [];
  let length = 0;
  let lastStats = "";
  const take = (part: Buffer): void => {
    const room = longestLine - length;
    if (room <= 0) return;
    parts.push(part.length > room ? Buffer.from(part.subarray(0, room)) : part);
    length += Math.min(part.length, room);
  };
  const finish = (): void => {
    const line = Buffer.concat(parts).toString("utf8");
    const isCut = length === longestLine;
    parts = [];
    length = 0;
    if (line.trim() === "") return;
    const record = parseLine(line);
    const marks = statsMarks(record);
    if (marks === undefined || marks !== lastStats) reader.onProgress();
    lastStats = marks ?? lastStats;
    const event = asEvent(record, reader.scrub, isCut);
    if (isComplaint(event)) errors.push(event);
    if (errors.length > keptErrors) errors.shift();
    reader.onEvent?.(event);
  };
  return {
    errors,
    write(chunk) {
      let from = 0;
      for (let at = chunk.indexOf(0x0a); at >= 0; at = chunk.indexOf(0x0a, from)) {
        take(chunk.subarray(from, at));
        finish();
        from = at + 1;
      }
      take(chunk.subarray(from));
    },
    end: finish,
  };
}

type Line = Readonly<Record<string, unknown>>;

function parseLine(line: string): Line {
  try {
    const parsed: unknown = JSON.parse(line);
    if (typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)) return parsed as Line;
  } catch {
    // A line that was cut, or that some part of rclone wrote as plain text.
  }
  return salvaged(line);
}

function salvaged(line: string): Line {
  const level = /^\{.*?"level":"(\w+)"/su.exec(line)?.[1];
  if (level !== undefined) return { level, msg: /"msg":"(.*)/su.exec(line)?.[1] ?? "a line that was cut" };
  const plain = line.replace(/^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d(?:\.\d+)? /u, "");
  const named = /^(DEBUG|INFO|NOTICE|WARNING|ERROR|CRITICAL|EMERGENCY)\s*:\s*(.*)/su.exec(plain);
  if (named !== null) return { level: named[1]?.toLowerCase(), msg: named[2] };
  return {
    level: /^(?:Error|Fatal error|Failed to|panic|Command \S+ needs)\b/u.test(plain) ? "error" : "notice",
    msg: plain,
  };
}

function asEvent(line: Line, scrub: Scrubber, isCut: boolean): RcloneEvent {
  const { level, msg, object } = line;
  const stats = statsOf(line["stats"], scrub);
  return {
    level: levels[typeof level === "string" ? level.toLowerCase() : ""] ?? "notice",
    message: typeof msg === "string" ? shortened(scrub.text(msg), isCut) : "",
    ...(typeof object === "string" && object !== "" && { object: scrub.name(object) }),
    ...(stats && { stats }),
  };
}

/** Shortened only when it has no secrets left: of half of one nothing would be known. The end of what was cut may be such a half. */
function shortened(text: string, isCut: boolean): string {
  return (isCut ? text.slice(0, -longestSecret) : text).slice(0, longestText).toWellFormed();
}

const levels: Readonly<Record<string, RcloneEvent["level"]>> = {
  trace: "debug",
  debug: "debug",
  info: "info",
  notice: "notice",
  // What older releases call a notice.
  warn: "warning",
  warning: "warning",
  error: "error",
  critical: "critical",
  alert: "critical",
  emergency: "critical",
  fatal: "critical",
  panic: "critical",
};

// rclone 1.75 says at level notice that a command failed (cmd.Run).
function isComplaint({ level, message }: RcloneEvent): boolean {
  return level === "error" || level === "critical" || /^Failed to \S+( with \d+ errors)?: /u.test(message);
}

function statsOf(value: unknown, scrub: Scrubber): RcloneStats | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { bytes, transferring } = value as Line;
  const running = Array.isArray(transferring) ? (transferring as readonly unknown[]) : [];
  return {
    bytes: asCount(bytes),
    transferring: running.flatMap((each) => {
      if (typeof each !== "object" || each === null) return [];
      const { name, bytes, size } = each as Line;
      return typeof name === "string" ? [{ name: scrub.name(name), bytes: asCount(bytes), size: asCount(size) }] : [];
    }),
  };
}

function asCount(value: unknown): number {
  return typeof value === "number" && value >= 0 ? value : 0;
}

const counters = [
  "bytes",
  "checks",
  "deletes",
  "listed",
  "renames",
  "transfers",
  "errors",
  "serverSideCopies",
] as const;

/** What of statistics only changes when something gets on: not the time. */
function statsMarks(line: Line): string | undefined {
  const stats = line["stats"];
  if (typeof stats !== "object" || stats === null) return undefined;
  const marks = stats as Line;
  const running = Array.isArray(marks["transferring"]) ? (marks["transferring"] as readonly unknown[]) : [];
  const moved = running.map((each) => (typeof each === "object" && each !== null ? (each as Line)["bytes"] : 0));
  return JSON.stringify([...counters.map((name) => marks[name]), moved]);
}
