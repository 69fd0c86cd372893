import { randomBytes } from "node:crypto";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { ColdstoreError } from "../../model/errors.ts";
import { readRcloneArguments } from "../../model/rclone-arguments.ts";
import { findSecrets } from "../process/find-secrets.ts";
import { type PlacedConfig, placeConfig } from "./rclone-config.ts";
import { rcloneEnvironment, secretsOfVariables } from "./rclone-environment.ts";
import { callFlags } from "./rclone-flags.ts";
import { type RcloneLog, openRcloneLog } from "./rclone-log.ts";
import type { RcloneCommand, RcloneEnd, RcloneEvent, RcloneIo, RcloneProcess, Remote } from "./rclone-process.ts";
import type { RcloneProgram } from "./rclone-program.ts";
import { type Scrubber, textScrubber } from "./scrub-text.ts";
import { type RunningRclone, startRclone } from "./start-rclone.ts";
import { translateRcloneError } from "./translate-rclone-error.ts";

export interface RcloneProcessRequest {
  readonly program: RcloneProgram;
  readonly remote: Remote;
  /** The run's own; rclone gets of it what it needs. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The user's, none that would be refused. */
  readonly args: readonly string[];
  /** Private folder for the configuration and lists of files; removed by whoever made it. */
  readonly folder: string;
  /** Milliseconds without progress after which a call is ended. */
  readonly stallTimeout: number;
  /** Milliseconds that rclone has to end in when the run is aborted; absent: four seconds, well within those that the run itself has. */
  readonly grace?: number;
  /** Told once that something needs a person's attention, in a sentence. */
  readonly warn?: (sentence: string) => void;
}

/**
 * Gets ready to start rclone for one remote. Disposing of it removes what lies in the folder, and ends what still runs. Rejects
 * with `settings` for a configuration or arguments that aren't fit.
 *
 * A run that is killed hard can't end its rclone; that ends itself within two seconds, at the first line of statistics that
 * nobody reads (SIGPIPE). Windows has no such signal: there rclone goes on until what it was asked for is done.
 */
export async function openRcloneProcess(request: RcloneProcessRequest): Promise<RcloneProcess & AsyncDisposable> {
  const { flags, problems } = readRcloneArguments(request.args);
  if (problems.length > 0) throw new ColdstoreError("settings", `rclone-args: ${problems.join("; ")}`);
  const { remote, folder, warn } = request;
  return new OwnRcloneProcess({ ...request, args: flags }, await placeConfig(remote, folder, (text) => warn?.(text)));
}

// What else has to end fits with it in the seven seconds that the run itself has.
const usualGrace = 4000;

class OwnRcloneProcess implements RcloneProcess, AsyncDisposable {
  readonly #request: RcloneProcessRequest;
  readonly #config: PlacedConfig;
  readonly #env: Readonly<Record<string, string>>;
  readonly #scrub: Scrubber;
  readonly #running = new Set<RunningRclone>();
  readonly #onExit = (): void => {
    for (const rclone of this.#running) rclone.kill();
  };

  constructor(request: RcloneProcessRequest, config: PlacedConfig) {
    this.#request = request;
    this.#config = config;
    this.#env = rcloneEnvironment(request.env);
    this.#scrub = textScrubber([...findSecrets(request.env), ...secretsOfVariables(request.env), ...config.secrets]);
    process.on("exit", this.#onExit);
  }

  async run(command: RcloneCommand, io: RcloneIo): Promise<RcloneEnd> {
    const call = await this.#start(command, io);
    const chunks: Buffer[] = [];
    call.rclone.stdout.on("data", (chunk: Buffer) => {
      call.rclone.moved();
      chunks.push(chunk);
    });
    const code = await call.ended;
    const end: RcloneEnd = { code, stdout: Buffer.concat(chunks), errors: call.errors };
    if (code === 0 || command.accept?.includes(code)) return end;
    throw this.errorOf(command, end);
  }

  async stream(command: RcloneCommand, io: RcloneIo): Promise<Readable> {
    const { rclone, ended, errors } = await this.#start(command, io);
    const output = new Readable({
      read: () => void rclone.stdout.resume(),
      destroy(error, callback) {
        rclone.stop(error ?? new ColdstoreError("interrupted", "nobody reads on"));
        callback(error);
      },
    });
    rclone.stdout.on("data", (chunk: Buffer) => {
      rclone.moved();
      if (!output.push(chunk) && !output.destroyed) rclone.stdout.pause();
    });
    const finish = (code: number): unknown =>
      code === 0 || command.accept?.includes(code)
        ? output.push(null)
        : output.destroy(this.errorOf(command, { code, stdout: Buffer.alloc(0), errors }));
    ended.then(finish, (error: unknown) => output.destroy(error instanceof Error ? error : new Error(String(error))));
    return output;
  }

  errorOf(command: RcloneCommand, { code, errors }: RcloneEnd): Error {
    return translateRcloneError({ name: this.#request.remote.name, command: command.args[0] ?? "", code, errors });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    process.off("exit", this.#onExit);
    this.#onExit();
    await this.#config[Symbol.asyncDispose]();
  }

  async #start(command: RcloneCommand, io: RcloneIo): Promise<Call> {
    io.signal.throwIfAborted();
    const list = command.files && (await this.#writeList(command.files));
    try {
      return this.#startWith(command, io, list);
    } catch (error) {
      if (list !== undefined) await rm(list, { force: true });
      throw error;
    }
  }

  #startWith(command: RcloneCommand, { signal }: RcloneIo, list: string | undefined): Call {
    const { program, remote, args, stallTimeout, grace = usualGrace } = this.#request;
    const flags = callFlags({
      config: this.#config.path,
      args,
      remoteArgs: remote.args,
      // So that a connection that died is replaced, and moves something, before the call counts as stalled.
      idleTimeout: stallTimeout * 0.8,
    });
    const rclone = startRclone({
      program: program.path,
      argv: [...flags, ...(list === undefined ? [] : [`--files-from-raw=${list}`]), ...command.args],
      env: this.#env,
      signal,
      name: remote.name,
      grace,
      onKill: () => command.ifKilled !== undefined && this.#request.warn?.(command.ifKilled),
      ...(command.quiet !== true && { stallTimeout }),
    });
    this.#running.add(rclone);
    const log = openRcloneLog({ scrub: this.#scrub, onEvent: command.onEvent, onProgress: () => rclone.moved() });
    rclone.stderr.on("data", (chunk: Buffer) => log.write(chunk));
    const ended = this.#ending(rclone, log, list);
    ended.catch(() => {});
    return { rclone, ended, errors: log.errors };
  }

  async #ending(rclone: RunningRclone, log: RcloneLog, list: string | undefined): Promise<number> {
    try {
      return await rclone.ended;
    } finally {
      log.end();
      this.#running.delete(rclone);
      if (list !== undefined) await rm(list, { force: true });
    }
  }

  async #writeList(files: readonly string[]): Promise<string> {
    const odd = files.find((file) => file === "" || /\n|\r$/u.test(file));
    if (odd !== undefined)
      throw new ColdstoreError("bug", `${JSON.stringify(odd)} can't stand in a list of files for rclone`);
    const path = join(this.#request.folder, `files-${randomBytes(6).toString("hex")}.txt`);
    await writeFile(path, files.map((file) => `${file}\n`).join(""), { mode: 0o600, flag: "wx" });
    return path;
  }
}

interface Call {
  readonly rclone: RunningRclone;
  readonly ended: Promise<number>;
  readonly errors: readonly RcloneEvent[];
}
