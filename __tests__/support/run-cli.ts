import { spawn, type ChildProcess, type StdioOptions } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

/** The command line that is run: the source, bundled when the tests began, or another one that COLDSTORE_TEST_CLI names. */
export const cliPath = process.env["COLDSTORE_TEST_CLI"] ?? builtOf("cli");

/** An entry as `bundle-source.ts` bundled it; where that wasn't done, as the source has it. */
export function builtOf(name: "cli" | "action" | "post"): string {
  const bundles = process.env["COLDSTORE_TEST_BUNDLES"];
  return bundles === undefined
    ? fileURLToPath(new URL(`../../src/${name}.ts`, import.meta.url))
    : join(bundles, `${name}.mjs`);
}

/** Signals, permissions and shells are others there. */
export const onWindows = process.platform === "win32";

/** File names are any bytes there, and the stock tools are GNU's. */
export const onLinux = process.platform === "linux";

/** A user that may do less than root: this one, unless it is root. */
export const plainUser: Pick<CliCall, "uid"> = process.getuid?.() === 0 ? { uid: 4242 } : {};

/** Node keeps there what it made of the sources, and starts three times as fast. */
export const compileCache = fileURLToPath(new URL("../../node_modules/.cache/coldstore-cli", import.meta.url));

/** An end of one call of the command line. */
export interface CliEnd {
  readonly stdout: string;
  readonly stderr: string;
  /** A signal's number and 128, as a shell tells it, when one ended the process. */
  readonly code: number;
  readonly milliseconds: number;
}

export interface CliCall {
  readonly cwd?: string;
  /** On top of the place's environment; undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly stdio?: StdioOptions;
  readonly uid?: number;
  /** Signals to send to the process, each so many milliseconds after its start. */
  readonly signals?: readonly (readonly [milliseconds: number, signal: NodeJS.Signals])[];
  /** As the leader of a process group of its own. */
  readonly detached?: boolean;
  /** Another Node to run on. */
  readonly node?: readonly string[];
}

/** A corner of the disk for runs of the command line: nothing of the machine's or of the user's gets in. */
export interface CliPlace extends Disposable {
  /** Around the others; absolute, no symlinks in it. */
  readonly path: string;
  /** Where calls are made, unless they say another folder; empty. */
  readonly cwd: string;
  /** The runs' folder for temporary files. */
  readonly tmp: string;
  /** A store's path; there is nothing yet. */
  readonly store: string;
  run(args: readonly string[], call?: CliCall): Promise<CliEnd>;
  start(args: readonly string[], call?: CliCall): ChildProcess;
  /** What lies in the temporary folder and in the working folder: should be nothing after every run. */
  litter(): readonly string[];
}

export function makePlace(): CliPlace {
  const path = realpathSync(mkdtempSync(join(tmpdir(), "coldstore-cli-")));
  const [cwd, tmp, home] = ["cwd", "tmp", "home"].map((name) => join(path, name)) as [string, string, string];
  for (const folder of [cwd, tmp, home]) mkdirSync(folder);
  const start: CliPlace["start"] = (args, call = {}) => {
    const [node = "", ...before] = call.node ?? [process.execPath];
    const { uid } = call;
    return spawn(node, [...before, cliPath, ...args], {
      cwd: call.cwd ?? cwd,
      env: { ...bareEnvironment(), HOME: home, TMPDIR: tmp, NODE_COMPILE_CACHE: compileCache, ...call.env },
      stdio: call.stdio ?? ["ignore", "pipe", "pipe"],
      detached: call.detached ?? false,
      ...(uid !== undefined && { uid, gid: uid }),
    });
  };
  return {
    path,
    cwd,
    tmp,
    store: join(path, "store"),
    start,
    run: async (args, call = {}) => endOf(start(args, call), call.signals ?? []),
    litter: () => [cwd, tmp].flatMap((folder) => readdirSync(folder).map((name) => join(folder, name))),
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }),
  };
}

/** A PATH and nothing else: no settings of CI, of git, of colours. */
export function bareEnvironment(): NodeJS.ProcessEnv {
  const kept = ["PATH", "SystemRoot", "PATHEXT"].flatMap((name) =>
    process.env[name] === undefined ? [] : [[name, process.env[name]] as const],
  );
  return Object.fromEntries(kept);
}

const signalNumbers: Readonly<Record<string, number>> = { SIGINT: 2, SIGKILL: 9, SIGPIPE: 13, SIGTERM: 15 };

/** Waits for a process to end, and takes in what it says. */
export async function endOf(child: ChildProcess, signals: CliCall["signals"] = []): Promise<CliEnd> {
  const started = performance.now();
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout?.on("data", (chunk: Buffer) => out.push(chunk));
  child.stderr?.on("data", (chunk: Buffer) => err.push(chunk));
  for (const [milliseconds, signal] of signals) void sleep(milliseconds).then(() => child.kill(signal));
  const [code, signal] = (await once(child, "close")) as [number | null, string | null];
  return {
    stdout: Buffer.concat(out).toString(),
    stderr: Buffer.concat(err).toString(),
    code: code ?? 128 + (signalNumbers[signal ?? ""] ?? 0),
    milliseconds: performance.now() - started,
  };
}
