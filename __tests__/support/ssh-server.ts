import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { freePort } from "./free-port.ts";

// Where sshd lies on most systems, which isn't on everybody's PATH.
process.env["PATH"] = `${process.env["PATH"] ?? ""}${delimiter}/usr/sbin`;

/** An OpenSSH server on a port of this machine, with keys of its own; the user who runs the tests can log in. */
export interface SshServer extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Absolute, for what is stored. */
  readonly folder: string;
  /** Of the one who may log in: a private key's text. */
  readonly key: string;
  readonly publicKey: string;
  /** Kind and key, as in a line of known_hosts. */
  readonly hostKey: string;
  /** A line of known_hosts. */
  readonly knownHost: string;
  /** What it logged. */
  log(): string;
}

export interface SshServerOptions {
  /** Programs can be run, too; unless told only files are transferred, which is faster. */
  readonly shell?: true;
  /** Kinds of its keys, the first is `hostKey`; `ed25519` unless told. */
  readonly hostKeys?: readonly ("ed25519" | "rsa" | "ecdsa")[];
  readonly host?: "127.0.0.1" | "::1";
  /** Shows a certificate of its first key: which key has signed it, and for which host. */
  readonly certificate?: { readonly authority: string; readonly host: string };
}

export async function startSshServer(options: SshServerOptions = {}): Promise<SshServer> {
  const { host = "127.0.0.1", hostKeys = ["ed25519"] } = options;
  const home = await mkdtemp(join(tmpdir(), "coldstore-sshd-"));
  await chmod(home, 0o755);
  const keys = hostKeys.map((kind) => ({ kind, ...makeKey(join(home, `host-${kind}`), kind) }));
  const login = makeKey(join(home, "login"), "ed25519");
  await writeFile(join(home, "authorized_keys"), login.public);
  mkdirSync(join(home, "store"));
  // Without it a server of root's doesn't start.
  if (userInfo().uid === 0 && !existsSync("/run/sshd")) mkdirSync("/run/sshd", { mode: 0o755 });
  const { port, server, log } = await listen(home, host, [
    ...keys.map(({ kind }) => `HostKey ${join(home, `host-${kind}`)}`),
    ...fixedLines(home),
    ...(options.shell === true ? [] : ["ForceCommand internal-sftp"]),
    ...(options.certificate
      ? [`HostCertificate ${certify(join(home, `host-${keys[0]!.kind}`), options.certificate)}`]
      : []),
  ]);
  const hostKey = keys[0]!.public;
  return {
    host,
    port,
    user: userInfo().username,
    folder: join(home, "store"),
    key: login.private,
    publicKey: login.public,
    hostKey,
    knownHost: `[${host}]:${port} ${hostKey}`,
    log,
    async [Symbol.asyncDispose]() {
      server.kill("SIGKILL");
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** A key pair in two files, made by OpenSSH. */
export function makeKey(
  file: string,
  kind: "ed25519" | "rsa" | "ecdsa",
  { passphrase = "", form }: { passphrase?: string; form?: "PEM" | "PKCS8" } = {},
): { readonly private: string; readonly public: string } {
  const more = form === undefined ? [] : ["-m", form];
  const bits = kind === "rsa" ? ["-b", "2048"] : [];
  execFileSync("ssh-keygen", ["-q", "-t", kind, ...bits, "-N", passphrase, "-C", "", ...more, "-f", file]);
  return { private: readFileSync(file, "utf8"), public: readFileSync(`${file}.pub`, "utf8").trim() };
}

function certify(key: string, { authority, host }: { readonly authority: string; readonly host: string }): string {
  execFileSync("ssh-keygen", ["-q", "-s", authority, "-I", "host", "-h", "-n", host, `${key}.pub`]);
  return `${key}-cert.pub`;
}

function fixedLines(home: string): readonly string[] {
  return [
    "PidFile none",
    "UsePAM no",
    "StrictModes no",
    `AuthorizedKeysFile ${join(home, "authorized_keys")}`,
    "PasswordAuthentication no",
    "KbdInteractiveAuthentication no",
    "PermitRootLogin prohibit-password",
    // Many short connections from one address are what tests are.
    "MaxStartups 100",
    "PerSourcePenalties no",
    "Subsystem sftp internal-sftp",
    // What the user's own shell does at each start is none of ours, and may take long.
    `SetEnv HOME=${home}`,
  ];
}

/** Another one may take the port in the moment before sshd does: then it ends, and another port is tried. */
async function listen(home: string, host: string, lines: readonly string[]) {
  const logged: Buffer[] = [];
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const port = await freePort(host);
    const config = join(home, "sshd_config");
    const known = lines.filter((line) => !line.startsWith("PerSource") || knowsPenalties());
    await writeFile(config, [`ListenAddress ${host}`, `Port ${port}`, ...known, ""].join("\n"));
    const server = spawn(sshd(), ["-D", "-e", "-f", config], { stdio: ["ignore", "ignore", "pipe"] });
    server.stderr.on("data", (chunk: Buffer) => logged.push(chunk));
    const log = (): string => Buffer.concat(logged).toString();
    while (server.exitCode === null && server.signalCode === null) {
      if (await answers(host, port)) return { port, server, log };
      await pause(20);
    }
  }
  throw new Error(`sshd doesn't start: ${Buffer.concat(logged).toString()}`);
}

/** sshd takes no relative name of itself. */
function sshd(): string {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders.map((folder) => join(folder, "sshd")).find((file) => existsSync(file)) ?? "/usr/sbin/sshd";
}

/** From 9.8 on it locks addresses out for a while. */
function knowsPenalties(): boolean {
  const said = execFileSync("sh", ["-c", "ssh -V 2>&1"], { encoding: "utf8" });
  const [, major = 0, minor = 0] = /OpenSSH_(\d+)\.(\d+)/.exec(said)?.map(Number) ?? [];
  return major > 9 || (major === 9 && minor >= 8);
}

async function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port }, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}
