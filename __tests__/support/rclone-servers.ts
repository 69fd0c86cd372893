import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "./free-port.ts";
import { rclonePath } from "./rclone-stores.ts";

export type Served = "s3" | "webdav" | "sftp" | "ftp";

/** A server on loopback, and the section of rclone's configuration that reaches it. */
export interface RcloneServer extends AsyncDisposable {
  readonly port: number;
  /** The folder that it serves, on this machine. */
  readonly folder: string;
  /** Text of an rclone.conf with one section, `far`. */
  readonly config: string;
  /** A root in `far` that nobody has used yet. */
  root(): string;
}

const password = "pass-word";

export interface ServedFolder {
  /** Where what is served lies, and stays; a folder of the server's own unless told. */
  readonly folder?: string;
  /** More flags for `rclone serve`. */
  readonly flags?: readonly string[];
}

/** Starts `rclone serve` on a free port, and waits until it answers. */
export async function startRcloneServer(kind: Served, given: ServedFolder = {}): Promise<RcloneServer> {
  const folder = given.folder ?? (await mkdtemp(join(tmpdir(), `coldstore-serve-${kind}-`)));
  await mkdir(join(folder, "bucket"), { recursive: true });
  const usual = { s3: ["--auth-key=accesskey,secretkey1"], webdav: [], sftp: login, ftp: login }[kind];
  const flags = [...usual, ...(given.flags ?? [])];
  const { port, server } = await listening(rclonePath(), (port) => [
    "serve",
    kind,
    `--addr=127.0.0.1:${port}`,
    ...flags,
    folder,
  ]);
  return served({ port, folder, config: configOf(kind, port) }, server, given.folder !== undefined);
}

/** Starts moto's S3, which knows versions and locks, on a free port. */
export async function startMoto(): Promise<RcloneServer> {
  const folder = await mkdtemp(join(tmpdir(), "coldstore-moto-"));
  const { port, server } = await listening("moto_server", (port) => ["-H", "127.0.0.1", "-p", String(port)]);
  const made = await fetch(`http://127.0.0.1:${port}/bucket`, { method: "PUT" });
  if (!made.ok) throw new Error(`moto answered ${made.status}`);
  // Of most other providers rclone doesn't ask in which class an object lies, and AWS itself it only speaks to by https.
  const config = configOf("s3", port).replace("provider = Other", "provider = Alibaba");
  return served({ port, folder, config }, server);
}

const login = ["--user=me", `--pass=${password}`];

function served(
  about: Pick<RcloneServer, "port" | "folder" | "config">,
  server: ChildProcess,
  stays = false,
): RcloneServer {
  let roots = 0;
  return {
    ...about,
    root: () => `far:bucket/cold-${(roots += 1)}`,
    async [Symbol.asyncDispose]() {
      server.kill("SIGKILL");
      if (server.exitCode === null && server.signalCode === null) await once(server, "exit");
      if (!stays) await rm(about.folder, { recursive: true, force: true });
    },
  };
}

function configOf(kind: Served, port: number): string {
  const url = `http://127.0.0.1:${port}`;
  const lines = {
    s3: [
      "provider = Other",
      "access_key_id = accesskey",
      "secret_access_key = secretkey1",
      `endpoint = ${url}`,
      "force_path_style = true",
      "region = us-east-1",
    ],
    webdav: [`url = ${url}`, "vendor = other"],
    sftp: [...loginLines(port), "shell_type = unix", "known_hosts_file = none"],
    ftp: loginLines(port),
  }[kind];
  return ["[far]", `type = ${kind}`, ...lines, ""].join("\n");
}

function loginLines(port: number): readonly string[] {
  const obscured = execFileSync(rclonePath(), ["obscure", password], { encoding: "utf8" }).trim();
  return ["host = 127.0.0.1", `port = ${port}`, "user = me", `pass = ${obscured}`];
}

/** Starts a server on a free port, or on another one where somebody was faster, and waits until it answers. */
async function listening(program: string, args: (port: number) => readonly string[]) {
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const port = await freePort();
    const env = { ...process.env, RCLONE_CONFIG: "/dev/null" };
    const server = spawn(program, args(port), { env, stdio: "ignore" });
    while (server.exitCode === null && server.signalCode === null) {
      if (await answers(port)) return { port, server };
      await sleep(20);
    }
  }
  throw new Error(`${program} doesn't start`);
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
